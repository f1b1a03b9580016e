"""The cells of the matrix that a page's check is about: those of the addresses that lead to it, for
everybody whom it should not let in and for what is not there. Where one of them is met otherwise,
the matrix fails; so none of the others need be asked."""

from collections import defaultdict
from typing import Any

from django.urls import resolve, reverse


class Cells:
    def __init__(self, world: Any) -> None:
        from tests.access.matrix import ROWS

        self.world = world
        self.of_view: dict[str, list[Any]] = defaultdict(list)
        self.of_module: dict[str, list[Any]] = defaultdict(list)
        for row in ROWS:
            view = resolve(reverse(row.name, args=row.args(world))).func
            self.of_view[f"{view.__module__}.{view.__qualname__}"].append(row)
            self.of_module[view.__module__].append(row)

    def open_all(self) -> None:
        """Every guarded page is opened once, so that its guards are known."""
        from tests.access.test_matrix import try_it

        for module, rows in self.of_module.items():
            if module.startswith(("portal.", "evaluation.views.pool")):
                for row in rows:
                    for role in ("wen", "auditor"):
                        try_it(self.world, role, "GET", row.name, row.args(self.world))

    def about(self, switch: str) -> list[Any]:
        """The rows whose view asks here; where a function beside them does, the module's; where it is
        a module without pages, those of its package."""
        if " around " in switch:
            return self.of_view.get(switch.rpartition(" ")[2], [])
        file, _space, inside = switch.partition(":")[0].partition(" ")
        module = file.removesuffix(".py").replace("/", ".")
        own = self.of_view.get(f"{module}.{inside.partition('.')[0]}")
        if own or module in self.of_module or ".views." not in module:
            return own or self.of_module.get(module, [])
        package = module.rpartition(".")[0]
        return [
            row for name, rows in self.of_module.items() if name.startswith(package) for row in rows
        ]

    def fail(self, rows: list[Any]) -> bool:
        return any(self._fails(row, method) for row in rows for method in ("GET", "POST"))

    def _fails(self, row: Any, method: str) -> bool:
        from tests.access.matrix import ROLES
        from tests.access.test_matrix import absent, try_it

        let_in = (row.get if method == "GET" else row.post) or frozenset()
        args = row.args(self.world)
        for role in ROLES:
            if role in let_in and f"{method} {role}" not in row.but:
                continue
            if try_it(self.world, role, method, row.name, args)[0] not in row.expected(
                method, role
            ):
                return True
        for what, missing in absent(row, self.world).items():
            for role in ROLES if what != "missing case" else ():
                met = try_it(self.world, role, method, row.name, missing)[0]
                if met not in row.without_its_object(method, role):
                    return True
        return False
