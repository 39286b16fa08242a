"""An administrator says per shop which states and statuses go to SAP."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sync.jobs import work
from sync.mirrors.intake import NEVER
from sync.mirrors.progress import judge_again
from sync.models import CompletenessFinding, IntakeRule, SalesOrder
from tests.world import World

Handling = IntakeRule.Handling
Stage = SalesOrder.Stage


def placed(world: World, **members: Any) -> SalesOrder:
    """An order that the shop shows with these members."""
    entity_id = world.place_only()
    world.edit_web_order(entity_id, lambda web: web.update(members))
    world.run(work.pull_orders(world.shop))
    return SalesOrder.objects.get(entity_id=entity_id)


def rule(world: World, **values: Any) -> IntakeRule:
    made = IntakeRule(shop=world.shop, **values)
    made.full_clean()
    made.save()
    return made


def test_a_status_of_the_shops_own_waits_until_it_changes(world: World) -> None:
    rule(world, status="erp_review", handling=Handling.WAIT, words="Sales looks at the price")
    order = placed(world, state="processing", status="erp_review")
    world.run(work.push_order(order))
    order.refresh_from_db()

    assert (order.stage, order.is_in_sap) == (Stage.NOT_TAKEN, False)
    assert order.not_taken_reason == "Sales looks at the price (status “erp_review”)"

    world.edit_web_order(order.entity_id, lambda web: web.update(status="processing"))
    world.run(work.push_order(order))
    order.refresh_from_db()
    assert order.is_in_sap


def test_the_longest_words_of_a_rule_fit_the_order(world: World) -> None:
    longest = {"state": "s" * 32, "status": "t" * 32, "words": "w" * 100}
    made = rule(world, handling=Handling.NEVER, **longest)
    column = SalesOrder._meta.get_field("not_taken_reason")

    assert len(made.reason) <= (column.max_length or 0)


@pytest.mark.parametrize("code", ["erp_review", "ERP_Review", " erp_review "])
def test_a_rule_knows_its_status_however_it_is_written(world: World, code: str) -> None:
    rule(world, status="erp_review", handling=Handling.WAIT)

    assert placed(world, status=code).stage == Stage.NOT_TAKEN


def test_what_is_never_taken_nobody_can_take_anyway(world: World) -> None:
    rule(world, status="test_order", handling=Handling.NEVER, words="orders for tests")
    order = placed(world, status="test_order")
    order.is_taken_anyway = True
    order.save()
    world.run(work.push_order(order))
    order.refresh_from_db()

    assert not order.is_in_sap
    assert order.not_taken_reason == "Never taken: orders for tests (status “test_order”)"
    assert order.not_taken_reason in NEVER


def test_an_unknown_state_is_taken_by_a_rule(world: World) -> None:
    order = placed(world, state="preorder", status="preorder")
    assert order.not_taken_reason == "In a state the portal does not know: preorder"

    judge_again(world.shop, rule(world, state="preorder", handling=Handling.TAKE))

    order.refresh_from_db()
    assert order.stage == Stage.TO_SYNC


@pytest.mark.parametrize("status", ["fraud", "paypal_reversed", "Fraud", "payment_review"])
def test_suspected_fraud_stays_out_without_any_rule(world: World, status: str) -> None:
    assert placed(world, state="processing", status=status).stage == Stage.NOT_TAKEN


def test_a_rule_about_the_status_does_not_open_a_state(world: World) -> None:
    rule(world, status="fraud", handling=Handling.TAKE)
    in_review = placed(world, state="payment_review", status="fraud")
    released = placed(world, state="processing", status="fraud")

    assert (in_review.stage, released.stage) == (Stage.NOT_TAKEN, Stage.TO_SYNC)


@pytest.mark.parametrize("state", ["canceled", "closed", "complete", "holded", "rejected"])
def test_no_rule_takes_what_nobody_can_ship(world: World, state: str) -> None:
    with pytest.raises(ValidationError, match="Nothing can be shipped"):
        rule(world, state=state, handling=Handling.TAKE)


def test_the_rule_that_says_more_comes_first(world: World) -> None:
    rule(world, state="new", handling=Handling.WAIT)
    rule(world, state="new", status="pending", handling=Handling.TAKE)

    assert placed(world, state="new", status="pending").stage == Stage.TO_SYNC
    assert placed(world, state="new", status="other").stage == Stage.NOT_TAKEN


def test_a_rule_holds_for_its_shop_only(world: World) -> None:
    made = rule(world, status="erp_review", handling=Handling.WAIT)
    other = type(world.shop).objects.create(code="other", name="Other")
    made.shop = other
    made.save()

    assert placed(world, status="erp_review").stage == Stage.TO_SYNC


REVIEWED: list[dict[str, Any]] = [
    {"payment": {"is_transaction_pending": True}},
    {"payment": {"is_fraud_detected": "1"}},
    {"payment": {"extension_attributes": {"is_fraud_detected": 1}}},
    {"extra": [{"key": "is_transaction_pending", "value": "1"}]},
    {"extra": [{"key": "paypal_pending_reason", "value": "paymentreview"}]},
]


@pytest.mark.parametrize("marks", REVIEWED)
@pytest.mark.parametrize("state", ["new", "processing"])
def test_a_payment_under_review_stops_the_order_in_any_state(
    world: World, marks: dict[str, Any], state: str
) -> None:
    def change(web: dict[str, Any]) -> None:
        web["state"] = web["status"] = state
        web["payment"] |= marks.get("payment", {})
        if "extra" in marks:
            web["extension_attributes"]["payment_additional_info"] = marks["extra"]

    entity_id = world.place_only()
    world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)

    assert order.not_taken_reason.startswith("The payment is under review")


@pytest.mark.parametrize("value", [False, 0, "0", "false", None, ""])
def test_a_payment_that_is_not_under_review_goes(world: World, value: Any) -> None:
    entity_id = world.place_only()
    flags = {"is_transaction_pending": value, "is_fraud_detected": value}
    world.edit_web_order(entity_id, lambda web: web["payment"].update(flags))
    world.run(work.pull_orders(world.shop))

    assert SalesOrder.objects.get(entity_id=entity_id).stage == Stage.TO_SYNC


def test_completeness_names_the_rule(world: World) -> None:
    rule(world, status="erp_review", handling=Handling.WAIT, words="Sales looks at the price")
    placed(world, status="erp_review")

    world.run(work.check_completeness(world.shop))

    finding = CompletenessFinding.objects.get()
    assert (finding.reason, finding.is_explained) == (
        "Sales looks at the price (status “erp_review”)",
        True,
    )
