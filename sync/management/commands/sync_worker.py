"""Runs a worker: it waits for the bell and carries out tasks."""

from __future__ import annotations

from typing import Any

import django_rq
from django.core.management.base import BaseCommand, CommandParser
from rq.serializers import JSONSerializer

from sync.jobs.heartbeat import beating
from sync.jobs.rings import hear_no_commands
from sync.models import ProcessHeartbeat, clock

QUEUES = ("interactive", "clicked", "bulk")


class Command(BaseCommand):
    """One process, one task at a time; start as many as the remotes can bear."""

    help = "Run a worker (no fork: its SAP session and connections stay open)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--first", choices=QUEUES, default=QUEUES[0],
            help="the work it takes first; give one of several workers 'bulk', so that constant "
            "clicking does not hold up what runs by itself",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        queues = sorted(QUEUES, key=lambda name: name != options["first"])
        worker = django_rq.get_worker(
            *queues, worker_class="rq.SimpleWorker", serializer=JSONSerializer
        )
        hear_no_commands(worker)
        with clock.going_by_the_database(), beating(ProcessHeartbeat.Kind.WORKER):
            worker.work(logging_level="WARNING")
