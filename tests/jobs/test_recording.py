"""Calls are stored with the attempt's next commit; a write's request, with its mark, before it
leaves."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from sync.causes.papers import PaperCause
from sync.errors import LeaseLost, RecordsDisagree
from sync.exchanges import SENT
from sync.jobs import work
from sync.jobs.sweep import sweep
from sync.jobs.work import Work
from sync.models import RemoteCall, SalesOrder, SyncAttempt, SyncTask
from sync.models.recording import MOST_KEPT
from sync.roles import ADMINISTRATORS
from sync.steps import STEPS, StepRun
from tests.builders import a_user
from tests.steps.spoilt import wired
from tests.wire import Killed
from tests.world import World

COMMIT, CREATE = "BAPI_TRANSACTION_COMMIT", "BAPI_SALESORDER_CREATEFROMDAT2"
Seen = dict[str, tuple[Any, Any]]


def writes_seen(world: World) -> Seen:
    """For each write, as it goes out: what the ledger says was sent, and the order's marks."""
    seen: Seen = {}

    def look(name: str) -> None:
        if name.startswith("POST") or name in (COMMIT, CREATE):
            (task,) = SyncTask.objects.filter(state=SyncTask.State.RUNNING)
            order = SalesOrder.objects.get(tasks=task)
            seen[name] = task.sent, (order.sap_unsettled_until, order.shop_unsettled_until)

    world.line.on_call = look
    return seen


def test_p0_07_each_write_of_an_order_is_in_the_ledger_and_marked_before_it_leaves(
    world: World,
) -> None:
    order = world.place()
    seen = writes_seen(world)

    world.run(work.push_order(order))
    world.run(work.confirm_order(order))
    order.refresh_from_db()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))

    names = [name.rpartition("/V1/")[2] for name in seen]
    assert names == [CREATE, COMMIT, "orders", "order/1/ship", "order/1/invoice"]
    facts = SyncTask.objects.get(step="push_order").facts
    assert facts["sap_sales_order_number"] == order.sap_sales_order_number
    for name, (sent, (in_sap, in_shop)) in seen.items():
        assert sent["operation"] in name.replace("/rest/V1/", "")
        assert (in_sap is not None, in_shop is not None) == (name in (CREATE, COMMIT), "/" in name)
    order.refresh_from_db()
    assert (order.sap_unsettled_until, order.shop_unsettled_until) == (None, None)
    assert not SyncTask.objects.exclude(sent=None).exists()


def confirm_killed(world: World, *, is_answered: bool) -> SyncTask:
    """A worker dies at the write of ``confirm_order``; the next one finishes."""
    order = world.into_sap()
    world.line.kill(2, is_answered=is_answered)
    with pytest.raises(Killed):
        world.run(work.confirm_order(order))
    return world.recover(SyncTask.objects.get(state=SyncTask.State.RUNNING))


@pytest.mark.parametrize("is_answered", [False, True], ids=["before the call", "after the call"])
def test_p0_07_a_killed_worker_leaves_the_request_of_a_write_that_may_have_arrived(
    world: World, client: Client, is_answered: bool
) -> None:
    task = confirm_killed(world, is_answered=is_answered)

    lost = task.attempt_log.get(outcome=SyncAttempt.Outcome.LOST)
    (call,) = lost.calls.all()
    assert (call.operation, call.outcome, call.answer) == ("POST orders", SENT, None)
    assert call.request["entity"]["ext_order_id"]
    client.force_login(a_user(ADMINISTRATORS), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("sync:task", args=[task.pk])).content.decode()
    assert "sent; no answer is known" in page


def test_what_was_answered_and_stored_is_not_told_as_unanswered(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))

    with mock.patch("sync.jobs.run.ask_follow_ups", side_effect=Killed), pytest.raises(Killed):
        world.run(world.shipment_of(order, number))  # no follow-up: it reads the order once more
    task = world.recover(SyncTask.objects.get(state=SyncTask.State.RUNNING))

    lost = task.attempt_log.get(outcome=SyncAttempt.Outcome.LOST)
    assert not lost.calls.filter(outcome=SENT).exists()
    assert lost.calls.filter(is_write=True, outcome="ok").exists()


