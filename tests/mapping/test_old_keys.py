"""Rows that stopped before their entry had columns: the migration reads their keys once."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps

from sync.models import Step
from tests.builders import a_sales_order, a_stopped_task

migration = import_module("sync.migrations.0021_missing_mapping")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "table", "key", "field"),
    [
        ("mapping:material:24:MB01", "material", "24:MB01", ""),
        ("mapping:carrier:DHL", "carrier", "DHL", ""),
        ("mapping:customer:group 1", "customer", "group 1", ""),
        ("mapping:sales_area:7", "sales_area", "7", ""),
        ("mapping:sales_area:7:JPY", "sales_area", "7", "currency"),
        ("mapping:shop:7", "sales_area", "7", ""),
        ("mapping:condition:freight", "sales_area", "7", "freight_condition"),
    ],
)
def test_a_row_that_is_stopped_is_told_its_entry(
    old: str, table: str, key: str, field: str
) -> None:
    task = a_stopped_task(Step.PUSH_ORDER, a_sales_order(store_id=7), cause_key=old)
    assert task.mapping_table == ""

    migration.fill(apps, None)

    task.refresh_from_db()
    assert (task.mapping_table, task.mapping_key, task.mapping_field) == (table, key, field)
    assert task.cause_key == f"mapping:{table}:{key}"
