"""Stopped work that a person has ended stays ended, until somebody opens it again."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.jobs import clicks, plan, work
from sync.jobs.ask import ask
from sync.jobs.marked_done import mark_done, reopen
from sync.jobs.work import Work
from sync.mirrors import unreadable
from sync.models import (
    BillingDocument,
    CompletenessFinding,
    Decision,
    Invoice,
    OutboundDelivery,
    SalesOrder,
    Shipment,
    Step,
    SyncTask,
)
from sync.reading import UnreadableRecord
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.slow

STOPPED, DONE = SyncTask.State.NEEDS_ATTENTION, SyncTask.State.DONE
WHY = "Agreed with the customer"


@pytest.fixture
def person(db: None) -> User:
    return a_user("Logistics", "Finance", "Sales", username="lena")


def stopped(wanted: Work) -> SyncTask:
    """Work that has been tried, and has stopped for a person."""
    task = ask(wanted, origin=SyncTask.Origin.SCHEDULE).task
    SyncTask.objects.filter(pk=task.pk).update(
        state=STOPPED, attempts=1, error_class="RemoteRejected", error_message="The shop said no."
    )
    task.refresh_from_db()
    return task


def stopped_shipment(world: World, order: SalesOrder) -> SyncTask:
    """A delivery that has left and could not be shipped in the shop."""
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    return stopped(world.shipment_of(order, number))


def stopped_invoice(world: World, order: SalesOrder) -> SyncTask:
    """A billing document that could not be invoiced in the shop."""
    number = world.bill(orders=[order])
    world.run(work.pull_billing(order))
    return stopped(world.invoice_of(order, number))


def by_hand(world: World, order: SalesOrder, verb: str, **more: Any) -> str:
    """Somebody ships or invoices one piece in the shop's admin; the number the shop gave it."""
    item = world.shop_books(order)["order"]["items"][0]["item_id"]
    wanted = {"items": [{"order_item_id": item, "qty": 1}], **more}
    key = getattr(world.stand_in, verb)(order.entity_id, wanted)
    papers = world.shop_books(order)[f"{'shipment' if verb == 'ship' else 'invoice'}s"]
    return str(next(one["increment_id"] for one in papers if one["entity_id"] == int(key)))


def asked_for(step: Step) -> list[Work]:
    return list(plan.open_work(step))


def test_a_delivery_marked_done_is_not_asked_for_again_and_ships_nothing(
    world: World, person: User
) -> None:
    order = world.into_sap()
    task = stopped_shipment(world, order)

    assert mark_done(task, person, WHY)
    OutboundDelivery.objects.update(changed_at=task.asked_at.replace(year=2099))
    world.work_off()

    task.refresh_from_db()
    assert (task.state, task.outcome) == (DONE, f"Marked done by lena: {WHY}")
    assert asked_for(Step.PUSH_SHIPMENT) == []
    assert world.shop_books(order)["shipments"] == []
    kept = Decision.objects.get()
    assert (kept.kind, kept.reason, kept.decided_by, kept.delivery, kept.task) == (
        Decision.Kind.MARKED_DONE, WHY, person, task.delivery, task,
    )  # fmt: skip


def test_an_order_whose_papers_are_all_dealt_with_is_complete(world: World, person: User) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    mark_done(stopped(world.shipment_of(order, number)), person, WHY)
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.SHIPPED
    bill = world.bill(number)
    world.run(work.pull_billing(order))
    task = stopped(world.invoice_of(order, bill))
    mark_done(task, person, WHY)
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE

    reopen(task, person, "It is to be invoiced after all")

    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.SHIPPED


def test_what_is_opened_again_goes_on_and_is_asked_for_as_before(
    world: World, person: User
) -> None:
    order = world.into_sap("virtual")
    task = stopped_invoice(world, order)
    mark_done(task, person, WHY)
    BillingDocument.objects.update(changed_at=task.asked_at.replace(year=2099))

    again = reopen(task, person, "Too early")

    assert again == task
    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING
    assert world.run_task(task).state == DONE
    assert len(world.shop_books(order)["invoices"]) == 1
    assert [one.kind for one in Decision.objects.all()] == ["reopened", "marked_done"]
    assert [one.step for one in asked_for(Step.PUSH_INVOICE)] == [Step.PUSH_INVOICE]
    assert reopen(task, person, "Twice") is None


