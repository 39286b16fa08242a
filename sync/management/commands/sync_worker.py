"""Runs a worker: it waits for the bell and carries out tasks, interactive ones first."""

from __future__ import annotations

from typing import Any

import django_rq
from django.core.management.base import BaseCommand
from rq.serializers import JSONSerializer

from sync.jobs.heartbeat import beating
from sync.models import ProcessHeartbeat


class Command(BaseCommand):
    """One process, one task at a time; start as many as the remotes bear."""

    help = "Run a worker (no fork: its SAP session and connections stay open)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        worker = django_rq.get_worker(
            "interactive", "bulk", worker_class="rq.SimpleWorker", serializer=JSONSerializer
        )
        with beating(ProcessHeartbeat.Kind.WORKER):
            worker.work(logging_level="WARNING")
