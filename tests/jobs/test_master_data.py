"""The tables that people keep are held in memory, and never older than the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from sync.models import CarrierMapping, MasterDataMark, PaymentMapping
from sync.models.master_data import HELD, read_once, rows_of
from tests.builders import a_shop

pytestmark = pytest.mark.django_db


def titles() -> list[str]:
    return sorted(one.title for one in rows_of(CarrierMapping))


def by_sql() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_carriermapping SET title = 'New'")


CHANGES: dict[str, Callable[[], object]] = {
    "saved": lambda: CarrierMapping.objects.create(sap_carrier="UPS", title="New"),
    "updated": lambda: CarrierMapping.objects.update(title="New"),
    "in bulk": lambda: CarrierMapping.objects.bulk_create(
        [CarrierMapping(sap_carrier="UPS", title="New")]
    ),
    "ignoring conflicts": lambda: CarrierMapping.objects.bulk_create(
        [CarrierMapping(sap_carrier="UPS", title="New")], ignore_conflicts=True
    ),
    "deleted": lambda: CarrierMapping.objects.all().delete(),
    "by SQL": by_sql,
}


@pytest.fixture(autouse=True)
def _a_carrier() -> None:
    CarrierMapping.objects.create(sap_carrier="DHL", title="DHL")
    assert titles() == ["DHL"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_seen_at_once_however_it_was_made(change: Callable[[], object]) -> None:
    change()

    assert titles() == sorted(CarrierMapping.objects.values_list("title", flat=True)) != ["DHL"]


def test_every_held_table_renews_the_mark() -> None:
    with connection.cursor() as cursor:
        for model in HELD:
            before = MasterDataMark.objects.get().mark
            if not model._default_manager.exists():
                continue
            column = model._meta.pk.column
            cursor.execute(f"UPDATE {model._meta.db_table} SET {column} = {column}")
            assert MasterDataMark.objects.get().mark != before, model


def test_nothing_is_read_again_while_nothing_changes() -> None:
    with CaptureQueriesContext(connection) as queries:
        rows_of(PaymentMapping)

    assert len(queries) == 1


def test_what_was_taken_back_is_not_kept() -> None:
    with transaction.atomic():
        CarrierMapping.objects.update(title="Never")
        assert titles() == ["Never"]
        transaction.set_rollback(True)

    assert titles() == ["DHL"]


def test_without_a_mark_nothing_is_kept() -> None:
    MasterDataMark.objects.all().delete()
    assert titles() == ["DHL"]
    CarrierMapping.objects.update(title="New")

    assert titles() == ["New"]


def test_one_orders_work_sees_the_entries_of_its_beginning_and_the_next_sees_the_new_ones() -> None:
    with read_once():
        CarrierMapping.objects.update(title="New")
        with read_once():
            assert titles() == ["DHL"]

    assert titles() == ["New"]


def test_a_shop_that_changes_is_read_again() -> None:
    a_shop()
    before = MasterDataMark.objects.get().mark

    a_shop(code="another")

    assert MasterDataMark.objects.get().mark != before
