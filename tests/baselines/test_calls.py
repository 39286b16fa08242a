"""What the shop is asked, and how much it has to send: a rise needs a reason.

Rewritten by ``make baseline``, as the counts of queries are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from sync.jobs import schedule
from sync.models import RemoteCall, SalesOrder, Step, StepSchedule
from sync.sandbox.sap.autopilot import play_round
from tests.world import World, a_world, close

BASELINE = Path(__file__).parent / "calls.json"


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    staged = a_world(tmp_path)
    yield staged
    close(staged)


def turn(world: World) -> None:
    """One round of all schedules, and whatever follows from it."""
    StepSchedule.objects.update(next_run_at=timezone.now())
    schedule.tick()
    world.work_off()


def calls_of_orders() -> list[str]:
    """Calls of the shop for single orders, with the step that made each: not the polls."""
    made = RemoteCall.objects.filter(system="magento").select_related("attempt__task")
    single = made.exclude(attempt__task__step=Step.PULL_ORDERS).order_by("id")
    return [f"{one.attempt.task.step}: {one.operation}" for one in single]


def assert_as_stored(name: str, made: list[str]) -> None:
    stored = json.loads(BASELINE.read_text("utf-8"))
    if os.environ.get("REWRITE_BASELINE"):
        BASELINE.write_text(json.dumps({**stored, name: made}, indent=2) + "\n", "utf-8")
        return
    assert made == stored[name], "\n".join([f"{len(made)} calls:", *made])


def test_a_plain_order_costs_the_shop_nine_calls(world: World) -> None:
    schedule.create_missing_schedules()
    StepSchedule.objects.filter(step=Step.CHECK_COMPLETENESS).delete()
    turn(world)
    entity_id = world.place_only("simple")

    for _ in range(8):
        turn(world)
        play_round(world.sap)

    order = SalesOrder.objects.get(entity_id=entity_id)
    assert (order.stage, order.state) == (SalesOrder.Stage.COMPLETE, "complete")
    assert_as_stored("a plain order", calls_of_orders())
