"""python -m dataaccess.edge"""

import sys

from dataaccess.edge.cli import main

if __name__ == "__main__":
    sys.exit(main())
