"""Running: how a task ends, what follows, and that a lost lease or a bug harms nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.causes.portal import PortalCause
from sync.causes.shop import ShopCause
from sync.errors import LeaseLost, RemoteRejected, RemoteUnavailable
from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.retries import DELAYS
from sync.jobs.run import run_one, run_task
from sync.models import (
    Release,
    RemoteCall,
    RemoteHealth,
    StepSchedule,
    SyncAttempt,
    SyncTask,
    clock,
)
from sync.steps import STEPS, Slice, StepRun
from tests.builders import a_user
from tests.claiming import claim
from tests.wire import Killed
from tests.world import World

State, Outcome = SyncTask.State, SyncAttempt.Outcome
CLICK = SyncTask.Origin.CLICK
CONNECT = "test_connection"


@contextmanager
def a_step_that(act: Callable[[StepRun], str]) -> Iterator[None]:
    """Where the step itself is beside the point: the connection test does this instead."""
    with mock.patch.dict(STEPS, {CONNECT: act}):
        yield


def fails_with(error: Exception) -> Callable[[StepRun], str]:
    def act(run: StepRun) -> str:
        raise error

    return act


def test_a_task_that_went_well_is_done_with_its_words(world: World) -> None:
    task = world.run(work.try_connection(world.shop))

    attempt = task.attempt_log.get()
    assert (task.state, task.outcome) == (State.DONE, "3 store views, 0 orders")
    assert (attempt.outcome, attempt.message) == (Outcome.DONE, task.outcome)
    assert attempt.finished_at is not None
    assert task.finished_at is not None


def test_every_remote_call_is_kept_with_its_attempt(world: World) -> None:
    task = world.run(work.try_connection(world.shop))

    calls = RemoteCall.objects.filter(attempt__task=task)
    assert [call.system for call in calls] == ["magento"] * 3
    assert all(call.outcome == "ok" for call in calls)


def test_waiting_for_a_connection_of_our_own_counts_as_no_try_and_lengthens_no_pause(
    world: World,
) -> None:
    none_free = RemoteUnavailable("All in use.", cause=PortalCause.ALL_IN_USE)
    task = ask(work.try_connection(world.shop), origin=CLICK).task

    for _ in range(len(DELAYS) + 1):
        SyncTask.objects.update(not_before=clock.now())
        with a_step_that(fails_with(none_free)):
            world.run_task(task)

    task.refresh_from_db()
    assert (task.state, task.attempts) == (State.WAITING, 0)
    assert task.not_before - clock.now() <= timedelta(seconds=DELAYS[0])


def test_a_call_without_an_answer_is_kept_too(world: World) -> None:
    world.shop_fails("drop_before")

    task = world.run(work.try_connection(world.shop))

    assert RemoteCall.objects.get(attempt__task=task).outcome == "unavailable"


def test_p1_21_passing_trouble_is_tried_again_at_a_time_that_is_shown(world: World) -> None:
    world.shop_fails("server_error", status=503)

    task = world.run(work.try_connection(world.shop))

    assert (task.state, task.error_class) == (State.WAITING, "RemoteUnavailable")
    wait = task.not_before - timezone.now()
    assert timedelta(seconds=8) < wait <= timedelta(seconds=10)
    assert task.attempt_log.get().outcome == Outcome.RETRY


def test_a_task_that_was_put_off_is_not_run_before_its_time(world: World) -> None:
    world.shop_fails("server_error")
    task = world.run(work.try_connection(world.shop))

    run_one(task.pk, world.remotes)

    task.refresh_from_db()
    assert (task.state, task.attempts) == (State.WAITING, 1)


def test_after_the_last_retry_a_person_looks(world: World) -> None:
    world.shop_fails("server_error", times=0)

    task = world.run_until_done(world.run(work.try_connection(world.shop)), attempts=20)

    assert (task.state, task.attempts) == (State.NEEDS_ATTENTION, 15)


def test_success_clears_what_an_earlier_failure_said(world: World) -> None:
    world.shop_fails("server_error")
    task = world.run(work.try_connection(world.shop))

    task = world.run_task(task)

    assert (task.state, task.error_class, task.cause_key) == (State.DONE, "", "")


def test_what_a_person_must_repair_stops_at_once(world: World) -> None:
    world.password = "wrong"

    task = world.run(work.try_connection())

    assert (task.state, task.attempts) == (State.NEEDS_ATTENTION, 1)
    assert task.attempt_log.get().outcome == Outcome.FAILED


def test_a_bug_stops_its_task_without_its_data_and_the_next_one_runs(world: World) -> None:
    with a_step_that(fails_with(ValueError("erika@example.test"))):
        broken = world.run(work.try_connection())
    sound = world.run(work.try_connection(world.shop))

    assert (broken.state, broken.error_class) == (State.NEEDS_ATTENTION, "PortalFault")
    assert broken.cause_key == "fault:ValueError"
    assert "erika" not in broken.error_message
    assert broken.attempt_log.get().outcome == Outcome.ERRORED
    assert sound.state == State.DONE


def test_follow_ups_are_asked_in_the_persons_name(world: World) -> None:
    person = a_user("Sales")
    order = world.place()

    world.run(work.push_order(order), asked_by=person)

    follow_up = SyncTask.objects.get(step="confirm_order")
    assert (follow_up.origin, follow_up.asked_by) == (SyncTask.Origin.FOLLOW_UP, person)
    assert follow_up.priority == SyncTask.Priority.INTERACTIVE


def test_without_a_person_nothing_follows_that_is_not_automatic(world: World) -> None:
    world.run(work.push_order(world.place()))

    assert not SyncTask.objects.filter(step="confirm_order").exists()


def test_without_a_person_what_is_automatic_follows(world: World) -> None:
    StepSchedule.objects.create(step="confirm_order")

    world.run(work.push_order(world.place()))

    assert SyncTask.objects.get(step="confirm_order").asked_by is None


def test_a_step_switched_off_does_not_follow(world: World) -> None:
    StepSchedule.objects.create(step="confirm_order", is_enabled=False)

    world.run(work.push_order(world.place()))

    assert not SyncTask.objects.filter(step="confirm_order").exists()


def test_a_failed_task_has_no_follow_ups(world: World) -> None:
    world.run(work.push_order(world.place("unknown-sku")), asked_by=a_user("Sales"))

    assert not SyncTask.objects.filter(step="confirm_order").exists()


def test_what_waits_behind_the_same_lock_comes_next(world: World) -> None:
    order = world.into_sap()
    first = ask(work.confirm_order(order), origin=CLICK).task
    second = ask(work.pull_deliveries(order), origin=CLICK).task

    assert run_one(first.pk, world.remotes) == second.pk


def test_interactive_work_overtakes_behind_a_lock(world: World) -> None:
    order, person = world.into_sap(), a_user("Sales")
    first = ask(work.confirm_order(order), origin=CLICK).task
    ask(work.pull_deliveries(order), origin=SyncTask.Origin.SCHEDULE)
    urgent = ask(work.pull_billing(order), origin=CLICK, asked_by=person).task

    assert run_one(first.pk, world.remotes) == urgent.pk


def test_a_task_taken_by_another_is_left_alone(world: World) -> None:
    task = ask(work.try_connection(world.shop), origin=CLICK).task
    claim(task.pk, owner="another", lease=timedelta(seconds=60))

    assert run_one(task.pk, world.remotes) is None

    assert SyncAttempt.objects.get().worker == "another"
    task.refresh_from_db()
    assert task.lease_owner == "another"


def taken_over(run: StepRun) -> None:
    SyncTask.objects.filter(pk=run.task.pk).update(lease_owner="another", attempts=2)


def succeeds_too_late(run: StepRun) -> str:
    taken_over(run)
    return "Done."


def fails_too_late(run: StepRun) -> str:
    taken_over(run)
    raise RemoteUnavailable("503", cause=ShopCause.DOWN)


def breaks_too_late(run: StepRun) -> str:
    taken_over(run)
    raise ValueError


@pytest.mark.parametrize("act", [succeeds_too_late, fails_too_late, breaks_too_late])
def test_p0_07_a_worker_whose_task_was_taken_over_records_nothing(
    world: World, act: Callable[[StepRun], str]
) -> None:
    with a_step_that(act):
        task = world.run(work.try_connection())

    assert (task.state, task.lease_owner) == (State.RUNNING, "another")
    assert (task.outcome, task.error_class) == ("", "")
    assert task.attempt_log.get().outcome == Outcome.LOST


@pytest.mark.django_db(transaction=True)  # a rung bell closes old connections
def test_a_rung_bell_runs_its_task_and_what_waits_behind(world: World) -> None:
    order = world.into_sap()
    first = ask(work.confirm_order(order), origin=CLICK).task
    second = ask(work.pull_deliveries(order), origin=CLICK).task

    with mock.patch("sync.jobs.run.remotes_of_this_thread", return_value=world.remotes):
        run_task(first.pk)

    assert set(SyncTask.objects.filter(pk__in=[first.pk, second.pk]).values_list("state")) == {
        (State.DONE,)
    }


@pytest.mark.django_db(transaction=True)  # a rung bell closes old connections
def test_a_bell_for_a_task_that_is_gone_is_harmless(world: World) -> None:
    with mock.patch("sync.jobs.run.remotes_of_this_thread", return_value=world.remotes):
        run_task(4711)

    assert not SyncAttempt.objects.exists()


def test_a_reference_too_long_for_no_column_stops_nothing(world: World) -> None:
    long = RemoteRejected("x" * 5000, cause=ShopCause.REFUSED, detail="k" * 500)

    with a_step_that(fails_with(long)):
        task = world.run(work.try_connection())

    assert (task.state, len(task.cause_key)) == (State.NEEDS_ATTENTION, 120)


def test_a_worker_stopped_too_long_gives_its_task_back_when_nobody_took_it(world: World) -> None:
    with a_step_that(fails_with(LeaseLost("stopped too long"))):
        task = world.run(work.try_connection(world.shop))

    assert task.state == State.WAITING
    assert task.attempt_log.get().outcome == Outcome.LOST


@pytest.mark.django_db(transaction=True)  # it closes its connection
@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("gone")])
def test_trouble_with_our_own_database_passes_by_itself(world: World, error: Exception) -> None:
    with a_step_that(fails_with(error)):
        task = world.run(work.try_connection(world.shop))

    assert (task.state, task.cause_key) == (State.WAITING, "portal:database")


def test_a_worker_killed_before_what_follows_is_asked_for_has_not_ended_its_task(
    world: World,
) -> None:
    task = ask(work.push_order(world.place()), origin=CLICK, asked_by=a_user("Sales")).task

    with mock.patch("sync.jobs.run.ask_follow_ups", side_effect=Killed), pytest.raises(Killed):
        run_one(task.pk, world.remotes)
    world.recover(task)

    task.refresh_from_db()
    assert task.state == State.DONE
    assert SyncTask.objects.filter(step="confirm_order", state=State.WAITING).exists()


def test_what_somebody_asked_for_while_it_ran_is_done_once_more(world: World) -> None:
    person = a_user("Sales")
    wanted = work.pull_deliveries()

    def joined(run: StepRun) -> str:
        ask(wanted, origin=CLICK, asked_by=person)
        return "Read."

    with mock.patch.dict(STEPS, {"pull_deliveries": joined}):
        first = world.run(wanted)
    again = SyncTask.objects.get(step="pull_deliveries", state=State.WAITING)
    second = world.run_task(again)

    assert (first.state, second.state) == (State.DONE, State.DONE)
    assert (again.origin, again.asked_by) == (SyncTask.Origin.FOLLOW_UP, person)
    assert not SyncTask.objects.unfinished().filter(step="pull_deliveries").exists()


def test_who_joins_a_running_automatic_task_gets_what_follows_from_it(world: World) -> None:
    person, order = a_user("Sales"), world.place()
    wanted = work.push_order(order)
    push = STEPS["push_order"]

    def joined(run: StepRun) -> str | Slice:
        ask(wanted, origin=CLICK, asked_by=person)
        return push(run)

    with mock.patch.dict(STEPS, {"push_order": joined}):
        world.run(wanted)

    assert SyncTask.objects.get(step="confirm_order").asked_by == person


@pytest.mark.parametrize("needs_release", [False, True])
def test_the_frame_around_a_step_takes_six_statements_and_two_transactions(
    world: World, settings: Any, needs_release: bool
) -> None:
    settings.NEEDS_RELEASE = needs_release
    if needs_release:
        Release.objects.create(reason="for the test")
    order, person = world.place(), a_user("Sales")
    task = ask(work.push_order(order), origin=CLICK, asked_by=person).task
    read: list[object] = []

    def act(run: StepRun) -> str:
        """Reads what every step may read of its documents."""
        read.extend([run.shop.code, run.sales_order.shop.name, run.policy.lease])
        return "Nothing done."

    with (
        mock.patch.dict(STEPS, {"push_order": act}),
        mock.patch("sync.jobs.plan.follow_ups", return_value=[]),
        CaptureQueriesContext(connection) as queries,
    ):
        run_one(task.pk, world.remotes)

    sent = [query["sql"] for query in queries]
    assert len([sql for sql in sent if "SAVEPOINT" not in sql]) == 6, "\n".join(sent)
    assert len([sql for sql in sent if sql.startswith("SAVEPOINT")]) == 2  # a test is one already


def test_a_remote_that_has_failed_since_the_attempt_began_is_well_again_after_it(
    world: World,
) -> None:
    def act(run: StepRun) -> str:
        RemoteHealth.objects.create(system=world.shop.system, consecutive_failures=2, kind="away")
        run.magento().get_order(order)
        return "Read."

    order = world.place_only()
    with a_step_that(act):
        world.run(work.try_connection(world.shop))

    assert RemoteHealth.objects.get().consecutive_failures == 0
