"""How many examples the random tests try: a few each time, many in `make trust ARGS=fuzz`."""

import os

# What is asked of a property; a call over HTTP is tried a tenth as often, and the workflow walks
# half as many steps.
ASKED = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def examples(usual: int, part: float = 1) -> int:
    return max(usual, int(ASKED * part))
