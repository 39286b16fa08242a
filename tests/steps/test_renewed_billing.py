"""A bill cancelled and renewed in SAP: the successor takes the shop's invoice over, or finance
decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sync.jobs import work
from sync.jobs.cleared import close_cleared
from sync.mirrors.billed_anew import successor_of
from sync.models import BillingDocument, Decision, Invoice, SalesOrder, StepSchedule, SyncTask
from sync.sandbox.sap import billing
from sync.sandbox.sap.calls import abap_raise
from tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def invoiced(world: World) -> tuple[SalesOrder, str, str]:
    """An order shipped and invoiced; with its delivery and its billing document."""
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    document = world.bill(number)
    world.invoice(order, document)
    return order, number, document


def renew(world: World, delivery: str, document: str) -> str:
    """Cancel and bill anew, as a clerk does who made a mistake."""
    billing.cancel(world.sap, document)
    return world.bill(delivery)


def change(world: World, document: str, **values: Any) -> None:
    held = billing.billing_of(world.sap, document)
    for name, value in values.items():
        setattr(held, name, value)
    world.sap.store.save(held)


def comments(world: World, order: SalesOrder) -> list[str]:
    (held,) = world.shop_books(order)["invoices"]
    return [one["comment"] for one in held["comments"]]


def states(world: World, order: SalesOrder, *documents: str) -> list[str]:
    world.run(work.pull_billing(order))
    return [world.run(world.invoice_of(order, one)).state for one in documents]


Invoiced = tuple[SalesOrder, str, str]


@pytest.mark.parametrize("first_of_all", ["old", "new"])
def test_a_cancelled_and_renewed_bill_ends(
    world: World, invoiced: Invoiced, first_of_all: str
) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)

    found = states(world, order, *((old, new) if first_of_all == "old" else (new, old)))

    assert found == ["done", "done"]
    invoice = Invoice.objects.get()
    assert str(invoice.billing_document) == new
    assert not invoice.is_made_by_hand
    assert comments(world, order) == [f"SAP billing document {one}" for one in (old, new)]
    assert len(world.mails(order, "invoice")) == 1


@pytest.mark.parametrize("fault", ["drop_after_write", "drop_before", "server_error"])
def test_the_second_marker_is_there_once_after_a_lost_answer(
    world: World, invoiced: Invoiced, fault: str
) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)
    world.run(work.pull_billing(order))
    world.shop_fails(fault, "comment")

    task = world.run_until_done(world.run(world.invoice_of(order, new)))

    assert task.state == "done", task.error_message
    assert len(comments(world, order)) == 2
    assert str(Invoice.objects.get().billing_document) == new


def test_renewed_twice_the_last_one_has_the_invoice(world: World, invoiced: Invoiced) -> None:
    order, delivery, document = invoiced
    for _ in range(2):
        former, document = document, renew(world, delivery, document)
        assert states(world, order, former, document) == ["done", "done"]

    assert str(Invoice.objects.get().billing_document) == document
    assert len(comments(world, order)) == 3


def test_a_portal_that_forgot_finds_the_former_by_its_marker(
    world: World, invoiced: Invoiced
) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)
    Invoice.objects.all().delete()

    assert states(world, order, new) == ["done"]
    assert len(world.shop_books(order)["invoices"]) == 1


@pytest.mark.parametrize("what", ["net", "tax", "payer"])
def test_unless_all_is_equal_finance_decides(world: World, invoiced: Invoiced, what: str) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)
    item = billing.billing_of(world.sap, new).items[0]
    if what == "payer":
        change(world, new, payer="0000100002")
    else:
        column = {"net": "net_value", "tax": "tax_value"}[what]
        setattr(item, column, getattr(item, column) + 1)
        change(world, new, items=[item, *billing.billing_of(world.sap, new).items[1:]])
    world.run(work.pull_billing(order))

    task = world.run(world.invoice_of(order, new))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:billing-renewed")
    assert old in task.error_message
    assert new in task.error_message
    assert len(comments(world, order)) == 1
    assert len(world.shop_books(order)["invoices"]) == 1


def test_what_finance_decides_is_done(world: World, invoiced: Invoiced) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)
    change(world, new, payer="0000100002")
    world.run(work.pull_billing(order))
    stopped = world.run(world.invoice_of(order, new))
    decide(order, new)

    task = world.retry(stopped)

    assert task.state == "done", task.error_message
    assert str(Invoice.objects.get().billing_document) == new
    assert "as finance decided" in task.outcome
    assert world.run(world.invoice_of(order, new)).state == "done"
    assert len(comments(world, order)) == 2


def test_an_order_paid_online_keeps_its_invoice_when_the_bill_is_renewed(world: World) -> None:
    entity_id = world.place_only()
    world.stand_in.invoice(entity_id, {})
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    old = world.bill(delivery)
    world.invoice(order, old)
    new = renew(world, delivery, old)

    assert states(world, order, old, new) == ["done", "done"]
    invoice = Invoice.objects.get()
    assert (str(invoice.billing_document), invoice.is_made_by_hand) == (new, True)
    assert comments(world, order) == []


def test_what_finance_links_may_hold_more_pieces(world: World, invoiced: Invoiced) -> None:
    order, delivery, old = invoiced
    billing.cancel(world.sap, old)
    new = world.bill(delivery, quantities={10: 1})
    world.run(work.pull_billing(order))
    stopped = world.run(world.invoice_of(order, new))
    assert stopped.cause_key == "sap:billing-renewed"
    decide(order, new)

    assert world.retry(stopped).state == "done"
    assert world.run(world.invoice_of(order, new)).state == "done"
    assert Invoice.objects.get().differs_by is not None


def test_what_finance_decides_of_an_invoice_made_by_hand_is_done(world: World) -> None:
    entity_id = world.place_only()
    world.stand_in.invoice(entity_id, {})
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    (delivery,) = world.dispatch(order)
    old = world.bill(delivery)
    world.invoice(order, old)
    new = renew(world, delivery, old)
    change(world, new, payer="0000100002")
    world.run(work.pull_billing(order))
    stopped = world.run(world.invoice_of(order, new))
    assert stopped.state == "needs_attention"
    decide(order, new)

    assert world.retry(stopped).state == "done"
    invoice = Invoice.objects.get()
    assert (str(invoice.billing_document), invoice.further_documents.count()) == (new, 0)
    assert comments(world, order) == []
    assert world.run(world.invoice_of(order, new)).state == "done"


def decide(order: SalesOrder, document: str) -> None:
    """Finance links the order's one invoice to the document."""
    Decision.keep(
        Decision.Kind.INVOICE_LINKED,
        User.objects.create(username="finance"),
        "The payer has moved.",
        number=Invoice.objects.get().increment_id,
        sales_order=order,
        billing_document=BillingDocument.objects.get(billing_document_number=document),
    )


