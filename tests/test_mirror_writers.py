"""Only ``sync.mirrors`` writes mirrors: what stands in one is what either side was read to say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_architecture import SYNC, modules

MIRRORS = {
    "SalesOrder", "SalesOrderLine", "SapSalesOrderLine", "OutboundDelivery",
    "OutboundDeliveryLine", "DeliveryTrack", "Shipment", "ShipmentLine", "ShipmentTrack", "Invoice",
    "InvoiceLine", "BillingDocument", "BillingDocumentLine",
}  # fmt: skip
WRITES = {
    "create", "get_or_create", "update_or_create", "update", "bulk_create", "bulk_update", "save",
    "delete",
}  # fmt: skip
# Marks of writes under way are no values of a mirror; no other module may set them.
ALLOWED = {"steps/remote_writes.py"}
DEEPEST = 9  # names made of each other would never end


class Module:
    """Follows the receiver of a call to the model it is of, as far as the module itself tells."""

    def __init__(self, tree: ast.Module) -> None:
        self.functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        self.returned = {one.name: one.returns for one in self.functions if one.returns}
        self.aliases = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def writes(self) -> Iterator[str]:
        """The functions that write a mirror."""
        for function in self.functions:
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and node.func.attr in WRITES
                    and MIRRORS & self.names(node.func.value, function)
                ):
                    yield function.name

    def names(self, node: ast.expr, function: ast.FunctionDef, depth: int = 0) -> set[str]:
        """The models that an expression in this function is made of, arguments left aside."""
        if depth > DEEPEST:
            return set()
        if isinstance(node, ast.Name):
            return self.behind(node.id, function, depth)
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "id", "")
        if isinstance(node, ast.Call) and name == "type":
            return self.names(node.args[0], function, depth + 1)
        if name in self.returned:
            return self.in_annotation(self.returned[name])
        inner = called or getattr(node, "value", None)  # of an attribute or an index
        return self.names(inner, function, depth + 1) if isinstance(inner, ast.expr) else set()

    def behind(self, name: str, function: ast.FunctionDef, depth: int) -> set[str]:
        """The name itself, what it was made of, and its type where it is an argument."""
        found = {name}
        for value in self.assigned(name, function):
            found |= self.names(value, function, depth + 1)
        for argument in (*function.args.args, *function.args.kwonlyargs):
            if argument.arg == name:
                found |= self.in_annotation(argument.annotation)
        return found

    def assigned(self, name: str, function: ast.FunctionDef) -> Iterator[ast.expr]:
        """What a local name was made of."""
        for node in ast.walk(function):
            if isinstance(node, ast.Assign | ast.AnnAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if node.value and any(getattr(one, "id", "") == name for one in targets):
                    yield node.value
            elif isinstance(node, ast.For) and getattr(node.target, "id", "") == name:
                yield node.iter

    def in_annotation(self, annotation: ast.expr | None) -> set[str]:
        """The names in a type, with those behind the module's own aliases."""
        found = {n.id for n in ast.walk(annotation or ast.Tuple([])) if isinstance(n, ast.Name)}
        for name in found & set(self.aliases):
            found |= {n.id for n in ast.walk(self.aliases[name]) if isinstance(n, ast.Name)}
        return found | (MIRRORS if "ShopPaper" in found else set())


def writers(room: Path = SYNC) -> set[str]:
    """The modules outside of mirrors that write one."""
    return {
        name
        for name, tree in modules(room)
        if not name.startswith(("mirrors/", "sandbox/")) and any(Module(tree).writes())
    }


def test_only_mirrors_write_mirrors() -> None:
    assert writers() == ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "SalesOrder.objects.filter(pk=1).update(a=1)",
        "orders = SalesOrder.objects.all()\n    orders.filter(pk=1).update(a=1)",
        "type(paper)._default_manager.filter(pk=1).update(a=1)",
        "order.save()",
        "order.lines.all().delete()",
        "for one in Invoice.objects.all():\n        one.save()",
        "_mirrors().update(a=1)",
    ],
)
def test_a_write_is_noticed(line: str, tmp_path: Path) -> None:
    code = [
        "ShopPaper = Invoice | Shipment",
        "def _mirrors() -> QuerySet[Shipment]: ...",
        f"def f(order: SalesOrder, paper: ShopPaper):\n    {line}",
    ]
    (tmp_path / "module.py").write_text("\n".join(code))

    assert writers(tmp_path) == {"module.py"}


@pytest.mark.parametrize(
    "line",
    [
        "SyncTask.objects.filter(sales_order=order).update(a=1)",
        "found = {}\n    found.update(order=order)",
        "Decision.objects.create(sales_order=order)",
    ],
)
def test_what_only_names_a_mirror_is_no_write(line: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(f"def f(order: SalesOrder):\n    {line}\n")

    assert writers(tmp_path) == set()
