"""The shop's order carries the SAP number, read back."""

from __future__ import annotations

import pytest

from sync.jobs import work
from sync.models import SyncTask
from tests.world import World


def test_the_shop_carries_the_number_and_the_mirror_says_when(world: World) -> None:
    order = world.into_sap()

    world.run(work.confirm_order(order))

    order.refresh_from_db()
    assert world.shop_books(order)["order"]["ext_order_id"] == order.sap_sales_order_number
    assert order.ext_order_id == order.sap_sales_order_number
    assert order.confirmed_at is not None


def test_confirming_again_writes_nothing(world: World) -> None:
    order = world.into_sap()
    world.run(work.confirm_order(order))
    before = world.shop_books(order)["order"]

    task = world.run(work.confirm_order(order))

    assert task.outcome == f"The shop already carries {order.sap_sales_order_number}."
    assert world.shop_books(order)["order"] == before


def test_nothing_but_the_number_is_changed_in_the_shop(world: World) -> None:
    order = world.into_sap()
    before = world.shop_books(order)["order"]

    world.run(work.confirm_order(order))

    after = world.shop_books(order)["order"]
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed <= {"ext_order_id", "updated_at"}


@pytest.mark.parametrize("fault", ["drop_before", "drop_after_write", "server_error"])
def test_an_unclear_end_is_looked_up_and_finished(world: World, fault: str) -> None:
    order = world.into_sap()
    world.shop_fails(fault, "ext_order_id")

    task = world.run(work.confirm_order(order))
    assert (task.state, task.error_class) == (SyncTask.State.WAITING, "OutcomeUnknown")
    task = world.run_task(task)

    order.refresh_from_db()
    assert task.state == SyncTask.State.DONE
    assert order.ext_order_id == order.sap_sales_order_number
    assert order.confirmed_at is not None


def test_another_number_in_the_shop_is_never_overwritten(world: World) -> None:
    order = world.into_sap()
    world.edit_web_order(order.entity_id, lambda o: o.update(ext_order_id="4711"))

    task = world.run(work.confirm_order(order))

    assert (task.state, task.error_class) == ("needs_attention", "RecordsDisagree")
    assert world.shop_books(order)["order"]["ext_order_id"] == "4711"


def test_an_order_not_in_sap_tells_the_shop_nothing(world: World) -> None:
    order = world.place()

    task = world.run(work.confirm_order(order))

    assert task.outcome == "Not in SAP yet: nothing to tell the shop."
    assert not world.shop_books(order)["order"].get("ext_order_id")