def test_of_two_people_only_the_first_marks_it_done(world: World, person: User) -> None:
    task = stopped_shipment(world, world.into_sap())
    seen_by_another = SyncTask.objects.get(pk=task.pk)

    assert mark_done(task, person, WHY)
    assert not mark_done(seen_by_another, a_user("Logistics"), "Me too")
    assert not mark_done(seen_by_another, a_user("Logistics"), "Me too", "000000001")

    assert Decision.objects.count() == 1


def test_work_put_back_meanwhile_is_not_marked_done(world: World, person: User) -> None:
    task = stopped_shipment(world, world.into_sap())
    clicks.retry_tasks([SyncTask.objects.get(pk=task.pk)], person)

    assert not mark_done(task, person, WHY)

    assert not Decision.objects.exists()


@pytest.mark.parametrize("verb", ["ship", "invoice"])
def test_a_number_with_our_reference_is_linked_and_the_work_is_done(
    world: World, person: User, verb: str
) -> None:
    order = world.into_sap("simple" if verb == "ship" else "virtual")
    task = (stopped_shipment if verb == "ship" else stopped_invoice)(world, order)
    document: Any = task.delivery or task.billing_document
    what = "delivery" if verb == "ship" else "billing document"
    comment = {"comment": f"SAP {what} {document}", "is_visible_on_front": 0}
    number = by_hand(world, order, verb, comment=comment)

    mark_done(task, person, WHY, number)
    task = world.run_task(task)

    assert task.state == DONE, task.error_message
    assert task.outcome.startswith(f"Marked done by lena: {WHY}")
    model: Any = Shipment if verb == "ship" else Invoice
    paper = model.objects.standing_for(document).get()
    assert paper.increment_id == number
    kept = Decision.objects.get()
    assert (kept.number, kept.reason, kept.decided_by) == (number, WHY, person)
    assert len(world.shop_books(order)["shipments"] + world.shop_books(order)["invoices"]) == 1


@pytest.mark.parametrize("verb", ["ship", "invoice"])
def test_a_number_without_our_reference_is_confirmed_first(
    world: World, person: User, verb: str
) -> None:
    order = world.into_sap("simple")
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    if verb == "ship":
        task = stopped(world.shipment_of(order, number))
    else:
        bill = world.bill(number)
        world.run(work.pull_billing(order))
        task = stopped(world.invoice_of(order, bill))
    document = task.delivery if verb == "ship" else task.billing_document
    model: Any = Shipment if verb == "ship" else Invoice
    number = by_hand(world, order, verb)

    mark_done(task, person, WHY, number)
    task = world.run_task(task)

    assert (task.state, task.error_class) == (STOPPED, "RecordsDisagree")
    assert f"does not say that it was made for {document}" in task.error_message
    assert not model.objects.standing_for(document).exists()
    assert not Decision.objects.exists()

    mark_done(task, person, WHY, number)
    task = world.run_task(task)

    assert task.state == DONE, task.error_message
    paper = model.objects.standing_for(document).get()
    assert (paper.increment_id, paper.is_made_by_hand) == (number, True)


def test_confirming_one_number_confirms_no_other(world: World, person: User) -> None:
    order = world.into_sap("simple")
    task = stopped_shipment(world, order)
    numbers = [by_hand(world, order, "ship"), by_hand(world, order, "ship")]

    for number in [*numbers, numbers[0]]:
        mark_done(task, person, WHY, number)
        task = world.run_task(task)
        assert task.state == STOPPED

    assert not Decision.objects.exists()


def test_a_number_the_shop_does_not_have_is_refused_and_forgotten(
    world: World, person: User
) -> None:
    order = world.into_sap()
    task = stopped_shipment(world, order)

    mark_done(task, person, WHY, "000009999")
    task = world.run_task(task)

    assert task.state == STOPPED
    assert task.error_message == "The shop has no shipment 000009999 for this order."
    assert world.retry(task).outcome.startswith("Shipment 000000001 made and read back")


def test_a_number_that_stands_for_another_document_is_refused(world: World, person: User) -> None:
    order, other = world.into_sap(), world.into_sap()
    task = stopped_shipment(world, order)
    number = by_hand(world, order, "ship")
    (another,) = world.dispatch(other)
    world.run(work.pull_deliveries(other))
    delivery = OutboundDelivery.objects.get(delivery_number=another)
    mark_done(task, person, WHY, number)
    world.run_task(task)
    mirror = Shipment.objects.create(
        sales_order=order, entity_id=world.shop_books(order)["shipments"][0]["entity_id"],
        increment_id=number, delivery=delivery, remote_created_at=task.asked_at,
        read_at=task.asked_at, is_made_by_hand=True,
    )  # fmt: skip

    task.refresh_from_db()
    mark_done(task, person, WHY, number)
    task = world.run_task(task)

    assert task.state == STOPPED
    assert task.error_message == f"Shipment {number} is linked to another document already."
    mirror.refresh_from_db()
    assert (mirror.delivery, mirror.further_deliveries.count()) == (delivery, 0)


