"""Copy the listed front-end files from node_modules to static/vendor and record their SHA-256.

For maintainers only, after a change of package.json:

    npm ci --ignore-scripts --legacy-peer-deps && python tools/vendor.py

Users never need npm: static/vendor is committed, and `--check` (part of the tests) proves that
what is committed is what the manifest says.
"""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}

# A source map that is named but absent stops the hashed static storage.
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def package_version(node_modules: Path, package: str) -> str:
    version = json.loads((node_modules / package / "package.json").read_text())["version"]
    return str(version)


def vendor(node_modules: Path) -> None:
    """Fill static/vendor anew; a file no longer listed disappears."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    entries = {}
    for source, target in FILES.items():
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(SOURCE_MAP.sub(b"\n", (node_modules / source).read_bytes()))
        package = source.split("/")[0]
        entries[target] = {
            "package": package,
            "version": package_version(node_modules, package),
            "sha256": sha256(destination),
        }
    MANIFEST.write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n")


def differences() -> list[str]:
    """What in static/vendor is not as the manifest says, in sentences; empty when all is well."""
    entries = json.loads(MANIFEST.read_text())
    present = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    found = [f"{name} is not in the manifest" for name in sorted(present - entries.keys())]
    found += [f"{name} is missing" for name in sorted(entries.keys() - present)]
    found += [
        f"{name} differs from its SHA-256"
        for name in sorted(entries.keys() & present)
        if sha256(VENDOR / name) != entries[name]["sha256"]
    ]
    return found


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        found = differences()
        print("\n".join(found) or "static/vendor is as its manifest says")
        return 1 if found else 0
    vendor(ROOT / "node_modules")
    print(f"vendored {len(FILES)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
