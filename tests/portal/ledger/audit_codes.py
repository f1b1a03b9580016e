"""Every action that the code writes into the audit chain, read from the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent
RECORDS = ("audit.record", "chain.record")


def recorded() -> Iterator[tuple[str, str]]:
    """Each code with where it is written; one that is put together as it is written in the code."""
    trees = {
        path: ast.parse(path.read_text("utf-8"))
        for room in ("portal", "evaluation", "dataaccess")
        for path in sorted((ROOT / room).rglob("*.py"))
        if "migrations" not in path.parts
    }
    # Functions that are given the action and put a prefix before it, by module and name.
    helpers: dict[tuple[str, str], tuple[str, int]] = {}
    for path, tree in trees.items():
        for function in _functions(tree):
            names = [each.arg for each in function.args.args]
            for call in _calls(function, RECORDS):
                code = ast.unparse(call.args[1])
                if code in names:
                    helpers[path.stem, function.name] = "", names.index(code)
                elif isinstance(call.args[1], ast.JoinedStr) and (
                    code.split("{")[-1][:-2] in names
                ):
                    prefix = code[2:].split("{")[0]
                    place = names.index(code.split("{")[-1][:-2])
                    helpers[path.stem, function.name] = prefix, place
                else:
                    for found in _strings(call.args[1]):
                        yield found, f"{path.relative_to(ROOT)}:{call.lineno}"
    for path, tree in trees.items():
        home = {
            alias.asname or alias.name: (node.module or "").split(".")[-1]
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = ast.unparse(call.func)
            module, _dot, function = name.rpartition(".")
            here = module or home.get(name, path.stem)
            if (here, function or name) not in helpers:
                continue
            prefix, place = helpers[here, function or name]
            given = call.args[place] if place < len(call.args) else None
            for found in _strings(given):
                yield prefix + found, f"{path.relative_to(ROOT)}:{call.lineno}"


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _calls(function: ast.FunctionDef, names: tuple[str, ...]) -> Iterator[ast.Call]:
    return (
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names
    )


def _strings(node: ast.expr | None) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from _strings(body)
            yield from _strings(orelse)
        case None:
            return
        case other:
            yield ast.unparse(other)
