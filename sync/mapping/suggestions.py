"""Materials and customers of SAP that the portal has met, in mappings and in SAP's documents.

SAP itself is not asked: a page never waits for it. What nobody has sold yet is typed in full, and
the trial says whether SAP knows it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.core.cache import cache

from sync.mapping_tables import MappingTable
from sync.models import CustomerMapping, MaterialMapping, SalesOrder, SapSalesOrderLine

MOST = 10
LOOKED_AT = 40  # entries from the first that fits: one material may stand for many SKUs
NEWEST = 500  # rows of SAP's documents
KEPT_SECONDS = 300
Known = tuple[str, str]  # the number, and what people know it by


def suggestions(table: MappingTable, typed: str) -> list[Known]:
    """The first that begin with what is typed, or whose name holds it; both without regard to
    capitals and leading zeros."""
    wanted = typed.strip()
    known, recent = SOURCES[table]
    found: dict[str, str] = {}
    for number, name in (*known(wanted), *_kept(table, recent)):
        if number and len(found) < MOST and _fits(wanted, number, name):
            found[number] = found.get(number) or name
    return sorted(found.items())


def _fits(typed: str, number: str, name: str) -> bool:
    begins = number.lstrip("0").upper().startswith(typed.lstrip("0").upper())
    return begins or (len(typed) > 1 and typed.casefold() in name.casefold())


def _kept(table: MappingTable, recent: Callable[[], Iterable[Known]]) -> list[Known]:
    """Read once in five minutes, whoever types how much."""
    read = cache.get_or_set(f"suggestions-{table}", lambda: sorted(set(recent())), KEPT_SECONDS)
    return list(read or ())


def _materials(typed: str) -> Iterator[Known]:
    rows = MaterialMapping.objects.filter(material__gte=typed.upper() or "0").order_by("material")
    for material, sku in rows.values_list("material", "sku")[:LOOKED_AT]:
        yield material, f"SKU {sku}"


def _recent_materials() -> Iterator[Known]:
    rows = SapSalesOrderLine.objects.order_by("-id").values_list("material", flat=True)
    return ((material, "") for material in rows[:NEWEST])


def _customers(typed: str) -> Iterator[Known]:
    for written in {typed, typed.zfill(10)} if typed.isdigit() else {typed}:
        rows = CustomerMapping.objects.filter(customer_number__gte=written)
        names = rows.order_by("customer_number").values_list("customer_number", "company")
        yield from names[:LOOKED_AT]


def _recent_customers() -> Iterator[Known]:
    rows = SalesOrder.objects.order_by("-id").values_list("sap_sold_to", "customer_name")
    return iter(rows[:NEWEST])


SOURCES: dict[
    MappingTable, tuple[Callable[[str], Iterable[Known]], Callable[[], Iterable[Known]]]
] = {
    MappingTable.MATERIAL: (_materials, _recent_materials),
    MappingTable.CUSTOMER: (_customers, _recent_customers),
}
