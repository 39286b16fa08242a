"""A poll of a shop where nothing happened costs next to nothing, and still misses nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import work
from sync.models import PullWatermark, SalesOrder, SyncTask
from tests.world import World

KILOBYTE = 1000
NAMES_ONLY = "fields=items%5Bentity_id"


class Scale:
    """Weighs what the shop answers, by call."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.weighed: list[tuple[str, int]] = []
        carry = world.line.carry

        def weighing(name: str, call: Callable[[], Any]) -> Any:
            answer = carry(name, call)
            if hasattr(answer, "data"):
                self.weighed.append((name, len(answer.data)))
            return answer

        monkeypatch.setattr(world.line, "carry", weighing)

    def of(self, action: Callable[[], Any]) -> list[tuple[str, int]]:
        """What an action brought."""
        before = len(self.weighed)
        action()
        return self.weighed[before:]


@pytest.fixture
def scale(world: World, monkeypatch: pytest.MonkeyPatch) -> Scale:
    return Scale(world, monkeypatch)


def poll(world: World) -> SyncTask:
    return world.run(work.pull_orders(world.shop))


def is_read_again_later(world: World) -> None:
    """Half an overlap passes for what is stored: every moment the portal knows moves back."""
    passed = timedelta(seconds=151)
    for order in SalesOrder.objects.all():
        earlier = (order.remote_updated_at - passed).strftime("%Y-%m-%d %H:%M:%S")
        world.edit_web_order(order.entity_id, partial(dict.update, updated_at=earlier))
        SalesOrder.objects.filter(pk=order.pk).update(
            remote_updated_at=order.remote_updated_at - passed,
            pulled_at=order.pulled_at - passed,
            payload={**order.payload, "updated_at": earlier},
        )
    PullWatermark.objects.update(updated_at=max(SalesOrder.objects.values_list(
        "remote_updated_at", flat=True)))  # fmt: skip


def test_an_idle_poll_costs_less_than_five_kilobytes(world: World, scale: Scale) -> None:
    for _ in range(40):
        world.place_only()
    poll(world)

    brought = scale.of(lambda: poll(world))

    assert [NAMES_ONLY in name for name, _size in brought] == [True]
    assert sum(size for _name, size in brought) < 5 * KILOBYTE


def test_only_what_changed_is_read_whole(world: World, scale: Scale) -> None:
    orders = [world.place() for _ in range(10)]
    world.cancel(orders[3])
    new = world.place_only()

    keys, whole = scale.of(lambda: poll(world))

    assert NAMES_ONLY in keys[0]
    assert f"{orders[3].entity_id}%2C{new}" in whole[0]
    orders[3].refresh_from_db()
    assert orders[3].state == "canceled"
    assert SalesOrder.objects.filter(entity_id=new).exists()


def test_p0_04_a_change_within_the_second_of_the_last_one_is_seen(world: World) -> None:
    order = world.place()

    def hold_unseen(one: dict[str, Any]) -> None:
        one.update(state="holded", status="holded", hold_before_state="new")

    world.edit_web_order(order.entity_id, hold_unseen)  # its updated_at stays

    poll(world)

    order.refresh_from_db()
    assert order.state == "holded"


def test_p0_04_a_change_its_keys_do_not_show_is_seen_once_half_the_overlap_has_passed(
    world: World, scale: Scale
) -> None:
    order = world.place()
    world.edit_web_order(order.entity_id, lambda one: one.update(customer_email="new@example.test"))
    poll(world)
    is_read_again_later(world)

    assert len(scale.of(lambda: poll(world))) == 2
    order.refresh_from_db()
    assert order.customer_email == "new@example.test"
    assert len(scale.of(lambda: poll(world))) == 1  # and then it is known


def test_what_is_known_moves_the_watermark_as_well(world: World) -> None:
    order = world.place()
    PullWatermark.objects.update(updated_at=order.remote_updated_at - timedelta(hours=1))

    poll(world)

    assert PullWatermark.objects.get().updated_at == order.remote_updated_at


def test_an_order_that_is_listed_but_not_shown_is_a_task_of_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, shown = world.place_only(), world.place_only()
    client = type(world.remotes.magento(world.shop))
    whole = client.get_orders

    def hiding(self: Any, entity_ids: Any, *rest: Any) -> Any:
        return whole(self, set(entity_ids) - {hidden}, *rest)

    monkeypatch.setattr(client, "get_orders", hiding)

    poll(world)

    stopped = SyncTask.objects.get(state=SyncTask.State.NEEDS_ATTENTION)
    assert stopped.reference == f"shop:demo:entity:{hidden}"
    assert SalesOrder.objects.get().entity_id == shown
    monkeypatch.undo()
    poll(world)
    assert not SyncTask.objects.unfinished().exists()


def test_completeness_reads_whole_only_what_the_portal_lacks(world: World, scale: Scale) -> None:
    for _ in range(3):
        world.place()
    missed = world.place_only()

    brought = scale.of(lambda: world.run(work.check_completeness(world.shop)))

    whole = [name for name, _size in brought if name.startswith("GET /rest/V1/orders?")][1]
    assert f"%5Bvalue%5D={missed}&" in whole
    assert timezone.now() - SalesOrder.objects.get(entity_id=missed).pulled_at < timedelta(
        minutes=1
    )


def test_the_queue_of_mails_is_asked_for_names_and_marks_only(world: World, scale: Scale) -> None:
    world.stand_in.change_settings({"async_sending": True})
    order = world.into_sap()
    [delivery] = world.dispatch(order)
    world.ship(order, delivery)
    order.shipments.update(mail_due_at=timezone.now())

    brought = scale.of(lambda: poll(world))

    [(_name, size)] = [(name, size) for name, size in brought if "/shipments?" in name]
    assert size < 100
