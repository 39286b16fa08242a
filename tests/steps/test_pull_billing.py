"""SAP's billing documents come into the mirror, decided by category and cancellation."""

from __future__ import annotations

from decimal import Decimal
from unittest import mock

import pytest

from sync.jobs import work
from sync.mirrors import news
from sync.models import BillingDocument, OutboundDelivery, SyncTask
from sync.sandbox.sap import billing
from tests.world import World


def test_an_invoice_of_sap_is_stored_with_amounts_and_lines(world: World) -> None:
    order = world.into_sap("coupon")
    (delivery,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    number = world.bill(delivery)

    world.run(work.pull_billing(order))

    document = BillingDocument.objects.get()
    assert (document.billing_document_number, document.category) == (number, "M")
    assert document.gross_value == order.grand_total
    assert list(document.lines.values_list("sap_item_number", "billed_quantity")) == [
        (10, Decimal(3)),
        (20, Decimal(1)),
    ]
    assert set(document.lines.values_list("sales_order", flat=True)) == {order.pk}


def test_pulling_again_brings_no_news(world: World) -> None:
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    world.bill(delivery)
    world.run(work.pull_billing())
    before = BillingDocument.objects.get()

    world.run(work.pull_billing())

    after = BillingDocument.objects.get()
    assert after.changed_at == before.changed_at
    assert after.lines.count() == 2


def test_a_service_is_billed_from_the_order_itself(world: World) -> None:
    order = world.into_sap("virtual")
    number = world.bill(orders=[order])

    world.run(work.pull_billing())

    assert BillingDocument.objects.get().billing_document_number == number


def test_a_cancelled_invoice_and_its_cancellation_are_told_apart(world: World) -> None:
    order = world.into_sap("virtual")
    number = world.bill(orders=[order])
    world.run(work.pull_billing())
    BillingDocument.objects.update(news_at=None)
    billing.cancel(world.sap, number)

    with mock.patch.object(news, "settle", return_value=[]):
        world.run(work.pull_billing())

    cancelled = BillingDocument.objects.get(billing_document_number=number)
    assert cancelled.is_cancelled
    assert cancelled.news_at is not None
    assert not any(document.is_invoice for document in BillingDocument.objects.all())


def test_an_invoice_is_found_although_its_delivery_was_never_pulled(world: World) -> None:
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    world.bill(delivery)

    world.run(work.pull_billing(order))
    world.run(work.pull_deliveries(order))
    world.run(work.pull_billing(order))

    assert BillingDocument.objects.count() == 1


def test_a_bulk_round_of_billing_costs_no_call_for_each_delivery(world: World) -> None:
    for _ in range(4):
        world.dispatch(world.into_sap(), tracking=("1Z1", "1Z2"))
    world.run(work.pull_deliveries())
    OutboundDelivery.objects.update(parcels_due_at=None)
    calls: list[str] = []
    world.line.on_call = calls.append

    world.run(work.pull_billing())

    assert calls == ["BAPISDORDER_GETDETAILEDLIST", "BAPI_DELIVERY_GETLIST"]


def test_a_delivery_billed_meanwhile_is_noted_by_the_round_of_billing(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries())
    world.bill(number)

    world.run(work.pull_billing())

    delivery = OutboundDelivery.objects.get(delivery_number=number)
    assert delivery.billing_status == "C"
    world.run(work.pull_deliveries())
    delivery.refresh_from_db()
    assert (delivery.billing_status, delivery.tracks.count()) == ("C", 1)


@pytest.mark.parametrize("reads_tables", [True, False])
def test_a_down_payment_request_is_no_invoice_and_bills_nothing(
    world: World, *, reads_tables: bool
) -> None:
    world.reads_tables = reads_tables
    world.new_worker()
    order = world.into_sap()
    (number,) = billing.bill(
        world.sap, billing.BillingRequest(orders=[order.sap_sales_order_number], billing_type="FAZ")
    )

    world.run(work.pull_billing(order))
    world.work_off()

    document = BillingDocument.objects.get(billing_document_number=number)
    assert (document.category, document.is_invoice) == ("M-P", False)
    assert document.get_category_display() == "Down-payment request"
    assert world.shop_books(order)["invoices"] == []
    assert not SyncTask.objects.filter(billing_document=document).exists()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))
    order.refresh_from_db()
    assert order.stage == order.Stage.COMPLETE


def test_billing_documents_of_several_customers_are_each_read_whole(world: World) -> None:
    """Without tables only the web invoice tells date and quantity, and only to its own sold-to
    party."""
    orders = [world.into_sap("simple"), world.into_sap("eur")]
    assert len({order.sap_sold_to for order in orders}) == 2
    deliveries = world.dispatch(*orders)
    world.run(work.pull_deliveries())
    for delivery in deliveries:
        world.bill(delivery)

    world.run(work.pull_billing())

    told = BillingDocument.objects.values_list("payer", "billing_date")
    assert {payer for payer, _date in told} == {order.sap_sold_to for order in orders}
    assert all(date is not None for _payer, date in told)
