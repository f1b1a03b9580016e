"""Permission checks and query filters that can be switched off one at a time.

`install()` makes every later import of the portal's modules put a switch at each of them. A switch
is off only while `active` names it, and notes when it *decided*: when the check it stands at
refused, or the filter left something out. Where it did not, nothing is different without it, and
no test that only walks past need be tried:

- a call of a check (`permissions.check_move(…)`) as a statement of its own;
- an `if` that refuses (raises NotAllowed, PermissionDenied, Http404 …), operand by operand;
- what a predicate of the permissions modules returns, operand by operand;
- each condition of a `filter` or `exclude` in a function that asks what a user may see;
- each guard around a view (`login_required`, `for_roles` …), view by view."""

import ast
import sys
from collections.abc import Sequence
from functools import wraps
from importlib.machinery import FileFinder, SourceFileLoader, all_suffixes
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PERMISSIONS = (
    "evaluation/permissions.py",
    "evaluation/permissions_after.py",
    "dataaccess/permissions.py",
    "portal/accounts/permissions.py",
)
GUARDS = "portal/accounts/views/guards.py"
QUERIES = tuple(
    str(each.relative_to(ROOT))
    for room in ("evaluation", "dataaccess", "portal/accounts", "portal/notifications")
    for each in sorted((ROOT / room).glob("queries*.py"))
)
ASKS_FOR = {"user", "actor", "reader"}  # the parameter of a query about what somebody may see
REFUSES = {"NotAllowed", "PermissionDenied", "Http404"}
REFUSES_IN_PERMISSIONS = REFUSES | {"WrongState", "Refused"}

decided: set[str] = set()
active = ""
noting = True  # only while it is found out which test meets which switch
found: dict[str, str] = {}  # each switch, with its source


def is_on(key: str) -> bool:
    """Asked where a check is about to refuse."""
    decided.add(key)
    return active != key


def is_off(key: str) -> bool:
    """Asked where a condition does not hold."""
    decided.add(key)
    return active == key


def forget() -> None:
    """A query that is kept put together (the desk's) holds what its switches said then."""
    for file in QUERIES:
        name = file.removesuffix(".py").replace("/", ".")
        for each in vars(sys.modules[name]).values() if name in sys.modules else ():
            if getattr(each, "__module__", "") == name and hasattr(each, "cache_clear"):
                each.cache_clear()


def around(key: str, view: Any) -> str:
    """The switch of a guard around one view."""
    own = f"{key} around {view.__module__}.{view.__qualname__}"
    found.setdefault(own, own)
    return own


def stands(key: str, view: Any) -> bool:
    """Makes the guard known that is about to ask."""
    return bool(around(key, view))


def guards(key: str, view: Any) -> bool:
    return is_on(around(key, view))


def narrowed(queryset: Any, method: str, *conditions: tuple[str, str, Any]) -> Any:
    """`filter` with those conditions whose switches are on; `exclude` with all or none."""
    if noting:
        everything = _rows(_asked(queryset, method, conditions))
        for left_out in conditions:
            kept = [each for each in conditions if each is not left_out]
            if everything is None or _rows(_asked(queryset, method, kept)) != everything:
                decided.add(left_out[0])
    kept = [each for each in conditions if each[0] != active]
    if method == "exclude" and len(kept) < len(conditions):
        kept = []
    return _asked(queryset, method, kept)


def _asked(queryset: Any, method: str, conditions: Sequence[tuple[str, str, Any]]) -> Any:
    plain = [value for _key, name, value in conditions if not name]
    named = {name: value for _key, name, value in conditions if name}
    if method == "exclude" and not conditions:
        return queryset.all()
    return getattr(queryset, method)(*plain, **named)


def _rows(queryset: Any) -> list[Any] | None:
    """What a query finds, asked so that no test counts it; None where it cannot stand alone."""
    from django.db import connection

    counted, connection.force_debug_cursor = connection.force_debug_cursor, False
    try:
        return sorted(queryset.order_by().values_list("pk", flat=True))
    except Exception:
        return None
    finally:
        connection.force_debug_cursor = counted


