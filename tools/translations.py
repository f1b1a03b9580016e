"""Whether every sentence a reader may see can be read in both languages.

The interface is written in Chinese inside gettext calls; locale/en holds the English. Checked:

1. no Chinese text in Python, templates or scripts outside gettext;
2. every message of the code has an English entry that is not empty, not fuzzy, not the Chinese
   again, and has the same placeholders; no entry is left over.

Text that is data is exempt: EXEMPT names the places and why. A single line is exempt with the
comment `# not translated: <why>`.
"""

import ast
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("portal", "evaluation", "dataaccess")
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"

EXEMPT = {
    "evaluation/rulebook": "carries Chinese and English side by side, and knows no framework",
    "evaluation/data": "data, not interface",
    "evaluation/demo": "example data",
    "evaluation/management/commands/demo.py": "example data",
    "dataaccess/data": "names of provinces and cities",
    "dataaccess/shapes": "knows no framework; what the API says is Chinese",
    "dataaccess/windows.py": "knows no framework; what the API says is Chinese",
    "dataaccess/api": "what the API says is Chinese, for every reader",
    "dataaccess/at_sight.py": "what the API says is Chinese, for every reader",
    "dataaccess/checking.py": "what the API says is Chinese, for every reader",
    "dataaccess/doubts.py": "what the API says is Chinese, for every reader",
    "dataaccess/endings.py": "what the API says is Chinese, for every reader",
    "dataaccess/edge": "knows no framework; its pages carry both languages side by side",
    "dataaccess/intake.py": "what the API says is Chinese, for every reader",
    "dataaccess/parsing.py": "what the API says is Chinese, for every reader",
    "dataaccess/samples.py": "example data",
    "dataaccess/storage.py": "what the API says is Chinese, for every reader",
    "dataaccess/told.py": "what the API says is Chinese, and has its English beside it",
    "evaluation/documents": "official documents are issued in Chinese",
    "templates/documents": "official documents are issued in Chinese",
    "portal/site/province_tiles.py": "names of provinces",
    "portal/settings.py": "values that an operator sets",
    "portal/site/styleguide.py": "development only",
    "templates/styleguide": "development only",
}
# English entries that may equal their Chinese message.
SAME_IN_BOTH = {"简体中文"}

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
MARK = "# not translated:"
# Tags whose words are looked up, or compared with data.
NOT_SHOWN = {"translate", "trans", "if", "elif"}
GETTEXT = {
    f"{prefix}gettext{suffix}" for prefix in ("", "n", "p", "np", "u") for suffix in ("", "_lazy")
} | {"_", "gettext_noop"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def exempt(path: Path) -> bool:
    name = path.relative_to(ROOT).as_posix()
    return any(name == place or name.startswith(place + "/") for place in EXEMPT)


def sources(*folders: str, suffixes: set[str]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts and not exempt(path):
                yield path


class ChineseOutsideGettext(ast.NodeVisitor):
    """Collects (line, text) of string literals that no reader of English could read."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name not in GETTEXT:
            self.generic_visit(node)
            return
        for argument in node.args:
            if isinstance(argument, ast.JoinedStr):
                self.found.append((argument.lineno, "f-string inside gettext"))
            elif not isinstance(argument, ast.Constant):
                self.visit(argument)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not (isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)):
            self.generic_visit(node)  # else it is a docstring

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and HAN.search(node.value):
            self.found.append((node.lineno, node.value))


def in_python() -> Iterator[str]:
    for path in sources(*PACKAGES, suffixes={".py"}):
        text = path.read_text(encoding="utf-8")
        visitor = ChineseOutsideGettext()
        visitor.visit(ast.parse(text))
        lines = text.splitlines()
        for line, value in visitor.found:
            if MARK not in lines[line - 1]:
                yield complaint(path, line, value)


def in_template(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) of what stands in a template's text or tags without being translated."""
    from django.template.base import Lexer, TokenType

    translated = re.compile(r"""_\((?:"[^"]*"|'[^']*')\)""")
    inside = ""
    for token in Lexer(text).tokenize():
        words = token.contents.split()
        tag = words[0] if token.token_type == TokenType.BLOCK and words else ""
        if inside:
            inside = "" if tag == f"end{inside}" else inside
        elif tag in {"blocktranslate", "blocktrans", "comment"}:
            inside = tag
        elif tag not in NOT_SHOWN and token.token_type != TokenType.COMMENT:
            rest = translated.sub("", token.contents)
            for number, line in enumerate(rest.split("\n")):
                if HAN.search(line):
                    yield (token.lineno or 1) + number, line


def in_templates() -> Iterator[str]:
    for path in sources("templates", suffixes={".html", ".txt", ".xml", ".svg"}):
        for number, line in in_template(path.read_text(encoding="utf-8")):
            yield complaint(path, number, line)


def in_scripts() -> Iterator[str]:
    """Scripts take their words from the page, in data attributes."""
    comment = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
    for path in sources("static/js", suffixes={".js"}):
        text = comment.sub(lambda match: "\n" * match[0].count("\n"), path.read_text("utf-8"))
        for number, line in enumerate(text.splitlines(), start=1):
            if HAN.search(line):
                yield complaint(path, number, line)


def complaint(path: Path, line: int, text: str) -> str:
    shown = " ".join(text.split())
    first = HAN.search(shown)
    shown = shown[max(0, first.start() - 10) :][:60] if first else shown[:60]
    return f"{path.relative_to(ROOT)}:{line}: outside gettext: {shown}"


# A message, and which form of its plural; "" where it has none.
Key = tuple[str, str]


def messages(po: Path, *, translated: bool) -> dict[Key, str]:
    """Message and translation of each entry; without `translated` those without one, too. Asked
    with a count, an entry without plural forms is not found: its forms are told apart.

    Read from what msgfmt compiles: it leaves out what is empty or fuzzy. msgen fills the empty."""
    with tempfile.TemporaryDirectory() as folder:
        source, compiled = po, Path(folder) / "messages.mo"
        if not translated:
            source = Path(folder) / "all.po"
            tool("msgen", "--output-file", str(source), str(po))
        tool("msgfmt", "--check-format", "--output-file", str(compiled), str(source))
        with compiled.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {
        (key, "") if isinstance(key, str) else (key[0], f" [{key[1]}]"): value
        for key, value in catalogue.items()
        if key
    }


def tool(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")


def wanted() -> dict[Key, str]:
    """Every message the code has, by Django's own collector, run on a copy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in (*PACKAGES, "templates"):
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "data")
            )
        (folder / "locale").mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "django", "makemessages", "-l", "en"],
            cwd=folder,
            env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
        return messages(folder / "locale/en/LC_MESSAGES/django.po", translated=False)


def in_catalogue() -> Iterator[str]:
    needed = wanted()
    have = messages(CATALOGUE, translated=True) if CATALOGUE.exists() else {}
    for message, form in sorted(needed.keys() - have.keys()):
        yield f"locale/en: no English for: {message}{form}"
    for message, form in sorted(have.keys() - needed.keys()):
        yield f"locale/en: no longer used: {message}{form}"
    for message, form in sorted(needed.keys() & have.keys()):
        english = have[message, form]
        if english == message and HAN.search(message) and message not in SAME_IN_BOTH:
            yield f"locale/en: still Chinese: {message}"
        if sorted(PLACEHOLDER.findall(message)) != sorted(PLACEHOLDER.findall(english)):
            yield f"locale/en: other placeholders: {message} -> {english}"


def main() -> int:
    found = [*in_python(), *in_templates(), *in_scripts(), *in_catalogue()]
    for line in found:
        print(line)
    if found:
        print(f"{len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
