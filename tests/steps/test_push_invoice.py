"""Each invoice of SAP is one invoice in the shop, mailed once, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.jobs import work
from sync.models import BillingDocument, Invoice, InvoiceMail, SalesOrder, SyncTask
from sync.sandbox.sap import billing
from tests.steps.spoilt import wired
from tests.world import World


def shipped(world: World, shape: str = "simple") -> tuple[SalesOrder, str]:
    """An order whose one delivery has left and is shipped; with the delivery's number."""
    order = world.into_sap(shape)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    return order, number


def test_a_billing_document_becomes_an_invoice_mailed_to_the_customer(world: World) -> None:
    order, delivery = shipped(world)

    world.invoice(order, world.bill(delivery))

    (held,) = world.shop_books(order)["invoices"]
    mirror = Invoice.objects.get()
    assert (mirror.entity_id, mirror.grand_total) == (held["entity_id"], order.grand_total)
    assert Invoice.objects.filter(differs_by=None).exists()
    assert len(world.mails(order, "invoice")) == 1
    assert InvoiceMail.objects.get().outcome == InvoiceMail.Outcome.SENT
    order.refresh_from_db()
    assert (order.stage, order.state) == ("complete", "complete")


@pytest.mark.slow
def test_p0_12_ten_runs_make_one_invoice_and_send_one_mail(world: World) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)

    for _ in range(10):
        world.invoice(order, number)

    assert len(world.shop_books(order)["invoices"]) == 1
    assert len(world.mails(order, "invoice")) == 1
    assert InvoiceMail.objects.count() == 1


@pytest.mark.parametrize("fault", ["drop_after_write", "drop_before", "server_error"])
def test_p0_12_after_a_lost_answer_the_shop_holds_one_invoice(world: World, fault: str) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)
    world.shop_fails(fault, "invoice")

    task = world.invoice(order, number)
    assert (task.state, task.error_class) == (SyncTask.State.WAITING, "OutcomeUnknown")
    task = world.run_task(task)

    assert task.state == SyncTask.State.DONE
    assert len(world.shop_books(order)["invoices"]) == 1
    assert len(world.mails(order, "invoice")) == 1
    assert InvoiceMail.objects.count() == 1


def test_a_portal_that_forgot_the_invoice_finds_it_by_its_marker(world: World) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)
    world.invoice(order, number)
    InvoiceMail.objects.all().delete()
    Invoice.objects.all().delete()

    world.invoice(order, number)

    assert len(world.shop_books(order)["invoices"]) == 1
    assert not Invoice.objects.get().is_made_by_hand


def test_an_invoice_the_shop_shows_under_another_key_stays_one_in_the_portal(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    document = world.bill(number)
    world.ship(order, number)
    world.invoice(order, document)
    key = Invoice.objects.get().entity_id
    Invoice.objects.update(entity_id=key + 100)  # as after a restored backup

    task = world.run(world.invoice_of(order, document))

    assert task.state == "done", task.error_message
    invoice = Invoice.objects.get()
    assert (invoice.entity_id, invoice.mails.count()) == (key, 1)


def test_an_invoice_the_shop_made_itself_is_linked_and_not_repeated(world: World) -> None:
    order, delivery = shipped(world)
    world.stand_in.invoice(order.entity_id, {})

    world.invoice(order, world.bill(delivery))

    assert len(world.shop_books(order)["invoices"]) == 1
    assert Invoice.objects.get().is_made_by_hand
    assert world.mails(order, "invoice") == []


def test_p0_10_an_invoice_that_holds_less_than_was_billed_goes_to_a_person(world: World) -> None:
    order, delivery = shipped(world)
    document = world.bill(delivery)
    world.invoice(order, document)
    with world.stand_in.store.writing() as found:
        (held,) = found.of_order("invoice", order.entity_id)
        held["items"][0]["qty"] = 1
        found.save("invoice", held)
    world.edit_web_order(order.entity_id, lambda web: web["items"][0].update(qty_invoiced=1))

    task = world.run(world.invoice_of(order, document))

    assert (task.state, task.cause_key) == ("needs_attention", "magento:quantities-cut")
    assert "(S-001): 1 in the shop, 2 in SAP" in task.error_message


def test_p0_10_an_invoice_made_with_less_than_was_billed_goes_to_a_person(world: World) -> None:
    order, delivery = shipped(world)
    document = world.bill(delivery)
    world.run(work.pull_billing(order))
    line = wired(world)

    def cut(name: str, answer: Any) -> Any:
        if name.endswith("/invoice"):
            with world.stand_in.store.writing() as found:
                (held,) = found.of_order("invoice", order.entity_id)
                held["items"][0]["qty"] = 1
                found.save("invoice", held)
        return answer

    line.spoil = cut
    task = world.run(world.invoice_of(order, document))

    assert (task.state, task.cause_key) == ("needs_attention", "magento:quantities-cut")


def test_a_billing_document_cancelled_before_its_turn_is_not_invoiced(world: World) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)
    world.run(work.pull_billing(order))
    wanted = world.invoice_of(order, number)
    billing.cancel(world.sap, number)
    world.run(work.pull_billing(order))

    task = world.run(wanted)

    assert "is not a valid invoice (any more)" in task.outcome
    assert world.shop_books(order)["invoices"] == []