def test_a_worker_killed_in_its_last_commit_leaves_the_write_as_unanswered_and_one_order(
    world: World,
) -> None:
    order = world.place()

    with mock.patch("sync.jobs.run.ask_follow_ups", side_effect=Killed), pytest.raises(Killed):
        world.run(work.push_order(order))
    order.refresh_from_db()
    assert not order.is_in_sap  # what was read back went with the commit
    task = world.recover(SyncTask.objects.get(state=SyncTask.State.RUNNING))

    lost = task.attempt_log.get(outcome=SyncAttempt.Outcome.LOST)
    assert lost.calls.get(outcome=SENT).operation == COMMIT
    order.refresh_from_db()
    assert (task.state, order.verification) == (SyncTask.State.DONE, "verified")
    assert len(world.sap_books(order)) == 1


def test_what_the_last_commit_holds_is_stored_where_the_step_fails_as_well(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    wanted = world.shipment_of(order, number)
    task = SyncTask.objects.create(**wanted.columns(), origin=SyncTask.Origin.FOLLOW_UP)
    cut = RecordsDisagree("The shop took less.", cause=PaperCause.QUANTITIES_CUT)

    with mock.patch("sync.steps.papers.refuse_other_quantities", side_effect=cut):
        task = world.run_task(task)

    assert task.state == SyncTask.State.NEEDS_ATTENTION
    assert order.shipments.count() == 1
    assert order.lines.filter(qty_shipped__gt=0).exists()


def test_a_worker_that_lost_its_task_keeps_the_answer_instead_of_the_open_question(
    world: World,
) -> None:
    order = world.into_sap()
    line = wired(world)

    def freed_meanwhile(name: str, answer: Any) -> Any:
        if name.startswith("POST"):
            task = SyncTask.objects.get(state=SyncTask.State.RUNNING)
            world_sweeps(task)
        return answer

    line.spoil = freed_meanwhile
    task = world.run(work.confirm_order(order))

    (post,) = RemoteCall.objects.filter(attempt__task=task, operation="POST orders")
    assert post.outcome == "ok"


def world_sweeps(task: SyncTask) -> None:
    """The lease runs out while the answer is on its way."""
    SyncTask.objects.filter(pk=task.pk).update(lease_until=task.asked_at)
    sweep()


@pytest.mark.django_db(transaction=True)  # it closes its connection
def test_a_write_is_not_sent_when_its_request_cannot_be_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap()

    def refuse(self: SyncTask, **values: Any) -> None:
        if values.get("sent"):
            raise OperationalError("disk full")
        original(self, **values)

    original = SyncTask.update_as_owner
    monkeypatch.setattr(SyncTask, "update_as_owner", refuse)
    task = world.run(work.confirm_order(order))

    assert task.cause_key == "portal:database"
    assert not world.shop_books(order)["order"].get("ext_order_id")


def a_step(act: Any, monkeypatch: pytest.MonkeyPatch) -> Work:
    monkeypatch.setitem(STEPS, "test_connection", act)
    return work.try_connection()


@pytest.mark.django_db(transaction=True)  # it closes its connection
@pytest.mark.parametrize(
    "error", [OperationalError("gone"), ValueError("a bug"), LeaseLost("too long")]
)
def test_an_attempt_that_fails_stores_what_it_had(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def act(run: StepRun) -> str:
        run.remotes.magento(world.shop).get_order(world_order)
        raise error

    world_order = world.place_only()
    task = world.run(a_step(act, monkeypatch))

    assert RemoteCall.objects.filter(attempt__task=task).count() == 1


def test_a_long_fetch_stores_its_reads_now_and_then(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []

    def act(run: StepRun) -> str:
        for _ in range(MOST_KEPT + 5):
            run.remotes.magento(world.shop).get_order(order)
            stored.append(RemoteCall.objects.filter(attempt__task=run.task).count())
        return "Read."

    order = world.place_only()
    task = world.run(a_step(act, monkeypatch))

    assert stored == [0] * (MOST_KEPT - 1) + [MOST_KEPT] * 6
    assert RemoteCall.objects.filter(attempt__task=task).count() == MOST_KEPT + 5
