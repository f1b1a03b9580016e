"""Copy the listed files from node_modules to static/vendor, those that only tests need to
tests/vendor, and record their SHA-256.

For maintainers only, after a change of package.json:

    npm ci --ignore-scripts --legacy-peer-deps && python tools/vendor.py

Users never need npm: both folders are committed, and `--check` (part of the tests) proves that
what is committed is what their manifests say. Nothing of tests/vendor is served.
"""

import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"
MANIFEST = "manifest.json"

FILES = {
    "bootstrap/dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
    "bootstrap/LICENSE": "bootstrap/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
}
TEST_FILES = {
    "axe-core/axe.min.js": "axe-core/axe.min.js",
    "axe-core/LICENSE": "axe-core/LICENSE",
}
FOLDERS = {VENDOR: FILES, TEST_VENDOR: TEST_FILES}

# A source map that is named but absent stops the hashed static storage.
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S+)\s*$")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def package_version(node_modules: Path, package: str) -> str:
    version = json.loads((node_modules / package / "package.json").read_text())["version"]
    return str(version)


def vendor(node_modules: Path) -> None:
    """Fill both folders anew; a file no longer listed disappears."""
    for folder, files in FOLDERS.items():
        shutil.rmtree(folder, ignore_errors=True)
        entries = {}
        for source, target in files.items():
            destination = folder / target
            destination.parent.mkdir(parents=True, exist_ok=True)
            destination.write_bytes(SOURCE_MAP.sub(b"\n", (node_modules / source).read_bytes()))
            package = source.split("/")[0]
            entries[target] = {
                "package": package,
                "version": package_version(node_modules, package),
                "sha256": sha256(destination),
            }
        (folder / MANIFEST).write_text(json.dumps(entries, indent=2, sort_keys=True) + "\n")


def differences() -> list[str]:
    """What in the folders is not as their manifests say, in sentences; empty when all is well."""
    return [sentence for folder in FOLDERS for sentence in _differences(folder)]


def _differences(folder: Path) -> list[str]:
    entries = json.loads((folder / MANIFEST).read_text())
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / MANIFEST
    }
    found = [f"{name} is not in the manifest" for name in sorted(present - entries.keys())]
    found += [f"{name} is missing" for name in sorted(entries.keys() - present)]
    found += [
        f"{name} differs from its SHA-256"
        for name in sorted(entries.keys() & present)
        if sha256(folder / name) != entries[name]["sha256"]
    ]
    return found


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        found = differences()
        print("\n".join(found) or "what is vendored is as its manifests say")
        return 1 if found else 0
    vendor(ROOT / "node_modules")
    print(f"vendored {sum(map(len, FOLDERS.values()))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
