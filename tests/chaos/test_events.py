"""The table of what people do by hand: documented whole, drawn by the seed, judged by its rows."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from sync.jobs import work
from sync.models import SalesOrder
from tests.chaos.clerks import SHAPES, write_script
from tests.chaos.events import EVENTS, End, Event, table
from tests.chaos.judge import Case, Claim, judge
from tests.world import World

DOCUMENTED = Path(__file__).resolve().parents[2] / "docs" / "reliability.md"
CALLED_OFF = next(event for event in EVENTS if event.end == End.CANCELED)


def test_the_documentation_shows_every_row() -> None:
    text = DOCUMENTED.read_text()
    assert [row for row in table() if row not in text] == []


def test_every_event_comes_about_and_only_to_orders_it_fits() -> None:
    rng = Random(1)
    scripts = [write_script(rng) for _ in range(20000)]
    happening = {one.event.name for one in scripts if one.event is not None}
    assert happening == {event.name for event in EVENTS}
    for one in scripts:
        assert one.event is None or not one.event.shapes or one.shape in one.event.shapes


def test_events_name_shapes_that_there_are() -> None:
    assert {shape for event in EVENTS for shape in event.shapes} <= set(SHAPES)


@pytest.fixture
def canceled(world: World) -> SalesOrder:
    order = world.into_sap()
    world.run(work.confirm_order(order))
    world.stand_in.move(order.entity_id, "cancel")
    return order


def _case(world: World, order: SalesOrder, event: Event, stage: str) -> Case:
    books = world.shop_books(order) | {"mails": []}
    claim = Claim(order.pk, stage, "verified", order.sap_sales_order_number, is_confirmed=True)
    return Case(order.increment_id, books, world.sap_books(order), claim, event)


def test_a_canceled_order_that_sap_still_holds_is_reported(
    world: World, canceled: SalesOrder
) -> None:
    found = judge(_case(world, canceled, CALLED_OFF, "one_sided"))
    assert {one.text.split(" ")[0] for one in found} == {"SAP", "canceled"}


def test_a_canceled_order_that_sap_delivers_is_reported(world: World, canceled: SalesOrder) -> None:
    world.dispatch(canceled)
    found = judge(_case(world, canceled, CALLED_OFF, "canceled"))
    assert "wrong_quantities" in {one.kind for one in found}


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_paper_made_by_hand_is_in_order_only_where_people_made_one(
    world: World, kind: str
) -> None:
    order = world.into_sap()
    world.run(work.confirm_order(order))
    make = {"shipment": world.stand_in.ship, "invoice": world.stand_in.invoice}[kind]
    make(order.entity_id, {"notify": False})
    by_hand = next(event for event in EVENTS if kind in event.papers_by_hand)
    expected = judge(_case(world, order, by_hand, "in_sap"))
    unexpected = judge(_case(world, order, EVENTS[-1], "in_sap"))
    assert "doubled" not in {one.kind for one in expected}
    assert "doubled" in {one.kind for one in unexpected}
