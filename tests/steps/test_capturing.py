"""Authorised is not paid: money is collected once, by whom it was said, or a person is asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from sync.causes.papers import PaperCause
from sync.causes.shop import ShopCause
from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
)
from sync.jobs import order_holds, work
from sync.models import Decision, OrderHold, PaymentMapping, RemoteCall, SalesOrder, SyncTask
from sync.sandbox.sap import billing
from sync.sandbox.shop.factory import AUTHORISED, ORDERED_ONLINE, PAID_ONLINE
from sync.steps.invoicing import capturing
from tests.builders import a_user
from tests.wire import Killed
from tests.world import World

pytestmark = pytest.mark.slow

SHOP, ELSEWHERE = PaymentMapping.Collector.SHOP, PaymentMapping.Collector.ELSEWHERE
TOTAL = 59.95


def who_collects(answer: str) -> None:
    PaymentMapping.objects.filter(method="cardgateway").update(collected_by=answer)


def billed(world: World, shape: str = AUTHORISED) -> tuple[SalesOrder, str]:
    """An order paid by card that has left and is billed; with its billing document."""
    order = world.into_sap(shape)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    return order, world.bill(number)


def captured(world: World, order: SalesOrder) -> list[float]:
    """What the bank has collected."""
    with world.stand_in.store.reading() as books:
        found = books.payments(order.entity_id)
    return [float(one["amount"]) for one in found if one["kind"] == "capture"]


def invoices(world: World, order: SalesOrder) -> list[dict[str, Any]]:
    return list(world.shop_books(order)["invoices"])


def gateway(world: World, answer: str) -> None:
    world.shop_fails("gateway", answer=answer)


def asked(task: SyncTask) -> tuple[str, str]:
    return task.state, task.cause_key


@pytest.mark.parametrize("shape", [AUTHORISED, ORDERED_ONLINE])
@pytest.mark.parametrize("entry", ["", None])
def test_an_order_nobody_collects_stops_before_its_invoice(
    world: World, shape: str, entry: str | None
) -> None:
    if entry is None:
        PaymentMapping.objects.filter(method="cardgateway").delete()
    who_collects("")
    order, document = billed(world, shape)

    task = world.invoice(order, document)

    assert asked(task) == ("needs_attention", PaperCause.NOBODY_COLLECTS.code)
    assert (invoices(world, order), world.mails(order, "invoice")) == ([], [])


def test_it_goes_on_once_somebody_said_who_collects(world: World) -> None:
    who_collects("")
    order, document = billed(world)
    task = world.invoice(order, document)
    who_collects(SHOP)

    task = world.retry(task)

    assert task.state == "done", task.error_message
    assert captured(world, order) == [TOTAL]


@pytest.mark.parametrize("shape", [AUTHORISED, ORDERED_ONLINE])
def test_the_shop_captures_with_the_invoice(world: World, shape: str) -> None:
    order, document = billed(world, shape)

    task = world.invoice(order, document)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])
    assert "59.95 USD captured." in task.outcome
    (invoice,) = order.invoices.all()
    assert invoice.transaction_id.startswith("CAP-")
    order.refresh_from_db()
    assert (order.payment_standing, float(order.captured_amount)) == ("captured", TOTAL)
    assert (order.stage, len(world.mails(order, "invoice"))) == ("complete", 1)


def test_money_collected_elsewhere_is_not_asked_for(world: World) -> None:
    who_collects(ELSEWHERE)
    order, document = billed(world)

    task = world.invoice(order, document)

    assert (task.state, captured(world, order)) == ("done", [])
    order.refresh_from_db()
    assert order.payment_standing == SalesOrder.Payment.BOOKED_ONLY


def test_an_offline_order_is_invoiced_as_ever(world: World) -> None:
    order, document = billed(world, "simple")

    assert world.invoice(order, document).state == "done"

    order.refresh_from_db()
    assert order.payment_standing == SalesOrder.Payment.PAID_OFFLINE


def test_an_order_paid_at_once_is_not_captured_again(world: World) -> None:
    order, document = billed(world, PAID_ONLINE)

    task = world.invoice(order, document)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])
    assert len(invoices(world, order)) == 1


def test_each_part_of_an_order_is_captured_once(world: World) -> None:
    order = world.into_sap(AUTHORISED)
    documents = []
    for quantities in ({10: 1}, {10: 1, 20: 1}):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [f"1Z{number}"])
        world.ship(order, number)
        documents.append(world.bill(number))

    for document in documents:
        assert world.invoice(order, document).state == "done"

    order.refresh_from_db()
    assert len(captured(world, order)) == 2
    assert sum(captured(world, order)) == pytest.approx(TOTAL)
    assert order.payment_standing == "captured"


@pytest.mark.parametrize("answer", ["declined", "not_saved"])
def test_a_refused_capture_is_never_repeated_by_itself(world: World, answer: str) -> None:
    order, document = billed(world)
    gateway(world, answer)

    task = world.invoice(order, document)

    bank = captured(world, order)
    assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert "The bank may have paid" in task.error_message
    assert "Could not save an invoice, see error log for details" in task.error_message
    assert asked(world.retry(task)) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert (captured(world, order), invoices(world, order)) == (bank, [])


def test_a_lost_answer_is_looked_up_and_not_repeated(world: World) -> None:
    order, document = billed(world)
    world.shop_fails("drop_after_write", "invoice")
    task = world.invoice(order, document)
    assert (task.state, task.error_class) == ("waiting", "OutcomeUnknown")

    task = world.run_task(task)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])
    assert "59.95 USD captured." in task.outcome
    assert len(world.mails(order, "invoice")) == 1


@pytest.mark.parametrize("fault", ["drop_before", "server_error"])
def test_an_answer_lost_without_an_invoice_ends_with_a_person(world: World, fault: str) -> None:
    order, document = billed(world)
    world.shop_fails(fault, "invoice")
    task = world.invoice(order, document)
    assert task.state == "waiting"

    task = world.run_task(task)

    assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert (captured(world, order), invoices(world, order)) == ([], [])


def test_a_capture_the_shop_forgot_with_its_answer_is_not_repeated(world: World) -> None:
    order, document = billed(world)
    gateway(world, "not_saved")
    world.shop_fails("drop_after_write", "invoice")

    task = world.run_until_done(world.invoice(order, document))

    assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert captured(world, order) == [TOTAL]


@pytest.mark.parametrize("is_answered", [True, False])
def test_a_worker_killed_over_a_capture_captures_once_at_most(
    world: World, is_answered: bool
) -> None:
    order, document = billed(world)
    world.run(work.pull_billing(order))
    wanted = world.invoice_of(order, document)
    world.line.kill(3, is_answered=is_answered)  # order and invoices are read before
    with pytest.raises(Killed):
        world.run(wanted)

    task = world.recover(SyncTask.objects.get(step=wanted.step))

    if is_answered:
        assert (task.state, captured(world, order)) == ("done", [TOTAL])
    else:
        assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
        assert "interrupted before an answer came" in task.error_message
        assert captured(world, order) == []


def test_work_that_is_asked_for_anew_repeats_no_capture_either(world: World) -> None:
    order, document = billed(world)
    gateway(world, "not_saved")
    task = world.invoice(order, document)
    SyncTask.objects.filter(pk=task.pk).update(state="done")

    fresh = world.run(world.invoice_of(order, document))

    assert fresh.pk != task.pk
    assert asked(fresh) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert captured(world, order) == [TOTAL]


def test_another_part_of_the_order_waits_until_it_is_known(world: World) -> None:
    order = world.into_sap(AUTHORISED)
    documents = []
    for quantities in ({10: 1}, {10: 1, 20: 1}):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [f"1Z{number}"])
        world.ship(order, number)
        documents.append(world.bill(number))
    gateway(world, "not_saved")
    world.invoice(order, documents[0])

    task = world.invoice(order, documents[1])

    assert asked(task) == ("needs_attention", PaperCause.OTHER_CAPTURE_UNKNOWN.code)
    assert documents[0] in task.error_message
    assert len(captured(world, order)) == 1


def test_what_is_billed_again_waits_until_somebody_looked_at_the_bank(world: World) -> None:
    order, document = billed(world)
    gateway(world, "declined")
    world.invoice(order, document)
    delivery = order.delivery_lines.get(sap_item_number=10).delivery
    billing.cancel(world.sap, document)
    world.run(work.pull_billing(order))
    again = world.bill(delivery.delivery_number)

    task = world.invoice(order, again)
    assert asked(task) == ("needs_attention", PaperCause.OTHER_CAPTURE_UNKNOWN.code)
    decide(task)

    task = world.retry(task)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])


def test_a_decision_on_one_document_repeats_no_capture_of_another(world: World) -> None:
    order = world.into_sap(AUTHORISED)
    tasks: list[SyncTask] = []
    for quantities in ({10: 1}, {10: 1, 20: 1}):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [f"1Z{number}"])
        world.ship(order, number)
        if tasks:
            gateway(world, "declined")
        tasks.append(world.invoice(order, world.bill(number)))
    first, second = tasks
    decide(second)
    assert world.retry(second).state == "done"
    with world.stand_in.store.writing() as books:  # a shop restored from a backup
        books.delete("invoice", order.invoices.order_by("id")[0].entity_id)
    world.edit_web_order(order.entity_id, as_before_the_first)
    bank = captured(world, order)

    SyncTask.objects.filter(pk=first.pk).update(state="needs_attention")
    first.refresh_from_db()
    task = world.retry(first)

    assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert captured(world, order) == bank


def as_before_the_first(web: dict[str, Any]) -> None:
    """The shop has forgotten the first invoice, and what it was paid."""
    web["items"][0]["qty_invoiced"] = 1
    web.update(total_paid=10, base_total_paid=10, state="processing", status="processing")


def test_a_person_may_have_it_captured_again(world: World) -> None:
    order, document = billed(world)
    gateway(world, "declined")
    task = world.invoice(order, document)
    decide(task)

    task = world.retry(task)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])


def test_one_decision_is_good_for_one_capture(world: World) -> None:
    order, document = billed(world)
    gateway(world, "declined")
    task = world.invoice(order, document)
    decide(task)
    gateway(world, "declined")

    task = world.retry(world.retry(task))

    assert asked(task) == ("needs_attention", PaperCause.CAPTURE_UNKNOWN.code)
    assert captured(world, order) == []


def test_an_invoice_made_by_hand_settles_it(world: World) -> None:
    order, document = billed(world)
    gateway(world, "not_saved")
    task = world.invoice(order, document)
    world.stand_in.invoice(order.entity_id, {})

    task = world.retry(task)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])
    assert len(invoices(world, order)) == 1


def test_nothing_sent_is_tried_again_by_itself(world: World) -> None:
    order, document = billed(world)
    world.run(work.pull_billing(order))
    world.stand_in.change_settings({"integration_rights": "Magento_Sales::actions_view,"
                                    "Magento_Sales::sales_invoice"})  # fmt: skip
    task = world.run(world.invoice_of(order, document))
    assert (task.error_class, captured(world, order)) == ("RemoteMisconfigured", [])
    world.stand_in.change_settings({"integration_rights": "all"})

    task = world.retry(task)

    assert (task.state, captured(world, order)) == ("done", [TOTAL])


@pytest.mark.parametrize("answer", ["pending", "unable"])
def test_an_invoice_that_brought_no_money_is_told_and_mailed_once(
    world: World, answer: str
) -> None:
    order, document = billed(world)
    gateway(world, answer)

    task = world.invoice(order, document)

    assert asked(task) == ("needs_attention", PaperCause.NOTHING_COLLECTED.code)
    assert asked(world.retry(task)) == ("needs_attention", PaperCause.NOTHING_COLLECTED.code)
    assert (captured(world, order), len(invoices(world, order))) == ([], 1)
    assert len(world.mails(order, "invoice")) == 1
    order.refresh_from_db()
    assert order.payment_standing == SalesOrder.Payment.AUTHORISED


def test_money_that_comes_later_closes_it(world: World) -> None:
    order, document = billed(world)
    gateway(world, "pending")
    task = world.invoice(order, document)
    world.edit_web_order(order.entity_id, lambda web: web.update(total_paid=TOTAL))

    task = world.retry(task)

    assert (task.state, captured(world, order)) == ("done", [])


@pytest.mark.parametrize(
    ("error", "is_before"),
    [
        (RemoteUnavailable("no connection", cause=ShopCause.UNREACHABLE), True),
        (RemoteMisconfigured("no right", cause=ShopCause.KEYS), True),
        (RemoteMisconfigured("not trusted", cause=ShopCause.CERTIFICATE), True),
        (RemoteMisconfigured("no address", cause=ShopCause.ADDRESS_INVALID), True),
        (RemoteMisconfigured("too many lines", cause=ShopCause.TOO_MANY_LINES), True),
        (RemoteMisconfigured("a web page", cause=ShopCause.ADDRESS_WRONG), False),
        (RemoteMisconfigured("a firewall", cause=ShopCause.FORBIDDEN), False),
        (RemoteUnavailable("too busy", cause=ShopCause.ASKS_FOR_PAUSE), False),
        (RemoteRejected("not saved", cause=ShopCause.REFUSED), False),
        (RemoteRejected("not found", cause=ShopCause.NOT_FOUND), False),
        (OutcomeUnknown("lost", cause=ShopCause.ANSWER_LOST), False),
        (OutcomeUnknown("lost while it connected", cause=ShopCause.UNREACHABLE), False),
    ],
)
def test_only_what_surely_did_not_reach_the_gateway_counts_as_not_sent(
    error: SyncError, is_before: bool
) -> None:
    assert capturing.never_reached_gateway(error) is is_before


def test_the_portal_never_reads_transactions(world: World) -> None:
    order, document = billed(world)
    gateway(world, "declined")
    task = world.invoice(order, document)
    decide(task)
    world.retry(task)

    called = RemoteCall.objects.values_list("operation", flat=True)
    assert any("invoice" in operation for operation in called)
    assert not any("transactions" in operation or "/capture" in operation for operation in called)


def decide(task: SyncTask) -> None:
    """Finance has looked at the bank: nothing was captured."""
    person, _created = User.objects.get_or_create(username="finance")
    Decision.keep(
        Decision.Kind.CAPTURE_AGAIN, person, "Nothing at the bank", task=task,
        sales_order=task.sales_order, billing_document=task.billing_document,
    )  # fmt: skip


def test_a_hold_just_before_the_capture_collects_nothing_and_asks_nobody(world: World) -> None:
    who_collects(SHOP)
    order, document = billed(world)
    holds: list[OrderHold] = []

    def hold_meanwhile(name: str) -> None:
        if "GET /rest/V1/invoices" in name and not holds:
            holds.append(OrderHold.of_order(order))
            assert order_holds.hold(holds[0], a_user(), "Unpaid bills")

    world.run(work.pull_billing(order))
    world.line.on_call = hold_meanwhile
    task = world.run(world.invoice_of(order, document))
    world.line.mend()

    assert (task.state, task.cause) == (SyncTask.State.WAITING, "held")
    assert captured(world, order) == []
    assert order_holds.release(holds[0], a_user(), "Paid")
    task = world.run_task(task)
    assert task.state == SyncTask.State.DONE, task.error_message
    assert captured(world, order) == [TOTAL]
