"""Whose turn it is with a delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sync.causes.cause import Team
from sync.models import OutboundDelivery, Step
from sync.next_step.turn import (
    BY_ITSELF,
    IN_SAP,
    Machine,
    Station,
    Tone,
    Turn,
    Who,
    by_urgency,
    done,
    portals,
    stopped,
)
from sync.told import told

Picking = OutboundDelivery.Picking
Unwanted = OutboundDelivery.Unwanted
BY_SHOP = told("The shop mails by itself, where its shipment mails are switched on.")
GONE = frozenset({Unwanted.LEFT, Unwanted.LEFT_IN_PART})


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """``is_late`` is the caller's: the rule has no clock."""

    number: str
    picking: str = Picking.NOT_RELEVANT
    created: date | None = None
    planned_picking_at: datetime | None = None
    picked_at: datetime | None = None
    is_late: bool = False
    is_goods_issued: bool = False
    left_at: datetime | date | None = None
    is_in_shop: bool = False
    unwanted: OutboundDelivery.Unwanted = Unwanted.NONE
    lacks_parcels: bool = False  # in the shop, and nobody can follow it


@dataclass(frozen=True, slots=True)
class DeliveryPageFacts:
    delivery: DeliveryFacts
    machine: Machine
    warnings: Sequence[str] = ()  # what to do about goods the shop has canceled
    is_of_web_order: bool = True
    is_customer_told: bool = False


def in_warehouse(facts: DeliveryFacts) -> Turn | None:
    """What the warehouse does with it; None once the goods have left."""
    if facts.is_goods_issued:
        return None
    values = {"number": facts.number, "when": facts.planned_picking_at}
    if facts.picking in {Picking.PICKED, Picking.NOT_RELEVANT}:
        return Turn(
            Who.WAREHOUSE, Tone.TURN, told("Post the goods issue of delivery {number}."), values,
            Station.DELIVERY, facts.picked_at or facts.created, why_no_button=IN_SAP,
        )  # fmt: skip
    text = told("Pick delivery {number} by {when}.") if facts.planned_picking_at else (
        told("Pick delivery {number}.")
    )  # fmt: skip
    tone = Tone.TURN
    if facts.is_late:
        tone, text = Tone.LOOK, told("Pick delivery {number} now: it was due on {when}.")
    return Turn(
        Who.WAREHOUSE, tone, text, values, Station.DELIVERY, facts.created, why_no_button=IN_SAP
    )


def to_track(facts: DeliveryFacts) -> Turn:
    return Turn(
        Who.WAREHOUSE, Tone.LOOK, told("Enter the tracking number of delivery {number}."),
        {"number": facts.number}, Station.SHIPMENT, facts.left_at, why_no_button=IN_SAP,
    )  # fmt: skip


def turns_with_delivery(facts: DeliveryPageFacts) -> list[Turn]:
    """The first is what happens next; the others wait for somebody as well."""
    return by_urgency(_trouble(facts)) or [_normal(facts)]


def _trouble(facts: DeliveryPageFacts) -> Iterator[Turn]:
    yield from stopped(facts.machine.tasks)
    gone = facts.delivery.unwanted in GONE
    for warning in facts.warnings:
        yield Turn(
            Team.SALES if gone else Team.LOGISTICS,
            Tone.LOOK if gone else Tone.STOPPED,
            "{warning}",
            {"warning": warning},
            Station.DELIVERY,
            facts.delivery.left_at if gone else facts.delivery.created,
            why_no_button=IN_SAP,
        )


def _normal(facts: DeliveryPageFacts) -> Turn:
    one = facts.delivery
    if not facts.is_of_web_order:
        return done(
            told("There is nothing for the portal to do: no web order is in this delivery.")
        )
    if turn := in_warehouse(one):
        return turn
    if not one.is_in_shop:
        turn = Turn(
            Who.PORTAL, Tone.MOVING, told("The portal ships the delivery in the shop."), {},
            Station.SHIPMENT, one.left_at, why_no_button=BY_ITSELF,
        )  # fmt: skip
        return portals(turn, Step.PUSH_SHIPMENT, facts.machine)
    if one.lacks_parcels:
        return to_track(one)
    if not facts.is_customer_told:
        return Turn(
            Who.SHOP, Tone.TURN, told("Tell the customer that the goods have left."), {},
            Station.SHIPMENT, one.left_at,
            why_no_button=BY_SHOP,
        )  # fmt: skip
    return done(told("Nothing is left to do: shipped, and the customer is told."), one.left_at)
