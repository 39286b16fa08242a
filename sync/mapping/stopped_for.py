"""Finds the mapping entry a stopped task waits for, and the first values of its form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Model, Q

from sync.causes.papers import PaperCause
from sync.mapping_tables import MappingTable, MissingEntry
from sync.models import SalesArea, SyncTask


def entry_of(task: SyncTask) -> MissingEntry | None:
    """None where the task waits for no entry, or for a table this version does not know."""
    if task.cause == PaperCause.NOBODY_COLLECTS.code and task.sales_order is not None:
        method = task.sales_order.payment_method
        return MissingEntry(MappingTable.PAYMENT, method, "collected_by")
    if task.mapping_table not in {*MappingTable}:
        return None
    table = MappingTable(task.mapping_table)
    field = task.mapping_field if task.mapping_field in table.facts.may_lack else ""
    return MissingEntry(table, task.mapping_key, field)


Areas = Mapping[tuple[int, int], int]  # keys of sales areas by shop and store


def areas() -> Areas:
    """Of every store; there are few."""
    stores = SalesArea.objects.order_by("-pk").values_list("shop", "store_id", "pk")
    return {(shop, store): key for shop, store, key in stores}


def initial_of(task: SyncTask, missing: MissingEntry, areas: Areas) -> dict[str, str]:
    if missing.table == MappingTable.CUSTOMER:
        order = task.sales_order
        area = areas.get((order.shop_id, order.store_id)) if order else None
        return {"sales_area": str(area)} if area else {}
    *owners, column = missing.table.facts.key_fields
    shop = {"shop": str(task.shop_id)} if owners and task.shop_id else {}
    return {column: missing.key, **shop}


class PresentEntries:
    """The existing entries that are incomplete, to be changed rather than added again; one query
    for each table, however many are asked for. None for a customer: every buyer gets an entry of
    their own."""

    def __init__(self, wanted: Iterable[tuple[MappingTable, Mapping[str, Any]]]) -> None:
        conditions: dict[MappingTable, Q] = defaultdict(Q)
        for table, values in wanted:
            if table != MappingTable.CUSTOMER:
                conditions[table] |= Q(**_known_by(table, values))
        self._found = {table: _entries(table, which) for table, which in conditions.items()}

    def like(self, table: MappingTable, values: Mapping[str, Any]) -> Model | None:
        known_by = _known_by(table, values)
        found = self._found.get(table, [])
        return next((one for one in found if _is_known_by(one, known_by)), None)


def _known_by(table: MappingTable, values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {"sku": "sku__iexact"}  # the shop knows one product under both
    known_by = {
        columns.get(name, name): values[name] for name in table.facts.key_fields if name in values
    }
    if table == MappingTable.AMOUNT:  # what one store's entry says is not for another
        known_by["store_id"] = None
    return known_by


def _entries(table: MappingTable, which: Q) -> list[Model]:
    found = apps.get_model("sync", table.facts.model)._default_manager.filter(which)
    return list(found if found.ordered else found.order_by("pk"))


def _stored(entry: Model, name: str) -> object:
    """Its key where the column refers to another table."""
    key = f"{name}_id"
    return getattr(entry, key if hasattr(entry, key) else name)


def _is_known_by(entry: Model, known_by: Mapping[str, Any]) -> bool:
    for column, value in known_by.items():
        name, _, lookup = column.partition("__")
        own = _stored(entry, name)
        ours, theirs = (str(one) for one in (own, getattr(value, "pk", value)))
        same = ours.casefold() == theirs.casefold() if lookup else ours == theirs
        if not same:
            return False
    return True
