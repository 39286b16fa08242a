"""Whose turn it is with an order: a row for each stage, trouble before everything else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sync.causes.cause import Team
from sync.mirrors.intake import KeptOut
from sync.models import OutboundDelivery, SalesOrder, Step
from sync.next_step.delivery import DeliveryFacts, in_warehouse, to_track
from sync.next_step.invoice import InvoiceFacts, to_look_at, with_invoice
from sync.next_step.turn import (
    BY_ITSELF,
    IN_SAP,
    IN_THE_SHOP,
    Act,
    Held,
    Machine,
    Station,
    Tone,
    Turn,
    Who,
    by_urgency,
    done,
    held,
    portals,
    stopped,
)
from sync.told import told
from sync.translate.sap_hindrances import Hindrance, HoldsUp

Stage = SalesOrder.Stage
Unwanted = OutboundDelivery.Unwanted
OVER = frozenset({Stage.COMPLETE, Stage.CANCELED})
TO_STOP = frozenset({Unwanted.WHOLE, Unwanted.IN_PART})


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What decides; ``left_to_ship`` and ``left_to_invoice`` are the sentences the stage was
    decided by, empty where nothing is left."""

    stage: str
    placed_at: datetime
    machine: Machine
    reason: str = ""
    kept_out: KeptOut | None = None
    may_be_taken_anyway: bool = False
    sap_number: str = ""
    sap_missing_since: datetime | None = None
    confirmed_at: datetime | None = None
    completed_at: datetime | None = None
    is_differing: bool = False
    hindrances: Sequence[Hindrance] = ()
    left_to_ship: str = ""
    left_to_invoice: str = ""
    deliveries: Sequence[DeliveryFacts] = ()
    not_in_shop: Sequence[str] = ()  # SAP's invoices that the shop has none for
    invoices: Sequence[InvoiceFacts] = ()
    holds: Sequence[Held] = ()


def turns_with_order(facts: OrderFacts) -> list[Turn]:
    """The first is what happens next; the others wait for somebody as well, or will."""
    now = by_urgency(_trouble(facts)) or [_normal(facts)]
    later = (one for one in facts.hindrances if not _holds_up_now(one, facts))
    untracked = (one for one in facts.deliveries if one.lacks_parcels)
    return [
        *now,
        *(replace(_held_up(one), tone=Tone.LOOK) for one in later),
        *(to_track(one) for one in untracked if facts.stage not in OVER),
    ]


def _trouble(facts: OrderFacts) -> Iterator[Turn]:
    yield from held(facts.holds)
    yield from stopped(facts.machine.tasks)
    if facts.sap_missing_since:
        yield _missing_in_sap(facts, facts.sap_missing_since)
    if facts.stage == Stage.ONE_SIDED:
        yield _one_sided(facts)
    if facts.kept_out is KeptOut.TO_DECIDE:
        yield _to_decide(facts)
    yield from (_held_up(one) for one in facts.hindrances if _holds_up_now(one, facts))
    if facts.is_differing:
        text = told("Compare the web order with the SAP order: they differ.")
        yield Turn(Team.SALES, Tone.LOOK, text, station=Station.SAP, act=Act.COMPARE)
    yield from to_look_at(facts.invoices)


def _missing_in_sap(facts: OrderFacts, since: datetime) -> Turn:
    return Turn(
        Team.SALES,
        Tone.STOPPED,
        told(
            "Find out what became of SAP order {number}: SAP no longer shows this order. The "
            "portal does not create it a second time."
        ),
        {"number": facts.sap_number},
        Station.SAP,
        since,
        why_no_button=IN_SAP,
    )


def _held_up(hindrance: Hindrance) -> Turn:
    values = {"headline": hindrance.headline, "what": hindrance.what}
    station = _STATION_HELD_UP[hindrance.holds_up]
    return Turn(
        hindrance.owner, Tone.STOPPED, "{headline}. {what}", values, station, why_no_button=IN_SAP
    )


_STATION_HELD_UP = {HoldsUp.GOODS: Station.DELIVERY, HoldsUp.BILLING: Station.BILLING}


def _holds_up_now(hindrance: Hindrance, facts: OrderFacts) -> bool:
    """A billing block stops nobody while goods are still to leave."""
    return hindrance.holds_up is (HoldsUp.GOODS if facts.left_to_ship else HoldsUp.BILLING)