def test_a_number_that_carries_anothers_reference_is_refused(world: World, person: User) -> None:
    order = world.into_sap()
    task = stopped_shipment(world, order)
    comment = {"comment": "SAP delivery 0080999999", "is_visible_on_front": 0}
    number = by_hand(world, order, "ship", comment=comment)

    for _ in range(2):
        mark_done(task, person, WHY, number)
        task = world.run_task(task)

    assert task.state == STOPPED
    assert "was made for another document: SAP delivery 0080999999" in task.error_message


def test_a_shop_that_is_away_keeps_the_number_for_later(world: World, person: User) -> None:
    order = world.into_sap()
    task = stopped_shipment(world, order)
    comment = {"comment": f"SAP delivery {task.delivery}", "is_visible_on_front": 0}
    number = by_hand(world, order, "ship", comment=comment)
    world.shop_fails("server_error", "shipments")
    mark_done(task, person, WHY, number)

    task = world.run_task(task)
    assert task.state == SyncTask.State.WAITING
    task = world.run_until_done(task)

    assert task.state == DONE
    assert Decision.objects.get().number == number


def test_an_order_marked_done_does_not_go_to_sap(world: World, person: User) -> None:
    order = world.place()
    SyncTask.objects.filter(step=Step.PUSH_ORDER).delete()
    task = stopped(work.push_order(order))

    mark_done(task, person, WHY)
    clicks.sync_orders([order], person)
    world.work_off()

    assert asked_for(Step.PUSH_ORDER) == []
    assert world.sap_books(order) == []
    world.run(work.check_completeness(world.shop))
    finding = CompletenessFinding.objects.get()
    assert (finding.reason, finding.is_explained) == (f"Marked done by lena: {WHY}", True)

    reopen(task, person, "The customer insists")
    world.work_off()
    assert len(world.sap_books(order)) == 1


def test_a_confirmation_marked_done_is_not_asked_for_again(world: World, person: User) -> None:
    order = world.into_sap()
    SyncTask.objects.filter(step=Step.CONFIRM_ORDER).delete()
    task = stopped(work.confirm_order(order))

    mark_done(task, person, WHY)

    assert asked_for(Step.CONFIRM_ORDER) == []
    assert Step.CONFIRM_ORDER not in {one.step for one in plan.for_order(order)}


def test_a_record_marked_done_is_reported_again_only_for_other_trouble(
    world: World, person: User
) -> None:
    def report(trouble: str) -> None:
        error = UnexpectedRecord(trouble, cause=ShopCause.UNREADABLE)
        record = UnreadableRecord("order", "000000007", error, 7)
        unreadable.report(world.shop, record)

    report("It has no store.")
    mark_done(SyncTask.objects.get(state=STOPPED), person, "An order of the test shop")

    report("It has no store.")
    assert not SyncTask.objects.filter(state=STOPPED).exists()
    report("It has no currency.")
    assert SyncTask.objects.filter(state=STOPPED).count() == 1


@pytest.mark.parametrize("is_marked", [True, False])
def test_a_linked_number_that_is_opened_again_makes_no_second_paper(
    world: World, person: User, is_marked: bool
) -> None:
    order = world.into_sap()
    task = stopped_shipment(world, order)
    text = f"SAP delivery {task.delivery}" if is_marked else "by hand"
    number = by_hand(world, order, "ship", comment={"comment": text, "is_visible_on_front": 0})
    for _ in range(1 if is_marked else 2):
        mark_done(task, person, WHY, number)
        task = world.run_task(task)
    assert task.state == DONE

    reopen(task, person, "Look once more")
    world.run_task(task)

    assert len(world.shop_books(order)["shipments"]) == 1


def test_newer_work_that_is_open_is_what_is_opened_again(world: World, person: User) -> None:
    task = stopped_shipment(world, world.into_sap())
    mark_done(task, person, WHY)
    assert task.delivery is not None
    assert task.sales_order is not None
    newer = stopped(work.push_shipment(task.delivery, task.sales_order))

    assert reopen(task, person, "Once more") == newer

    newer.refresh_from_db()
    assert newer.state == SyncTask.State.WAITING