class Switches(ast.NodeTransformer):
    """Puts the switches into one module."""

    def __init__(self, file: str, source: str, checks: set[str]) -> None:
        self.file, self.source, self.checks = file, source, checks
        self.functions: list[ast.FunctionDef] = []

    def key(self, node: ast.AST, what: ast.AST) -> ast.Constant:
        """Named by what it says, so that it keeps its name when the lines above it change."""
        inside = ".".join(each.name for each in self.functions)
        said = " ".join((ast.get_source_segment(self.source, what) or "").split())
        key = f"{self.file} {inside}: {said[:120]}"
        while key in found:
            key += "'"
        found[key] = f"{self.file}:{node.lineno} {inside}: {said[:120]}"  # type: ignore[attr-defined]
        return ast.Constant(key)

    def call(self, name: str, *arguments: ast.expr) -> ast.Call:
        function = ast.Attribute(ast.Name("__switches", ast.Load()), name, ast.Load())
        return ast.Call(function, list(arguments), [])

    def unless_off(self, test: ast.expr, what: ast.AST) -> ast.expr:
        """A refusal's condition, and its switch, which is asked where the condition holds."""
        key = self.key(what, what)
        if self.file != GUARDS:
            return ast.BoolOp(ast.And(), [test, self.call("is_on", key)])
        view = ast.Name("view", ast.Load())
        known, guarded = self.call("stands", key, view), self.call("guards", key, view)
        return ast.BoolOp(ast.And(), [known, test, guarded])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.functions.append(node)
        self.generic_visit(node)
        self.functions.pop()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        called = node.value
        if not self.functions or not isinstance(called, ast.Call):
            return self.generic_visit(node)
        name = getattr(called.func, "attr", getattr(called.func, "id", ""))
        if name not in self.checks:
            return self.generic_visit(node)
        again = ast.If(self.call("is_on", self.key(node, node)), [ast.Raise()], [])
        refused = ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, [again])
        return ast.Try([node], [refused], [], [])

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if self.functions and self._refuses(node.body):
            is_or = isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
            if is_or:
                node.test.values = [  # type: ignore[attr-defined]
                    self.unless_off(each, each)
                    for each in node.test.values  # type: ignore[attr-defined]
                ]
            else:
                node.test = self.unless_off(node.test, node.test)
        return node

    def _refuses(self, body: list[ast.stmt]) -> bool:
        last = body[-1]
        closed = self.file in (*PERMISSIONS, *QUERIES)
        if isinstance(last, ast.Raise) and last.exc is not None:
            raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
            name = getattr(raised, "attr", getattr(raised, "id", ""))
            return name in (REFUSES_IN_PERMISSIONS if self.file in PERMISSIONS else REFUSES)
        if closed and len(body) == 1 and isinstance(last, ast.Return):
            said = ast.unparse(last.value) if last.value else "None"
            return said in ("False", "None", "[]") or said.endswith(".none()")
        return False

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        inside = self.functions[-1] if self.functions else None
        said = ast.unparse(inside.returns) if inside and inside.returns else ""
        if self.file not in PERMISSIONS or said != "bool" or node.value is None:
            return node
        if isinstance(node.value, ast.Constant):
            return node
        if isinstance(node.value, ast.BoolOp) and isinstance(node.value.op, ast.And):
            node.value.values = [
                ast.BoolOp(ast.Or(), [each, self.call("is_off", self.key(node, each))])
                for each in node.value.values
            ]
        else:
            switch = self.call("is_off", self.key(node, node.value))
            node.value = ast.BoolOp(ast.Or(), [node.value, switch])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        method = getattr(node.func, "attr", "")
        if method not in ("filter", "exclude") or not self._asks_for_somebody():
            return node
        plain = [
            ast.Tuple([self.key(node, each), ast.Constant(""), each], ast.Load())
            for each in node.args
        ]
        named = [
            ast.Tuple([self.key(node, each), ast.Constant(each.arg), each.value], ast.Load())
            for each in node.keywords
            if each.arg
        ]
        if len(plain) + len(named) < len(node.args) + len(node.keywords):
            return node
        assert isinstance(node.func, ast.Attribute)
        return self.call("narrowed", node.func.value, ast.Constant(method), *plain, *named)

    def _asks_for_somebody(self) -> bool:
        if self.file not in (*QUERIES, *PERMISSIONS):
            return False
        return any(
            argument.arg in ASKS_FOR
            for function in self.functions
            for argument in [*function.args.args, *function.args.kwonlyargs]
        )


class Loader(SourceFileLoader):
    checks: set[str] = set()

    def path_stats(self, path: str) -> Any:
        raise OSError("never from the cache of compiled modules")

    def source_to_code(self, data: Any, path: Any, **more: Any) -> Any:  # type: ignore[override]
        file = str(Path(path).relative_to(ROOT))
        source = data.decode() if isinstance(data, bytes) else str(data)
        tree = Switches(file, source, self.checks).visit(ast.parse(source))
        at = 1 if ast.get_docstring(tree) else 0
        while at < len(tree.body) and getattr(tree.body[at], "module", "") == "__future__":
            at += 1
        tree.body.insert(at, ast.parse("import tools.trust.mutable as __switches").body[0])
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)


def install() -> None:
    """Before anything of the portal is imported."""
    Loader.checks = {"refuse_unless"} | {
        node.name
        for file in PERMISSIONS
        for node in ast.parse((ROOT / file).read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.lstrip("_").startswith("check_")
    }
    ours = [str(ROOT / name) for name in ("portal", "evaluation", "dataaccess")]
    make = FileFinder.path_hook((Loader, [".py"]))

    def hook(path: str) -> Any:
        inside = any(path == each or path.startswith(f"{each}/") for each in ours)
        if not inside or "/migrations" in path or "/edge" in path:
            raise ImportError
        return make(path)

    assert all_suffixes()
    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()
    _switch_login_required()


def _switch_login_required() -> None:
    from django.contrib.auth import decorators

    original = decorators.login_required

    def login_required(view: Any = None, *arguments: Any, **named: Any) -> Any:
        if view is None:
            return lambda given: login_required(given, *arguments, **named)
        guarded = original(view, *arguments, **named)
        if "<locals>.dummy" in view.__qualname__:  # Django looks at what the decorator does
            return guarded
        around("login_required", view)

        @wraps(view)
        def switched(request: Any, *more: Any, **parts: Any) -> Any:
            refused = not request.user.is_authenticated and guards("login_required", view)
            return (guarded if refused else view)(request, *more, **parts)

        return switched

    decorators.login_required = login_required  # type: ignore[assignment]
