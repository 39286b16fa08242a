"""The numbers the catalogue of features names, counted in the stand-ins' own books."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from sync.jobs import breaker, clicks, plan, work
from sync.jobs.ask import Answer, ask
from sync.jobs.run import run_one
from sync.models import (
    BillingDocument,
    Invoice,
    InvoiceMail,
    RemoteHealth,
    SalesOrder,
    Step,
    SyncAttempt,
    SyncTask,
)
from sync.roles import FINANCE
from sync.sandbox.sap import warehouse
from sync.sandbox.shop import factory
from tests.builders import a_user, an_invoice
from tests.properties.profiles import IS_LONG
from tests.wire import Line
from tests.world import World

pytestmark = pytest.mark.slow

State = SyncTask.State


def placed(world: World, count: int, shape: str = "simple") -> list[SalesOrder]:
    """Orders of one shape, all pulled at once."""
    for _ in range(count):
        factory.place(world.stand_in, shape, {})
    world.run(work.pull_orders(world.shop))
    return list(SalesOrder.objects.order_by("pk"))


def in_sap(world: World) -> Counter[str]:
    """How many SAP orders carry each web order's number."""
    rows = world.sap.store._db.execute("SELECT customer_reference FROM order_index")
    return Counter(str(row[0]) for row in rows)


# ---- P0-01
LOST = 1000 if IS_LONG else 100


def test_p0_01_the_answer_of_the_commit_lost_each_time_leaves_each_order_once(
    world: World,
) -> None:
    orders = placed(world, LOST)
    world.sap_fails("lost_commit_answer", times=LOST)

    tasks = [world.run_until_done(world.run(work.push_order(order))) for order in orders]

    assert {task.state for task in tasks} == {State.DONE}
    assert {task.attempts for task in tasks} == {2}  # each answer did get lost
    assert in_sap(world) == Counter({order.increment_id: 1 for order in orders})
    assert set(SalesOrder.objects.values_list("verification", flat=True)) == {"verified"}


# ---- P0-03
def test_p0_03_two_workers_and_an_impatient_person_make_one_sap_order(world: World) -> None:
    """At each remote call of the first worker the person clicks and a second worker tries."""
    (order,) = placed(world, 1)
    person, answers = a_user("Sales"), Counter[Answer]()
    first = clicks.sync_orders([order], person)

    def meanwhile(_call: str) -> None:
        answers.update(clicks.sync_orders([order], person).answers)
        for pk in SyncTask.objects.unfinished().values_list("pk", flat=True):
            run_one(pk, world.remotes)

    world.line.on_call = meanwhile
    (task,) = first.tasks
    run_one(task.pk, world.remotes)

    assert set(answers) == {Answer.ALREADY_RUNNING}
    assert answers[Answer.ALREADY_RUNNING] >= 4
    assert in_sap(world) == Counter({order.increment_id: 1})
    assert SyncTask.objects.filter(step="push_order").count() == 1
    assert SyncAttempt.objects.filter(task=task).count() == 1


# ---- P0-08
def test_p0_08_of_500_orders_with_a_poisoned_one_499_are_done(world: World) -> None:
    placed(world, 250)
    placed(world, 1, factory.BAD)
    orders = placed(world, 249)
    assert len(orders) == 500

    for wanted in plan.open_work(Step.PUSH_ORDER):
        ask(wanted, origin=SyncTask.Origin.SCHEDULE)
    world.work_off()

    pushes = SyncTask.objects.filter(step=Step.PUSH_ORDER)
    assert Counter(pushes.values_list("state", flat=True)) == {"done": 499, "needs_attention": 1}
    (stopped,) = pushes.filter(state=State.NEEDS_ATTENTION)
    assert stopped.cause_key == f"mapping:material:{factory.UNKNOWN_SKU}"
    counts = in_sap(world)
    assert (len(counts), set(counts.values())) == (499, {1})


