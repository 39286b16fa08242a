"""What the customer pays is what SAP bills: totals are compared whoever determines the tax."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from sync.jobs import work
from sync.models import SalesArea, SalesOrder, SyncTask
from tests.builders import a_user
from tests.world import World

Change = Callable[[dict[str, Any]], None]


def pushed(world: World, change: Change, shape: str = "simple") -> tuple[SyncTask, SalesOrder]:
    entity_id = world.place_only(shape)
    world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    task = world.run(work.push_order(order))
    order.refresh_from_db()
    return task, order


def paid_by(member: str) -> Change:
    def change(web: dict[str, Any]) -> None:
        web["grand_total"] = round(web["grand_total"] - 5, 2)
        web["extension_attributes"][member] = 5

    return change


def one_cent_more(web: dict[str, Any]) -> None:
    web["grand_total"] = round(web["grand_total"] + 0.01, 2)


def a_fee_nobody_knows(web: dict[str, Any]) -> None:
    web["grand_total"] = round(web["grand_total"] + 3, 2)


def test_tax_left_to_sap_that_sap_does_not_find_is_a_difference(world: World) -> None:
    SalesArea.objects.update(tax_condition="", freight_tax_condition="")

    _task, order = pushed(world, lambda _: None, "coupon")

    assert order.verification == SalesOrder.Verification.DIFFERS
    assert "order gross total" in {one["field"] for one in order.differences}


@pytest.mark.parametrize(
    "member", ["gift_cards_amount", "customer_balance_amount", "reward_currency_amount"]
)
def test_what_is_paid_by_gift_card_or_credit_is_no_lower_price(world: World, member: str) -> None:
    task, order = pushed(world, paid_by(member))

    assert (task.state, order.verification) == ("done", "verified")
    assert order.rounding is None


def test_a_total_rounded_otherwise_is_verified_and_told(world: World, client: Client) -> None:
    task, order = pushed(world, one_cent_more)

    assert (task.state, order.verification) == ("done", "verified")
    assert order.rounding == Decimal("-0.01")
    client.force_login(a_user("Sales"))
    assert "Rounding" in client.get(order.get_absolute_url()).content.decode()


def test_an_amount_nobody_can_explain_still_stops(world: World) -> None:
    task, order = pushed(world, a_fee_nobody_knows)

    assert task.state == "needs_attention"
    assert not order.is_in_sap