def refund(world: World, order: SalesOrder) -> None:
    world.stand_in.refund(order.entity_id, {})
    world.run(work.pull_orders(world.shop))


def test_after_a_credit_memo_in_the_shop_the_old_document_closes(
    world: World, invoiced: Invoiced
) -> None:
    order, _delivery, old = invoiced
    billing.cancel(world.sap, old)
    world.run(work.pull_billing(order))
    task = world.run(world.invoice_of(order, old))
    assert (task.state, task.cause_key) == ("needs_attention", "sap:billing-cancelled")

    refund(world, order)
    close_cleared()

    task.refresh_from_db()
    assert task.state == SyncTask.State.DONE
    assert world.run(world.invoice_of(order, old)).state == "done"


def test_after_a_credit_memo_the_new_document_is_for_finance(
    world: World, invoiced: Invoiced
) -> None:
    order, delivery, old = invoiced
    new = renew(world, delivery, old)
    refund(world, order)
    world.run(work.pull_billing(order))

    task = world.run(world.invoice_of(order, new))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:billing-renewed")
    assert "credited" in task.error_message
    assert len(world.shop_books(order)["invoices"]) == 1


def test_a_piece_that_sap_has_credited_itself_closes_nothing(
    world: World, invoiced: Invoiced
) -> None:
    order, delivery, old = invoiced
    refund(world, order)
    request = billing.BillingRequest([delivery], billing_type="G2")
    (memo,) = billing.bill(world.sap, request)
    billing.cancel(world.sap, old)
    world.run(work.pull_billing(order))

    task = world.run(world.invoice_of(order, old))

    assert BillingDocument.objects.filter(billing_document_number=memo).exists()
    assert task.state == "needs_attention"


