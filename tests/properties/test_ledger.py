"""The ledger under any interleaving of people, workers that stall or die, sweeps and retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sync.errors import LeaseLost
from sync.jobs import sweep as sweeping
from sync.jobs import work
from sync.jobs.ask import ask, retry
from sync.jobs.claims import begin
from sync.jobs.cleared import close_cleared
from sync.models import SalesOrder, SyncAttempt, SyncTask
from tests.builders import a_sales_order
from tests.properties.guards import owner
from tests.properties.profiles import examples, search
from tests.properties.virtual_time import VirtualTime

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=60)
State = SyncTask.State
WORKERS = 4
WRITES: tuple[tuple[str, Callable[[SyncTask], None]], ...] = (
    ("hold", lambda task: task.hold_lease(LEASE)),
    ("ahead", lambda task: task.write_ahead(number="4711")),
    ("succeed", lambda task: task.succeed("Done.")),
    ("again", lambda task: task.try_again_at(timezone.now(), {"error_class": "RemoteUnavailable"})),
    ("stop", lambda task: task.stop_for_a_person({"error_class": "X", "cause_key": "x"})),
)
ENDS = {
    "succeed": SyncAttempt.Outcome.DONE,
    "again": SyncAttempt.Outcome.RETRY,
    "stop": SyncAttempt.Outcome.FAILED,
}


@dataclass
class Held:
    """What a worker has in hand: the task as it claimed it, and its attempt."""

    task: SyncTask
    attempt: SyncAttempt


class LedgerMachine(RuleBasedStateMachine):
    """Several processes on one ledger, each as ``sync.jobs.run`` does it, step by step."""

    time: VirtualTime

    def __init__(self) -> None:
        super().__init__()
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        self.time.start_again()
        self.person = User.objects.create_user("somebody")
        self.orders = [a_sales_order(), a_sales_order()]
        self.held: dict[int, Held] = {}  # by worker; it may have been lost meanwhile
        self.owner_of: dict[int, int] = {}  # by task: the worker the ledger gave it to
        self.seen: dict[int, list[tuple[datetime, SyncTask]]] = {}  # by sweep: read, not yet freed
        self.asked: set[tuple[str, str]] = set()
        self.stale: list[SyncTask] = []  # pages that people have open

    def teardown(self) -> None:
        """Nothing of it is left."""
        transaction.set_rollback(True)
        self._atomic.__exit__(None, None, None)

    # ---- who wants work
    @rule(order=st.integers(0, 1), step=st.integers(0, 3), by_person=st.booleans())
    def somebody_asks(self, order: int, step: int, by_person: bool) -> None:
        steps = (work.push_order, work.confirm_order, work.pull_deliveries, work.pull_billing)
        wanted = steps[step](self.orders[order])
        person = self.person if by_person else None
        origin = SyncTask.Origin.CLICK if by_person else SyncTask.Origin.SCHEDULE

        found = ask(wanted, origin=origin, asked_by=person).task

        self.asked.add((wanted.step, wanted.reference))
        assert found.is_open
        unfinished = SyncTask.objects.unfinished()
        assert unfinished.filter(step=wanted.step, reference=wanted.reference).count() == 1
        self.stale = [*self.stale[-3:], found]

    @rule(at=st.integers(0, 3))
    def somebody_retries_from_an_old_page(self, at: int) -> None:
        if self.stale:
            task = self.stale[at % len(self.stale)]
            before = SyncTask.objects.get(pk=task.pk)
            retry(task, asked_by=self.person)
            after = SyncTask.objects.get(pk=task.pk)
            assert after.is_open == before.is_open, "what is done is not opened again"
            if before.state == State.RUNNING:
                assert (after.state, after.lease_owner) == (State.RUNNING, before.lease_owner)

    @rule(at=st.integers(0, 9))
    def somebody_retries(self, at: int) -> None:
        stopped = list(SyncTask.objects.filter(state=State.NEEDS_ATTENTION).order_by("pk"))
        if stopped:
            task = stopped[at % len(stopped)]
            self.stale = [*self.stale[-3:], SyncTask.objects.get(pk=task.pk)]
            assert retry(task, asked_by=self.person).task.state == State.WAITING

    # ---- workers
    @rule(worker=st.integers(0, WORKERS - 1), at=st.integers(0, 9))
    def a_worker_claims(self, worker: int, at: int) -> None:
        """A task that waits, as a rule; now and then one that does not."""
        every = SyncTask.objects.order_by("pk")
        waiting = every.filter(state=State.WAITING)
        tasks = list(waiting if at and waiting.exists() else every)
        if not tasks:
            return
        task = tasks[at % len(tasks)]
        is_due = task.state == State.WAITING and task.not_before <= timezone.now()
        running = SyncTask.objects.filter(state=State.RUNNING, lock=task.lock).exists()

        attempt = begin(task.pk, owner=f"worker-{worker}", lease=LEASE)

        assert (attempt is not None) == (is_due and not running)
        if attempt is not None:
            self.held[worker] = Held(attempt.task, attempt)
            self.owner_of[task.pk] = worker

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0, WORKERS - 1), write=st.integers(0, len(WRITES) - 1))
    def a_worker_writes(self, at: int, write: int) -> None:
        """Also one that stood still, and whose task others have taken over meanwhile."""
        worker = sorted(self.held)[at % len(self.held)]
        held, (name, act) = self.held[worker], WRITES[write]
        before = row(SyncTask.objects.get(pk=held.task.pk))
        is_owner = self.owner_of.get(held.task.pk) == worker
        try:
            act(held.task)
        except LeaseLost:
            assert not is_owner, f"{name}: the owner was refused"
            assert row(SyncTask.objects.get(pk=held.task.pk)) == before
            held.attempt.close(SyncAttempt.Outcome.LOST)
            del self.held[worker]
        else:
            assert is_owner, f"{name}: written by a worker that lost its lease"
            if name in ENDS:
                held.attempt.close(ENDS[name])
                del self.held[worker], self.owner_of[held.task.pk]

    @rule(worker=st.integers(0, WORKERS - 1))
    def a_worker_dies(self, worker: int) -> None:
        self.held.pop(worker, None)

    # ---- time and the sweeps
    @rule(seconds=st.sampled_from((1, 30, 61)))
    def time_passes(self, seconds: int) -> None:
        self.time.go_to(self.time() + timedelta(seconds=seconds))

    @precondition(lambda self: self.owner_of)
    @rule()
    def leases_run_out(self) -> None:
        """Workers stand still; the next sweep gives their tasks to others."""
        self.time_passes(61)
        self.a_sweep()

    @rule()
    def a_sweep(self) -> None:
        expired = set(SyncTask.objects.expired(timezone.now()).values_list("pk", flat=True))
        sweeping.sweep()
        self._are_free(expired)

    @rule(sweep=st.integers(0, 1))
    def a_sweep_looks(self, sweep: int) -> None:
        now = timezone.now()
        self.seen[sweep] = [(now, task) for task in SyncTask.objects.expired(now)]

    @rule(sweep=st.integers(0, 1))
    def a_sweep_that_looked_frees(self, sweep: int) -> None:
        """Long after it looked: what was lost then may be in good hands now."""
        for now, task in self.seen.pop(sweep, []):
            before = SyncTask.objects.get(pk=task.pk)
            was_lost = before.state == State.RUNNING and before.attempts == task.attempts
            if sweeping._free(task, now):
                assert was_lost
                self._are_free({task.pk})

    def _are_free(self, tasks: set[int]) -> None:
        for pk in tasks:
            assert SyncTask.objects.get(pk=pk).state == State.WAITING
            self.owner_of.pop(pk, None)

    @rule(order=st.integers(0, 1), is_in_sap=st.booleans())
    def what_stopped_is_settled_by_other_work(self, order: int, is_in_sap: bool) -> None:
        now = timezone.now() if is_in_sap else None
        SalesOrder.objects.filter(pk=self.orders[order].pk).update(sap_read_at=now)
        close_cleared()

    # ---- what always holds
    @invariant()
    def one_open_task_for_each_document_and_one_running_for_each_lock(self) -> None:
        unfinished = SyncTask.objects.unfinished().values("step", "reference")
        assert not unfinished.annotate(n=Count("pk")).filter(n__gt=1).order_by().exists()
        running = SyncTask.objects.filter(state=State.RUNNING).values("lock")
        assert not running.annotate(n=Count("pk")).filter(n__gt=1).order_by().exists()

    @invariant()
    def what_runs_has_one_owner(self) -> None:
        running = SyncTask.objects.filter(state=State.RUNNING)
        owners = {task.pk: task.lease_owner for task in running}
        assert owners == {pk: f"worker-{worker}" for pk, worker in self.owner_of.items()}

    @invariant()
    def no_task_has_two_attempts_at_once(self) -> None:
        running = SyncAttempt.objects.filter(outcome=SyncAttempt.Outcome.RUNNING).values("task")
        assert not running.annotate(n=Count("pk")).filter(n__gt=1).order_by().exists()

    @invariant()
    def no_wanted_work_disappears(self) -> None:
        tasks = SyncTask.objects.all()
        assert {(task.step, task.reference) for task in tasks} == self.asked
        for task in tasks:
            is_told = task.outcome if task.state == State.DONE else True
            assert is_told, f"{task} ended without a word"
            if task.state == State.NEEDS_ATTENTION:
                assert task.error_class
            assert (task.lease_until is not None) == (task.state == State.RUNNING)


def row(task: SyncTask) -> dict[str, Any]:
    """Every column."""
    return {field.attname: getattr(task, field.attname) for field in task._meta.concrete_fields}


@pytest.fixture
def machine(db: None, monkeypatch: pytest.MonkeyPatch) -> type[LedgerMachine]:
    time = VirtualTime()
    time.rule(monkeypatch)
    monkeypatch.setattr(LedgerMachine, "time", time, raising=False)
    return LedgerMachine


def test_p0_07_the_ledger_holds_under_any_interleaving(machine: type[LedgerMachine]) -> None:
    run_state_machine_as_test(machine, settings=examples(few=30, many=2000))


def test_a_worker_that_writes_without_its_lease_is_found_out(
    machine: type[LedgerMachine], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=search(most=200))
