"""Whether every template compiles: a page that nobody opened in a test may still be broken."""

import os
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def broken() -> list[str]:
    """What is wrong, in one line per template; empty when all is well."""
    from django.template import TemplateDoesNotExist, TemplateSyntaxError
    from django.template.loader import get_template

    folder = ROOT / "templates"
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".html", ".txt", ".xml"}:
            continue
        name = path.relative_to(folder).as_posix()
        try:
            get_template(name)
        except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
            found.append(f"templates/{name}: {error}")
    return found


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    found = broken()
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
