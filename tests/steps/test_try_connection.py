"""Trying a connection says who answered, or what to repair."""

from __future__ import annotations

from sync.jobs import work
from tests.world import World


def test_a_shop_that_answers_is_described(world: World) -> None:
    task = world.run(work.try_connection(world.shop))

    assert task.outcome == "3 store views, 0 orders"


def test_sap_that_answers_is_described(world: World) -> None:
    task = world.run(work.try_connection())

    assert task.outcome.startswith("SAP system SBX, release 750")


def test_wrong_keys_of_the_shop_stop_with_the_right_to_look_at(world: World) -> None:
    world.keys = type(world.keys)(consumer_secret="y" * 32)

    task = world.run(work.try_connection(world.shop))

    assert (task.state, task.error_class) == ("needs_attention", "RemoteMisconfigured")


def test_a_wrong_password_of_sap_stops_without_quoting_it(world: World) -> None:
    world.password = "wrong"

    task = world.run(work.try_connection())

    assert (task.state, task.error_class) == ("needs_attention", "RemoteMisconfigured")
    assert "PORTAL" not in task.error_message
