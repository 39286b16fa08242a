"""Trying a connection says who answered, or what to repair."""

from __future__ import annotations

from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("stated", "is_proved", "words"),
    [
        ("2.4.8-p1", True, "2.4.8-p1 (as set). The portal was proved against it."),
        ("2.4.6", False, "2.4.6 (as set): not proved."),
        ("", None, "its page says Magento/2.4 (Community)"),
    ],
)
def test_the_version_of_the_shop_is_kept_with_what_is_known_of_it(
    world: World, settings: Any, stated: str, is_proved: bool | None, words: str
) -> None:
    settings.MAGENTO = {"demo": {**settings.MAGENTO["demo"], "version": stated}}

    world.run(work.try_connection(world.shop))

    world.shop.refresh_from_db()
    assert world.shop.version_is_proved is is_proved
    assert words in world.shop.version_words


def test_the_shops_own_orders_tell_the_version(world: World) -> None:
    world.place("simple")

    world.run(work.try_connection(world.shop))

    world.shop.refresh_from_db()
    assert "it answers as 2.4." in world.shop.version_words
