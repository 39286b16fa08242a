"""Signs of life: there while a process runs, gone after, and old ones cleared away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from sync.jobs.heartbeat import beat, beating
from sync.models import ProcessHeartbeat
from tests.builders import a_worker

pytestmark = pytest.mark.django_db
WORKER = ProcessHeartbeat.Kind.WORKER


def test_a_process_is_alive_while_it_runs_and_leaves_no_trace() -> None:
    with beating(WORKER):
        seen = ProcessHeartbeat.objects.get()
        assert (seen.kind, seen.is_alive) == (WORKER, True)

    assert not ProcessHeartbeat.objects.exists()


def test_a_process_that_dies_of_an_error_leaves_no_trace() -> None:
    with pytest.raises(ValueError, match="boom"), beating(WORKER):
        raise ValueError("boom")

    assert not ProcessHeartbeat.objects.exists()


def test_beating_again_keeps_when_the_process_started() -> None:
    beat("w", WORKER)
    started = ProcessHeartbeat.objects.get().started_at

    beat("w", WORKER)

    again = ProcessHeartbeat.objects.get()
    assert again.started_at == started
    assert again.beat_at >= started


def test_a_process_that_is_silent_is_shown_as_such() -> None:
    worker = a_worker(beat_at=timezone.now() - timedelta(seconds=60))

    assert not worker.is_alive


def test_processes_long_gone_are_cleared_away_and_silent_ones_stay() -> None:
    a_worker(name="long gone", beat_at=timezone.now() - timedelta(hours=2))
    a_worker(name="silent", beat_at=timezone.now() - timedelta(minutes=2))

    beat("new", WORKER)

    assert set(ProcessHeartbeat.objects.values_list("name", flat=True)) == {"silent", "new"}
