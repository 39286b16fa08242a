"""What one order takes in the database after its whole cycle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from sync.jobs import schedule
from sync.models import SalesOrder, Step, StepSchedule, SyncTask
from sync.sandbox.sap.autopilot import play_round
from tests.baselines.test_calls import turn
from tests.bench.stored_bytes import stored_bytes_per_order
from tests.world import World, a_world, close

MOST_PAYLOAD_BYTES = 8_000
MOST_ROW_BYTES = 20_000  # of 25,000; indexes take the rest, but here each has a page of its own


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    staged = a_world(tmp_path)
    yield staged
    close(staged)


def come_all_the_way(world: World, orders: int) -> None:
    schedule.create_missing_schedules()
    StepSchedule.objects.filter(step=Step.CHECK_COMPLETENESS).delete()
    for _ in range(orders):
        world.place_only("mixed")
    for _ in range(8):
        turn(world)
        play_round(world.sap)
    assert set(SalesOrder.objects.values_list("stage", flat=True)) == {SalesOrder.Stage.COMPLETE}


def test_an_order_takes_little_room_with_all_that_was_said_about_it(world: World) -> None:
    """Rounds are shared by all orders and go by age, so they are left aside."""
    come_all_the_way(world, orders=3)
    SyncTask.objects.filter(sales_order__isnull=True).delete()

    stored = stored_bytes_per_order()

    assert stored.payloads <= MOST_PAYLOAD_BYTES
    if connection.vendor == "postgresql":  # SQLite counts half-empty pages
        assert stored.rows <= MOST_ROW_BYTES