# ---- P0-09
TOGETHER = 200 if IS_LONG else 40


def test_p0_09_delivery_and_invoice_arriving_together_end_complete_each_time(
    world: World,
) -> None:
    delivered_and_billed(world, TOGETHER)

    with SecondWorker(world) as second:
        world.work_off()
    world.run(work.pull_orders(world.shop))  # an order's state is read by the next fetch

    assert second.tries >= 2 * TOGETHER  # during each shipment and each invoice
    assert unlike_sap(world) == []
    assert set(SalesOrder.objects.values_list("state", "stage")) == {("complete", "complete")}
    assert not SyncTask.objects.exclude(state=State.DONE).exists()


def test_p0_09_without_a_lock_for_each_order_quantities_are_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in loses what the real shop loses [910]: a broken lock does not pass unseen."""
    numbers = itertools.count()
    monkeypatch.setattr(work, "order_lock", lambda _order: f"none:{next(numbers)}")
    monkeypatch.setattr("sync.steps.remote_writes._wait", lambda *_: None)
    delivered_and_billed(world, 3)

    with SecondWorker(world):
        world.work_off()

    assert unlike_sap(world)


def delivered_and_billed(world: World, count: int) -> None:
    """Orders that have left and are billed, and all the shop is to be told of it waits at once:
    the SAP number, the shipment and the invoice."""
    for order in placed(world, count):
        world.run(work.push_order(order))
    for number in SalesOrder.objects.values_list("sap_sales_order_number", flat=True):
        (delivery,) = warehouse.create_delivery(world.sap, warehouse.DeliveryRequest([number]))
        world.goods_issue(delivery, [f"1Z{delivery}"])
        world.bill(delivery)
    person = a_user("Sales")
    world.run(work.pull_deliveries(), asked_by=person)
    world.run(work.pull_billing(), asked_by=person)
    for order in SalesOrder.objects.all():
        ask(work.confirm_order(order), origin=SyncTask.Origin.CLICK, asked_by=person)


def unlike_sap(world: World) -> list[str]:
    """What the shop's books hold otherwise than SAP's, where everything has left and is billed."""
    found = []
    for order in SalesOrder.objects.all():
        held = world.shop_books(order)
        found += [
            f"{order} {item['sku']} {name}"
            for item in held["order"]["items"]
            for name in ("qty_shipped", "qty_invoiced")
            if item.get(name) != item["qty_ordered"]
        ]
        if held["order"].get("ext_order_id") != order.sap_sales_order_number:
            found.append(f"{order} number")
        found += [f"{order} {k}" for k in ("shipments", "invoices") if len(held[k]) != 1]
    return found


class _JoiningLine(Line):
    """Comes back to the first worker when the second is done, for both use one connection."""

    def __init__(self, threads: list[threading.Thread]) -> None:
        super().__init__()
        self._threads = threads

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        """One remote call."""
        answer = super().carry(name, call)
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        return answer


class SecondWorker:
    """While the shop makes a shipment or an invoice, it tries all that is due for that order.

    The shop goes on once the second worker has nothing to do, or has read the order it is about
    to overwrite and waits for the first one's write.
    """

    def __init__(self, world: World) -> None:
        self._shop = world.stand_in
        self._lock_of = world.stand_in._lock
        self._connection = connections["default"]
        self._threads: list[threading.Thread] = []
        self._go_on = threading.Event()
        world.line = Line()
        world.new_worker()
        self._remotes = world.remotes
        world.line = _JoiningLine(self._threads)
        world.new_worker()
        self.tries = 0
        self.errors: list[BaseException] = []

    def __enter__(self) -> SecondWorker:
        self._connection.inc_thread_sharing()
        self._shop.pause = self._begin
        self._shop._lock = self._seen_lock  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.dec_thread_sharing()
        assert not self.errors, self.errors

    def _begin(self, _operation: str) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        self._go_on.clear()
        thread = threading.Thread(target=self._work, daemon=True)
        self._threads.append(thread)
        thread.start()
        assert self._go_on.wait(30)

    def _work(self) -> None:
        connections["default"] = self._connection
        try:
            running = SyncTask.objects.get(state=State.RUNNING)
            due = SyncTask.objects.due(timezone.now()).filter(sales_order=running.sales_order)
            for pk in list(due.order_by("-id").values_list("pk", flat=True)):
                run_one(pk, self._remotes)
            self.tries += 1
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.errors.append(error)
        finally:
            self._go_on.set()

    def _seen_lock(self, order_id: int) -> threading.Lock:
        lock = self._lock_of(order_id)
        if threading.current_thread() in self._threads and lock.locked():
            self._go_on.set()
        return lock


# ---- P1-29
WAITING = 2000 if IS_LONG else 150


def test_p1_29_sap_away_with_many_waiting_is_one_incident_that_drains_in_order(
    world: World,
) -> None:
    orders = placed(world, WAITING)
    world.sap_fails("drop_before", times=0)
    for order in orders:
        ask(work.push_order(order), origin=SyncTask.Origin.SCHEDULE)
    world.work_off()

    assert RemoteHealth.objects.filter(opened_at__isnull=False).count() == 1
    pushes = SyncTask.objects.filter(step=Step.PUSH_ORDER)
    assert set(pushes.values_list("state", flat=True)) == {State.WAITING}
    assert SyncAttempt.objects.filter(task__in=pushes).count() == RemoteHealth.FAILURES_TO_OPEN

    world.sap.faults.clear()
    RemoteHealth.objects.update(probe_at=timezone.now())
    breaker.probe()
    world.work_off()

    assert set(pushes.values_list("state", flat=True)) == {State.DONE}
    rows = world.sap.store._db.execute("SELECT customer_reference FROM order_index ORDER BY number")
    assert [row[0] for row in rows] == [order.increment_id for order in orders]


# ---- P0-14
def test_p0_14_200_selected_invoices_are_mailed_once_each_with_who_when_and_to_whom(
    world: World, client: Client
) -> None:
    finance = a_user(FINANCE)
    invoices = [invoiced(world, order) for order in placed(world, 200, "virtual")]
    documents = list(BillingDocument.objects.values_list("pk", flat=True))
    client.force_login(finance, backend="django.contrib.auth.backends.ModelBackend")

    client.post("/invoices/resend/", {"selected": documents})  # asks with count and recipients
    assert not InvoiceMail.objects.exists()
    client.post("/invoices/resend/", {"selected": documents, "confirmed": "yes"})
    client.post("/invoices/resend/", {"selected": documents})  # and once more, at once
    world.work_off()

    mails = Counter(
        mail["document_id"] for inv in invoices for mail in world.mails(inv.sales_order, "invoice")
    )
    assert mails == Counter({invoice.entity_id: 1 for invoice in invoices})
    kept = InvoiceMail.objects.select_related("invoice__sales_order")
    assert {mail.invoice_id for mail in kept} == {invoice.pk for invoice in invoices}
    assert kept.count() == 200
    for mail in kept:
        assert (mail.asked_by, mail.recipient) == (finance, mail.invoice.sales_order.customer_email)
        assert mail.sent_at is not None


def invoiced(world: World, order: SalesOrder) -> Invoice:
    """The shop's invoice of a billing document, made without a mail."""
    entity_id = world.stand_in.invoice(order.entity_id, {})
    document = BillingDocument.objects.create(
        billing_document_number=f"{90000000 + entity_id:010}",
        category=BillingDocument.Category.INVOICE,
        billing_type="F2",
        billing_date=order.placed_at.date(),
        currency=order.currency,
        net_value=order.grand_total,
        tax_value=Decimal(0),
        gross_value=order.grand_total,
        changed_at=order.placed_at,
        read_at=order.placed_at,
    )
    return an_invoice(order, document, entity_id=entity_id)
