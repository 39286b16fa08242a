"""Finds the mapping entry a stopped task waits for, and the first values of its form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db.models import Model

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


def initial_of(task: SyncTask, missing: MissingEntry) -> dict[str, str]:
    if missing.table == MappingTable.CUSTOMER:
        area = (
            task.sales_order
            and SalesArea.objects.filter(
                shop=task.sales_order.shop_id, store_id=task.sales_order.store_id
            ).first()
        )
        return {"sales_area": str(area.pk)} if area else {}
    *owners, column = missing.table.facts.key_fields
    shop = {"shop": str(task.shop_id)} if owners and task.shop_id else {}
    return {column: missing.key, **shop}


def present_entry(table: MappingTable, values: Mapping[str, Any]) -> Model | None:
    """The existing entry that is incomplete, to be changed rather than added again. None for a
    customer: every buyer gets an entry of their own."""
    if table == MappingTable.CUSTOMER:
        return None
    model = apps.get_model("sync", table.facts.model)
    columns = {"sku": "sku__iexact"}  # the shop knows one product under both
    known_by = {
        columns.get(name, name): values[name] for name in table.facts.key_fields if name in values
    }
    found: Model | None = model._default_manager.filter(**known_by).first()
    return found
