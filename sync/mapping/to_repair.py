"""Which entry of the mappings clears stopped work: one that is missing, or one that SAP refuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.db.models.functions import Lower, Trim

from sync.mapping.stopped_for import PresentEntries, entry_of, initial_of
from sync.mapping_tables import MappingTable
from sync.models import (
    CustomerMapping,
    MaterialMapping,
    SalesArea,
    SalesOrder,
    SalesOrderLine,
    SyncTask,
)
from sync.told import told

MOST_LINES = 2_000
# What a message of SAP blames; its first variable is the value. Where a sales area supplies it
# instead of an entry of its own, the last name is the area's field.
BLAMED: dict[str, tuple[MappingTable, str, str]] = {
    **dict.fromkeys(["V1 382", "V1 849", "M3 305"], (MappingTable.MATERIAL, "material", "")),
    "V1 384": (MappingTable.MATERIAL, "unit", "default_unit"),
    "V1 484": (MappingTable.MATERIAL, "item_category", ""),
    **dict.fromkeys(
        ["VP 112", "VP 199", "F2 153"],
        (MappingTable.CUSTOMER, "customer_number", "one_time_customer"),
    ),
    "V1 320": (MappingTable.SALES_AREA, "order_type", "order_type"),
    "CZ 115": (MappingTable.SALES_AREA, "sales_organization", "sales_organization"),
}


@dataclass(frozen=True, slots=True)
class ToRepair:
    """An entry to add or correct. ``fields`` are those in question, empty for a new entry as a
    whole; ``entry`` is what stands there."""

    table: MappingTable
    fields: tuple[str, ...] = ()
    initial: Mapping[str, Any] = field(default_factory=dict)
    entry: Model | None = None


def to_repair(tasks: Iterable[SyncTask]) -> dict[int, ToRepair]:
    """By the keys of the tasks; nothing for a task that no entry would clear. A few queries,
    however many tasks there are."""
    stopped = list(tasks)
    areas = {(one.shop_id, one.store_id): one for one in SalesArea.objects.order_by("-pk")}
    return _missing(stopped, areas) | _Blamed(stopped, areas).found()


def table_of(task: SyncTask) -> MappingTable | None:
    """Where an entry may clear the task, as far as the task alone tells."""
    if missing := entry_of(task):
        return missing.table
    blamed = _blamed(task)
    return blamed[0][0] if blamed else None


Areas = Mapping[tuple[int, int], SalesArea]


def _missing(tasks: Collection[SyncTask], areas: Areas) -> dict[int, ToRepair]:
    keys = {place: area.pk for place, area in areas.items()}
    missing = [(task, one) for task in tasks if (one := entry_of(task))]
    initial = {task.pk: initial_of(task, one, keys) for task, one in missing}
    present = PresentEntries((one.table, initial[task.pk]) for task, one in missing)
    found = {}
    for task, one in missing:
        known: dict[str, Any] = dict(initial[task.pk])
        if one.table == MappingTable.CUSTOMER and task.sales_order is not None:
            known["choices"] = _choices(task.sales_order)
        entry = present.like(one.table, initial[task.pk])
        found[task.pk] = ToRepair(one.table, (one.field,) if one.field else (), known, entry)
    return found


def _choices(order: SalesOrder) -> list[tuple[str, str]]:
    """By what the buyer is known, as far as columns tell; the rest is on Master data."""
    listed = [
        ("magento_customer_id", str(order.magento_customer_id or ""), told("this customer")),
        (
            "customer_email",
            order.customer_email,
            told("the e-mail address {email}", email=order.customer_email),
        ),
    ]
    return [(f"{name}:{value}", words) for name, value, words in listed if value]


class _Blamed:
    """Entries whose value SAP has refused, found by the order that was refused."""

    def __init__(self, tasks: Collection[SyncTask], areas: Areas) -> None:
        told = ((task, _blamed(task)) for task in tasks)
        self._told = {task.pk: (task, *said) for task, said in told if said}
        self._areas = areas
        self._skus = self._skus_of(MappingTable.MATERIAL)
        self._materials = self._known_materials()
        self._customers = self._known_customers()

    def found(self) -> dict[int, ToRepair]:
        made = {pk: self._of(*told) for pk, told in self._told.items()}
        return {pk: one for pk, one in made.items() if one is not None}

    def _of(
        self, task: SyncTask, blamed: tuple[MappingTable, str, str], value: str
    ) -> ToRepair | None:
        table, name, of_area = blamed
        own = [one for one in self._entries(task, table) if _same(getattr(one, name), value)]
        if len(own) == 1:
            return ToRepair(table, (name,), {}, own[0])
        area = self._area(task)
        if not own and area is not None and of_area and _same(getattr(area, of_area), value):
            return ToRepair(MappingTable.SALES_AREA, (of_area,), {}, area)
        if table == MappingTable.MATERIAL and name == "material" and not own:
            return self._new_material(task, value)
        return None

    def _new_material(self, task: SyncTask, value: str) -> ToRepair | None:
        """Where the SKU itself was sent as the material."""
        skus = self._skus[task.sales_order_id or 0]
        sku = next((one for one in skus if _same(one.strip(), value)), "")
        initial = {"shop": str(task.shop_id), "sku": sku.strip(), "material": value}
        return ToRepair(MappingTable.MATERIAL, (), initial) if sku else None

    def _entries(self, task: SyncTask, table: MappingTable) -> Iterable[Model]:
        if table == MappingTable.MATERIAL:
            plain = {_plain(sku) for sku in self._skus[task.sales_order_id or 0]}
            same_shop = (one for one in self._materials if one.shop_id == task.shop_id)
            return [one for one in same_shop if _plain(one.sku) in plain]
        area = self._area(task)
        if table == MappingTable.CUSTOMER and area is not None:
            return [one for one in self._customers if one.sales_area_id == area.pk]
        return []

    def _area(self, task: SyncTask) -> SalesArea | None:
        order = task.sales_order
        return self._areas.get((order.shop_id, order.store_id)) if order else None

    def _skus_of(self, table: MappingTable) -> dict[int, list[str]]:
        orders = [t.sales_order_id for t, blamed, _ in self._told.values() if blamed[0] == table]
        found: dict[int, list[str]] = defaultdict(list)
        if orders:
            lines = SalesOrderLine.objects.filter(sales_order__in=orders).order_by()
            for order, sku in lines.values_list("sales_order", "sku")[:MOST_LINES]:
                found[order].append(sku)
        return found

    def _known_materials(self) -> list[MaterialMapping]:
        skus = {_plain(sku) for own in self._skus.values() for sku in own}
        if not skus:
            return []
        shops = {task.shop_id for task, *_ in self._told.values()}
        known = MaterialMapping.objects.annotate(plain=Lower(Trim("sku")))
        return list(known.filter(plain__in=skus, shop__in=shops).order_by("pk"))

    def _known_customers(self) -> list[CustomerMapping]:
        values = [v for _, blamed, v in self._told.values() if blamed[0] == MappingTable.CUSTOMER]
        if not values:
            return []
        written = {form for value in values for form in (value, value.zfill(10), value.lstrip("0"))}
        return list(CustomerMapping.objects.filter(customer_number__in=written)[:MOST_LINES])


def _blamed(task: SyncTask) -> tuple[tuple[MappingTable, str, str], str] | None:
    """What SAP's message blames, and the value it names (``sap.returns`` puts it into the key)."""
    message = f"{task.sap_message_class} {task.sap_message_number}"
    _, _, rest = task.cause_key.partition(f":{message}:")
    value = rest.split(":")[0].strip()
    if message not in BLAMED or not value or task.sales_order_id is None:
        return None
    return BLAMED[message], value


def _same(kept: str, told: str) -> bool:
    """SAP shows numbers without their zeros, and in capitals what it keeps so."""
    return bool(told) and kept.strip().lstrip("0").upper() == told.lstrip("0").upper()


def _plain(sku: str) -> str:
    return sku.strip().lower()
