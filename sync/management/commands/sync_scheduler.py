"""Runs the scheduler: queues automatic work when it is due, sweeps the ledger and prunes it."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections

from sync.jobs import breaker
from sync.jobs.alarms.watch import watching
from sync.jobs.heartbeat import beating
from sync.jobs.prune import Chore
from sync.jobs.run_results import keep_results
from sync.jobs.schedule import create_missing_schedules, tick
from sync.jobs.sweep import sweep
from sync.models import ProcessHeartbeat, clock

logger = logging.getLogger(__name__)
pruning = Chore()


class Command(BaseCommand):
    """Any number may run; the database decides which one acts."""

    help = "Ask for automatic work at its intervals, free lost tasks, ring for unheard ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(signum: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        create_missing_schedules()
        with clock.going_by_the_database(), beating(ProcessHeartbeat.Kind.SCHEDULER), watching():
            while not stop.wait(options["every"]):
                _look()


def _look() -> None:
    close_old_connections()
    try:
        if not clock.agrees():
            return
        tick()
        breaker.probe()
        sweep()
        keep_results()
        pruning.do_a_little()
    except (DatabaseError, InterfaceError):
        logger.exception("the ledger could not be read; trying again")