def _one_sided(facts: OrderFacts) -> Turn:
    unwanted = {one.unwanted for one in facts.deliveries}
    who = Team.LOGISTICS if unwanted & TO_STOP else Team.SALES
    station = Station.DELIVERY if unwanted - {Unwanted.NONE} else Station.SAP
    return Turn(
        who, Tone.STOPPED, told("The order is stopped on one side only: {reason}."),
        {"reason": facts.reason.rstrip(".")}, station,
        why_no_button=told("This is done in SAP or in the shop; the portal sees it by itself."),
    )  # fmt: skip


def _to_decide(facts: OrderFacts) -> Turn:
    reason = facts.reason or told("A rule has stopped this order")
    return Turn(
        Team.SALES,
        Tone.LOOK,
        told("Decide about this order; it is not taken into SAP: {reason}."),
        {"reason": reason.rstrip(".")},
        Station.SAP,
        facts.placed_at,
        act=Act.TAKE_ANYWAY if facts.may_be_taken_anyway else None,
        why_no_button=IN_THE_SHOP,
    )


def _normal(facts: OrderFacts) -> Turn:
    match facts.stage:
        case Stage.NOT_TAKEN:
            return _kept_out(facts)
        case Stage.CANCELED:
            return done(told("Nothing is left to do: the order is canceled."))
        case Stage.COMPLETE:
            return _complete(facts)
        case Stage.TO_SYNC:
            turn = Turn(
                Who.PORTAL, Tone.MOVING, told("The portal creates the order in SAP."), {},
                Station.SAP, facts.placed_at, why_no_button=BY_ITSELF,
            )  # fmt: skip
            return portals(turn, Step.PUSH_ORDER, facts.machine)
        case _:
            return _to_ship(facts) if facts.left_to_ship else _to_invoice(facts)


def _kept_out(facts: OrderFacts) -> Turn:
    values = {"reason": facts.reason.rstrip(".")}
    act = Act.TAKE_ANYWAY if facts.may_be_taken_anyway else None
    if facts.kept_out is KeptOut.UNPAID:
        return Turn(
            Who.CUSTOMER, Tone.TURN,
            told("Pay the order; it goes to SAP once it is paid: {reason}."),
            values, Station.ORDER, facts.placed_at, act,
            told("The portal sees the payment by itself."),
        )  # fmt: skip
    if facts.kept_out is KeptOut.NOT_PLACED:
        return Turn(
            Who.SHOP, Tone.TURN, told("Place the order: {reason}."), values, Station.ORDER,
            facts.placed_at, act, told("The shop does this by itself."),
        )  # fmt: skip
    over = done(told("Nothing is left to do; the order stays out of SAP: {reason}."), values=values)
    return replace(over, act=act)


def _to_ship(facts: OrderFacts) -> Turn:
    here = [turn for one in facts.deliveries if (turn := in_warehouse(one))]
    if here:
        return min(here, key=lambda turn: str(turn.values.get("when") or "9"))
    for one in facts.deliveries:
        if not one.is_in_shop:
            turn = Turn(
                Who.PORTAL, Tone.MOVING, told("The portal ships delivery {number} in the shop."),
                {"number": one.number}, Station.SHIPMENT, one.left_at, why_no_button=BY_ITSELF,
            )  # fmt: skip
            return portals(turn, Step.PUSH_SHIPMENT, facts.machine)
    text = told("Deliver the rest of SAP order {number}.") if facts.deliveries else (
        told("Create the delivery for SAP order {number}.")
    )  # fmt: skip
    return Turn(
        Who.WAREHOUSE, Tone.TURN, text, {"number": facts.sap_number}, Station.DELIVERY,
        facts.confirmed_at, why_no_button=IN_SAP, advice=facts.left_to_ship,
    )  # fmt: skip


def _to_invoice(facts: OrderFacts) -> Turn:
    if facts.not_in_shop:
        turn = Turn(
            Who.PORTAL, Tone.MOVING,
            told("The portal invoices billing document {number} in the shop."),
            {"number": facts.not_in_shop[0]}, Station.INVOICE, why_no_button=BY_ITSELF,
        )  # fmt: skip
        return portals(turn, Step.PUSH_INVOICE, facts.machine)
    left = [one.left_at for one in facts.deliveries if one.left_at]
    return Turn(
        Team.FINANCE, Tone.TURN, told("Bill SAP order {number}."), {"number": facts.sap_number},
        Station.BILLING, max(left, key=str, default=facts.confirmed_at), why_no_button=IN_SAP,
        advice=facts.left_to_invoice,
    )  # fmt: skip


def _complete(facts: OrderFacts) -> Turn:
    for invoice in facts.invoices:
        if turn := with_invoice(invoice):
            return portals(turn, Step.SEND_INVOICE, facts.machine)
    return done(told("Nothing is left to do: shipped, billed and invoiced."), facts.completed_at)
