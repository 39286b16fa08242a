"""Runs a worker: it waits for the bell and carries out tasks, many at once."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import signal
import time
from contextlib import suppress
from types import FrameType
from typing import Any

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer

from sync.jobs.alarms.watch import watching
from sync.jobs.bell import QUEUES, heard_here, ring_once
from sync.jobs.due_work import DueWork
from sync.jobs.heartbeat import Crew, beating, process_name
from sync.jobs.pull_loop import Due, PullLoop
from sync.jobs.run import run_task
from sync.models import ProcessHeartbeat, SyncTask, clock
from sync.remotes import close_connections, tend_connections

logger = logging.getLogger(__name__)
M_ARENA_MAX = -8  # malloc.h
LISTENER = "sync.jobs.rings.Listener"
WORKER = ProcessHeartbeat.Kind.WORKER
TWICE_WITHIN_SECONDS = 1.0  # a supervisor and a terminal may both send one signal
PASS_ON_EVERY_SECONDS = 1.0
REDIS_AWAY_SECONDS = 30.0


class Command(BaseCommand):
    """One process, many threads; start a second one for another machine or another core."""

    help = "Run a worker (no fork: its SAP sessions and connections stay open)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--threads", type=int, default=settings.WORKER_THREADS,
            help="tasks it runs at once (default: WORKER_THREADS)",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        if options["threads"] < 1:
            raise CommandError("A worker needs at least one thread.")
        share_memory_among_threads()
        gc.freeze()  # what is loaded stays: looking through it took a tenth of a fetch's CPU
        due_work = DueWork(process_name(WORKER))
        loop = PullLoop(options["threads"], due_work, run_task, PassingOn())

        def tend() -> None:
            tend_connections()
            due_work.note_workers()

        crew = Crew(loop.threads, lambda: loop.busy, tend)
        with clock.going_by_the_database(), beating(WORKER, crew), heard_here(offering(loop)):
            loop.start()
            logger.info("worker %s started: %s threads", process_name(WORKER), loop.threads)
            try:
                with watching():  # also tells when no scheduler is there to do it
                    listen(loop)
            finally:
                end_at_once_on_a_second_signal()
                logger.info("worker takes up nothing more; %s tasks come to their end", loop.busy)
                loop.drain()
                close_connections()
                logger.info("worker stopped")


def share_memory_among_threads() -> None:
    """One heap for all threads, where the C library has a switch for it (glibc): by default each
    keeps its own, and eight threads hold a quarter more."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def listen(loop: PullLoop) -> None:
    """Until a signal comes."""
    listener: Any = django_rq.get_worker(
        *dict.fromkeys(QUEUES.values()), worker_class=LISTENER, serializer=JSONSerializer
    )
    listener.heard = loop.ring
    listener.work(logging_level="WARNING")


def offering(loop: PullLoop) -> Any:
    def offer(tasks: list[SyncTask]) -> None:
        urgent = SyncTask.Priority.INTERACTIVE
        loop.offer([Due(task.pk, task.lock, task.priority == urgent) for task in tasks])

    return offer


class PassingOn:
    """Rings for other workers when there is more to do than this one can take up."""

    def __init__(self) -> None:
        self._next_at = 0.0

    def __call__(self, due: Due) -> None:
        now = time.monotonic()
        if now < self._next_at:
            return
        self._next_at = now + PASS_ON_EVERY_SECONDS
        priority = SyncTask.Priority.INTERACTIVE if due.is_urgent else SyncTask.Priority.BULK
        try:
            ring_once(QUEUES[priority], due.pk)
        except RedisError:  # the sweep rings as well
            self._next_at = now + REDIS_AWAY_SECONDS


def end_at_once_on_a_second_signal() -> None:
    """The first one lets what runs come to its end; leases and marks bear what a kill does."""
    first = time.monotonic()

    def end(signum: int, frame: FrameType | None) -> None:
        if time.monotonic() - first > TWICE_WITHIN_SECONDS:
            os._exit(1)

    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, end)