def test_what_is_billed_again_after_a_cancellation_is_invoiced_once(world: World) -> None:
    order, delivery = shipped(world)
    billing.cancel(world.sap, world.bill(delivery))

    world.invoice(order, world.bill(delivery))

    assert len(world.shop_books(order)["invoices"]) == 1
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE


def test_a_shop_that_mails_nothing_is_not_believed(world: World) -> None:
    order, delivery = shipped(world)
    world.stand_in.change_settings({"mail_invoice": False})

    task = world.invoice(order, world.bill(delivery))

    assert task.outcome == "Invoice 000000001 made, read back and not mailed by the shop."
    assert not Invoice.objects.get().is_customer_told
    assert not InvoiceMail.objects.exists()


def test_one_billing_document_of_several_orders_is_one_invoice_in_each(world: World) -> None:
    first, second = world.into_sap(), world.into_sap("grouped")
    (delivery,) = world.dispatch(first, second)
    for order in (first, second):
        world.ship(order, delivery)
    number = world.bill(delivery)

    for order in (first, second):
        assert world.invoice(order, number).state == SyncTask.State.DONE

    for order in (first, second):
        (held,) = world.shop_books(order)["invoices"]
        assert Decimal(str(held["grand_total"])) == order.grand_total
    assert BillingDocument.objects.count() == 1


def test_an_invoice_that_differs_from_its_billing_document_says_by_how_much(
    world: World,
) -> None:
    order, delivery = shipped(world)
    number = world.bill(delivery)
    held = billing.billing_of(world.sap, number)
    held.items[0].net_value -= Decimal("1.00")
    world.sap.store.save(held)

    world.invoice(order, number)

    assert Invoice.objects.get().differs_by == Decimal("1.00")


def with_one_sku_on_both_lines(order: dict[str, Any]) -> None:
    order["items"][1]["sku"] = order["items"][0]["sku"]


def test_p0_10_one_sku_on_two_lines_in_three_deliveries_and_two_invoices(world: World) -> None:
    entity_id = world.place_only("coupon")
    world.edit_web_order(entity_id, with_one_sku_on_both_lines)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get()
    world.run(work.push_order(order))
    order.refresh_from_db()

    deliveries = []
    for quantities in ({10: 1}, {10: 1, 20: 1}, {10: 1}):
        (number,) = world.deliver(order, quantities=quantities)
        deliveries.append(world.goods_issue(number, [f"1Z{number}"]))
        assert world.ship(order, number).state == SyncTask.State.DONE
    for parts in (deliveries[:1], deliveries[1:]):
        assert world.invoice(order, world.bill(*parts)).state == SyncTask.State.DONE

    books = world.shop_books(order)
    items = [item["item_id"] for item in books["order"]["items"]]
    assert [
        {items.index(item["order_item_id"]): item["qty"] for item in shipment["items"]}
        for shipment in books["shipments"]
    ] == [{0: 1}, {0: 1, 1: 1}, {0: 1}]
    assert [
        {items.index(item["order_item_id"]): item["qty"] for item in invoice["items"]}
        for invoice in books["invoices"]
    ] == [{0: 1}, {0: 2, 1: 1}]
    totals = [Decimal(str(invoice["grand_total"])) for invoice in books["invoices"]]
    assert sum(totals) == order.grand_total
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE


def test_p0_10_what_is_left_over_keeps_the_order_open(world: World) -> None:
    order = world.into_sap("coupon")
    (number,) = world.deliver(order, quantities={10: 1})
    world.goods_issue(number, ["1Z1"])
    world.ship(order, number)
    world.invoice(order, world.bill(number))

    order.refresh_from_db()

    left = {line.sku: line.qty_ordered - line.qty_shipped for line in order.lines.all()}
    assert left == {"S-TAX": 2, "S-001": 1}
    assert order.stage == SalesOrder.Stage.DISPATCHED


@pytest.mark.parametrize("first", ["shipment", "invoice"])
def test_p0_09_delivery_and_invoice_arriving_together_end_complete(
    world: World, first: str
) -> None:
    order = world.into_sap("coupon")
    (delivery,) = world.dispatch(order)
    document = world.bill(delivery)
    world.run(work.pull_deliveries(order))
    world.run(work.pull_billing(order))
    wanted = [world.shipment_of(order, delivery), world.invoice_of(order, document)]

    for one in wanted if first == "shipment" else reversed(wanted):
        assert world.run(one).state == SyncTask.State.DONE

    order.refresh_from_db()
    assert (order.stage, order.state) == ("complete", "complete")
    for line in order.lines.all():
        assert line.qty_shipped == line.qty_invoiced == line.qty_ordered


def test_p0_09_writes_for_one_order_wait_for_each_other(world: World) -> None:
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    document = world.bill(delivery)
    world.run(work.pull_deliveries(order))
    world.run(work.pull_billing(order))

    locks = {
        work.confirm_order(order).lock,
        world.shipment_of(order, delivery).lock,
        world.invoice_of(order, document).lock,
        work.push_order(order).lock,
    }

    assert locks == {f"order:{order.pk}"}
