"""The worker's process: which queues it hears, how, and that it says it is alive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from rq.serializers import JSONSerializer

from sync.jobs import bell
from sync.jobs.alarms import watch
from sync.jobs.due_work import DueWork
from sync.jobs.pull_loop import Due
from sync.models import ProcessHeartbeat, SyncTask
from tests.receivers import set_urls

pytestmark = pytest.mark.django_db


class Worker:
    """RQ's worker, as far as the command uses it."""

    def __init__(self, work: Callable[[Worker], None] = lambda _: None) -> None:
        self.seen: list[tuple[str, int]] = []
        self.heard: Any = None
        self._work = work

    def work(self, **options: Any) -> None:
        self.seen = list(ProcessHeartbeat.objects.values_list("kind", "threads"))
        self._work(self)


def ring_from_redis(worker: Worker) -> None:
    worker.heard(is_urgent=True)


def ask_in_this_process(worker: Worker) -> None:
    assert bell.ring([SyncTask(pk=7, lock="order:7")])  # though Redis is away


def start(worker: Worker, due: Sequence[Due] = (), **options: Any) -> mock.Mock:
    """The command until its worker hears no more."""
    with (
        mock.patch("django_rq.get_worker", return_value=worker) as get_worker,
        mock.patch.object(DueWork, "__call__", side_effect=lambda _: list(due)),
        mock.patch("signal.signal"),
    ):
        call_command("sync_worker", **options)
    return get_worker


def test_it_hears_interactive_rings_first_without_forking_or_unpickling() -> None:
    get_worker = start(Worker(), threads=2)

    assert get_worker.call_args.args == ("interactive", "bulk")
    assert get_worker.call_args.kwargs == {
        "worker_class": "sync.jobs.rings.Listener",
        "serializer": JSONSerializer,
    }


def test_it_says_that_it_is_alive_and_how_many_threads_it_has_while_it_works() -> None:
    worker = Worker()

    start(worker, threads=3)

    assert worker.seen == [("worker", 3)]
    assert not ProcessHeartbeat.objects.exists()


def test_it_watches_for_alarms_too_as_the_scheduler_may_be_what_is_missing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_urls(settings, "json://127.0.0.1:9/")
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0)
    watched = Event()
    seen: list[bool] = []

    with mock.patch.object(watch, "watch", watched.set):
        start(Worker(lambda _: seen.append(watched.wait(30))))

    assert seen == [True]


@pytest.mark.parametrize("tells", [ring_from_redis, ask_in_this_process])
def test_a_thread_runs_what_is_rung_for_and_what_the_process_asks_for_itself(
    tells: Callable[[Worker], None],
) -> None:
    ledger: list[Due] = []
    has_run = Event()

    def run_task(pk: int, goes_on: Callable[[int], bool]) -> None:
        ledger.clear()
        has_run.set()

    def work(worker: Worker) -> None:
        ledger.append(Due(7, "order:7", True))
        tells(worker)
        assert has_run.wait(30)

    with mock.patch("sync.management.commands.sync_worker.run_task", run_task):
        start(Worker(work), ledger, threads=2)

    assert not ledger


def test_without_a_thread_nothing_would_run() -> None:
    with pytest.raises(CommandError, match="at least one thread"):
        start(Worker(), threads=0)
