"""Every detail that the code writes into an event of the audit chain, read from the code itself."""

import ast
from collections.abc import Iterator

from tests.portal.ledger.audit_codes import ROOT

# Functions that write an event, or hand one on to a function that does: by the last part of the
# name that they are called by.
WRITERS = {"record", "note", "_note"}
WRITING = {"audit.record", "chain.record", "standing.note", "note", "_note"}
OWN = {"case"}  # of the event itself


def details() -> Iterator[tuple[str, str]]:
    """Each detail with where it is written; `**…` as it stands in the code."""
    for room in ("portal", "evaluation", "dataaccess"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" in path.parts or "edge" in path.parts or path.parent.name == "api":
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                if isinstance(node, ast.Call) and ast.unparse(node.func) in WRITING:
                    for given in node.keywords:
                        if given.arg is None:
                            yield f"**{ast.unparse(given.value)}", where
                        elif given.arg not in OWN:
                            yield given.arg, where
                elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in (
                    "move.data",
                    "details",
                ):
                    yield from ((key, where) for key in _keys(node.value))


def subjects() -> Iterator[tuple[str, str]]:
    """The kind of thing that each event is about: what stands before the colon."""
    for room in ("portal", "evaluation", "dataaccess"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or len(node.args) < 3:
                    continue
                if ast.unparse(node.func) not in ("audit.record", "chain.record"):
                    continue
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                match node.args[2]:
                    case ast.Constant(value=str(text)):
                        yield text, where
                    case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                        yield text.partition(":")[0], where
                    case other:
                        yield ast.unparse(other), where


def _keys(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Dict(keys=keys):
            yield from (str(key.value) for key in keys if isinstance(key, ast.Constant))
        case ast.IfExp(body=body, orelse=orelse):
            yield from _keys(body)
            yield from _keys(orelse)
