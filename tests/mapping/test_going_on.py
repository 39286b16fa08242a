"""A mapping entry added anywhere lets the work that waited for it go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from sync.errors import MappingMissing
from sync.jobs.going_on import go_on
from sync.mapping_tables import MappingTable
from sync.models import (
    CarrierMapping,
    CustomerMapping,
    MaterialMapping,
    PaymentMapping,
    SalesArea,
    ShippingMapping,
    SyncTask,
)
from tests.builders import (
    a_carrier,
    a_sales_area,
    a_shop,
    a_stopped_task,
    a_waiting_order,
)

pytestmark = pytest.mark.django_db
State = SyncTask.State


def stopped(table: MappingTable, key: str, field: str = "") -> SyncTask:
    order = a_waiting_order()
    error = MappingMissing("An entry is missing.", table, key, field)
    return a_stopped_task(order=order, error=error)


def goes_on(task: SyncTask) -> bool:
    go_on()
    task.refresh_from_db()
    return task.state == State.WAITING


def test_entries_of_every_table_wake_what_waits_for_them_however_they_were_added() -> None:
    shop = a_shop()
    waiting: dict[MappingTable, tuple[SyncTask, Callable[[], object]]] = {
        MappingTable.MATERIAL: (stopped(MappingTable.MATERIAL, "24-MB01"), lambda:
            MaterialMapping.objects.bulk_create(
                [MaterialMapping(shop=shop, sku="24-MB01", material="M-1")])),
        MappingTable.PAYMENT: (stopped(MappingTable.PAYMENT, "checkmo"), lambda:
            PaymentMapping.objects.create(shop=shop, method="checkmo", payment_terms="0001")),
        MappingTable.SHIPPING: (stopped(MappingTable.SHIPPING, "flatrate_flatrate"), lambda:
            ShippingMapping.objects.create(
                shop=shop, method="flatrate_flatrate", shipping_condition="01")),
        MappingTable.SALES_AREA: (stopped(MappingTable.SALES_AREA, "1"), lambda: a_sales_area()),
        MappingTable.CARRIER: (stopped(MappingTable.CARRIER, "DHL"), lambda: a_carrier()),
    }  # fmt: skip
    for task, add in waiting.values():
        assert not goes_on(task)
        add()
        assert goes_on(task)
    assert CarrierMapping.objects.exists()


def test_a_field_that_was_missing_is_awaited() -> None:
    area = a_sales_area(price_condition="")
    task = stopped(MappingTable.SALES_AREA, "1", "price_condition")
    assert not goes_on(task)

    SalesArea.objects.filter(pk=area.pk).update(price_condition="PR00")

    assert goes_on(task)


def test_a_sales_area_of_another_currency_is_not_what_was_awaited() -> None:
    area = a_sales_area(currency="USD")
    task = stopped(MappingTable.SALES_AREA, "1", "currency")
    assert not goes_on(task)

    SalesArea.objects.filter(pk=area.pk).update(currency="EUR")

    assert goes_on(task)


def test_a_customer_is_found_by_the_order() -> None:
    area = a_sales_area(one_time_customer="")
    order = a_waiting_order(customer_email="jane@example.com")
    order.payload |= {"customer_email": "jane@example.com"}
    order.save()
    error = MappingMissing("No customer.", MappingTable.CUSTOMER, "jane")
    task = a_stopped_task(order=order, error=error)
    assert not goes_on(task)

    CustomerMapping.objects.create(
        sales_area=area, customer_email="jane@example.com", customer_number="0000100001"
    )

    assert goes_on(task)


def test_another_shops_entry_wakes_nothing() -> None:
    task = stopped(MappingTable.MATERIAL, "24-MB01")

    MaterialMapping.objects.create(shop=a_shop("other"), sku="24-MB01", material="M-1")

    assert not goes_on(task)


def test_work_that_stops_for_it_again_is_tried_ever_more_rarely() -> None:
    MaterialMapping.objects.create(shop=a_shop(), sku="24-MB01", material="M-1")
    task = stopped(MappingTable.MATERIAL, "24-MB01")
    SyncTask.objects.filter(pk=task.pk).update(attempts=4, finished_at=timezone.now())
    assert not goes_on(task)

    hour_ago = timezone.now() - timedelta(hours=2)
    SyncTask.objects.filter(pk=task.pk).update(finished_at=hour_ago)

    assert goes_on(task)
