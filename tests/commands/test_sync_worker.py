"""The worker's process: which queues it hears, how, and that it says it is alive."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from rq.serializers import JSONSerializer

from sync.models import ProcessHeartbeat

pytestmark = pytest.mark.django_db


class Worker:
    """RQ's worker, as far as the command uses it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def work(self, **options: Any) -> None:
        self.seen = list(ProcessHeartbeat.objects.values_list("kind", flat=True))


def test_it_hears_interactive_work_first_without_forking_or_unpickling() -> None:
    with mock.patch("django_rq.get_worker", return_value=Worker()) as get_worker:
        call_command("sync_worker")

    assert get_worker.call_args.args == ("interactive", "clicked", "bulk")
    assert get_worker.call_args.kwargs == {
        "worker_class": "rq.SimpleWorker",
        "serializer": JSONSerializer,
    }


def test_one_of_several_may_take_bulk_work_first() -> None:
    with mock.patch("django_rq.get_worker", return_value=Worker()) as get_worker:
        call_command("sync_worker", first="bulk")

    assert get_worker.call_args.args == ("bulk", "interactive", "clicked")


def test_it_says_that_it_is_alive_while_it_works() -> None:
    worker = Worker()

    with mock.patch("django_rq.get_worker", return_value=worker):
        call_command("sync_worker")

    assert worker.seen == ["worker"]
    assert not ProcessHeartbeat.objects.exists()
