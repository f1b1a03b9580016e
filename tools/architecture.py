"""The picture in docs/architecture.md, drawn from the imports of the code.

`python -m tools.architecture` writes it, `--check` fails when it is not what the code says."""

import re
import sys
from itertools import product
from pathlib import Path

import grimp

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
# The rooms of the house that the picture shows, from the top floor down.
ROOMS = (
    "portal.recovery",
    "portal.site",
    "evaluation",
    "evaluation.rulebook",
    "dataaccess",
    "dataaccess.shapes",
    "portal.accounts",
    "portal.notifications",
    "portal.contacts",
    "portal.ledger",
)
BETWEEN = re.compile(r"(<!-- picture -->\n).*?(<!-- /picture -->)", re.DOTALL)


def picture() -> str:
    """A Mermaid flowchart: an arrow for each room that imports another."""
    graph = grimp.build_graph("portal", "evaluation", "dataaccess", include_external_packages=False)
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'    {_id(room)}["{room}"]' for room in ROOMS]
    for upper, lower in product(ROOMS, ROOMS):
        if upper != lower and not _inside(upper, lower) and _imports(graph, upper, lower):
            lines.append(f"    {_id(upper)} --> {_id(lower)}")
    return "\n".join([*lines, "```", ""])


def _modules(graph: grimp.ImportGraph, room: str) -> set[str]:
    inner = {other for other in ROOMS if other.startswith(f"{room}.")}
    return {
        module
        for module in graph.modules
        if (module == room or module.startswith(f"{room}."))
        and not any(module == i or module.startswith(f"{i}.") for i in inner)
        and ".migrations" not in module
    }


def _imports(graph: grimp.ImportGraph, upper: str, lower: str) -> bool:
    below = _modules(graph, lower)
    return any(
        graph.find_modules_directly_imported_by(module) & below for module in _modules(graph, upper)
    )


def _inside(upper: str, lower: str) -> bool:
    return upper.startswith(f"{lower}.")


def _id(room: str) -> str:
    return room.replace(".", "_")


def main() -> None:
    page = PAGE.read_text(encoding="utf-8")
    drawn = BETWEEN.sub(lambda found: found[1] + picture() + found[2], page)
    if "--check" not in sys.argv:
        PAGE.write_text(drawn, encoding="utf-8")
    elif drawn != page:
        sys.exit("docs/architecture.md is not what the code says: run python -m tools.architecture")


if __name__ == "__main__":
    main()