def test_the_row_of_a_cancelled_document_closes_when_its_successor_has_the_invoice(
    world: World, invoiced: Invoiced
) -> None:
    order, delivery, old = invoiced
    billing.cancel(world.sap, old)
    world.run(work.pull_billing(order))
    task = world.run(world.invoice_of(order, old))
    assert task.state == "needs_attention"

    assert states(world, order, world.bill(delivery)) == ["done"]
    close_cleared()

    task.refresh_from_db()
    assert task.state == SyncTask.State.DONE


# ---- long after ------------------------------------------------------------------------------
def followed_no_longer(world: World) -> None:
    """Two months have gone by."""
    ago = timezone.now() - timedelta(days=60)
    SalesOrder.objects.update(completed_at=ago, billing_due_at=None, deliveries_due_at=None)


def without_tables(name: str) -> None:
    """The portal's user may not read tables."""
    if name == "RFC_READ_TABLE":
        raise abap_raise("NOT_AUTHORIZED")


def test_a_bill_renewed_long_after_is_noticed_and_taken_over(
    world: World, invoiced: Invoiced
) -> None:
    StepSchedule.objects.create(step="push_invoice")
    _order, delivery, old = invoiced
    world.work_off()
    followed_no_longer(world)
    new = renew(world, delivery, old)

    world.run(work.pull_billing())
    world.work_off()

    assert str(Invoice.objects.get().billing_document) == new
    assert not SyncTask.objects.filter(state="needs_attention").exists()


def test_a_credit_memo_of_sap_long_after_is_seen_and_pushes_nothing(
    world: World, invoiced: Invoiced
) -> None:
    order, delivery, _old = invoiced
    world.work_off()
    followed_no_longer(world)
    (memo,) = billing.bill(world.sap, billing.BillingRequest([delivery], billing_type="G2"))

    world.run(work.pull_billing())
    world.work_off()

    assert BillingDocument.objects.filter(billing_document_number=memo, category="O").exists()
    assert len(world.shop_books(order)["invoices"]) == 1
    assert not SyncTask.objects.filter(billing_document__category="O").exists()


def test_where_tables_may_be_read_many_complete_orders_cost_one_look(
    world: World, invoiced: Invoiced
) -> None:
    world.reads_tables = True
    world.new_worker()
    world.work_off()
    for _ in range(2):
        order = world.into_sap()
        (number,) = world.dispatch(order)
        world.ship(order, number)
        world.invoice(order, world.bill(number))
    followed_no_longer(world)
    calls: list[str] = []
    world.line.on_call = calls.append

    world.run(work.pull_billing())

    assert calls == ["RFC_READ_TABLE"]


def test_news_that_cannot_be_read_is_not_asked_for_again(world: World, invoiced: Invoiced) -> None:
    order, delivery, _old = invoiced
    world.work_off()
    followed_no_longer(world)
    billing.bill(world.sap, billing.BillingRequest([delivery], billing_type="G2"))
    world.run(work.pull_billing())
    BillingDocument.objects.filter(category="O").delete()  # as if SAP did not list it
    followed_no_longer(world)
    world.run(work.pull_billing())

    order.refresh_from_db()
    assert order.billing_due_at is None
    assert not BillingDocument.objects.filter(category="O").exists()


def test_where_table_reads_are_refused_a_cancellation_is_noticed_all_the_same(
    world: World, invoiced: Invoiced
) -> None:
    order, _delivery, old = invoiced
    world.work_off()
    followed_no_longer(world)
    world.reads_tables = True
    world.new_worker()
    world.line.on_call = without_tables
    billing.cancel(world.sap, old)

    world.run(work.pull_billing())

    assert BillingDocument.objects.get(billing_document_number=old).is_cancelled
    order.refresh_from_db()
    assert order.stage != SalesOrder.Stage.COMPLETE


def test_another_part_of_the_order_is_not_what_was_billed_anew(world: World) -> None:
    """Both bill the same item of the SAP order itself, and the shop has an invoice of each."""
    order = world.into_sap("virtual")
    first = world.bill(orders=[order])
    world.invoice(order, first)
    billing.cancel(world.sap, first)
    second = world.bill(orders=[order])
    world.run(work.pull_billing(order))
    cancelled, other = (
        BillingDocument.objects.get(billing_document_number=one) for one in (first, second)
    )
    assert successor_of(order, cancelled) == other

    invoice = Invoice.objects.get()
    invoice.pk, invoice.entity_id, invoice.billing_document = None, invoice.entity_id + 1, other
    invoice.save()

    assert successor_of(order, cancelled) is None
