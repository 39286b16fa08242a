"""Whose turn it is with a billing document and the shop's invoices for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sync.causes.cause import Team
from sync.models import Step
from sync.next_step.turn import (
    BY_ITSELF,
    Act,
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

CANCELED_IN_SHOP = told(
    "Find out why the shop's invoice {number} is canceled: SAP's document is valid."
)


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """Of an invoice in the shop; ``kept_back`` says why its mail is left out."""

    number: str
    key: int = 0
    made_at: datetime | None = None
    differs: bool = False
    is_mailed: bool = False
    is_queued: bool = False
    is_given_up: bool = False  # the shop could not, or does not, mail it
    kept_back: str = ""
    is_canceled: bool = False


@dataclass(frozen=True, slots=True)
class BillingFacts:
    number: str
    machine: Machine
    billed_on: date | None = None
    is_invoice: bool = True
    is_cancelled: bool = False
    is_of_web_order: bool = True
    invoices: Sequence[InvoiceFacts] = ()


def with_invoice(facts: InvoiceFacts) -> Turn | None:
    """None where nothing is left to do with it."""
    if facts.is_canceled:
        return None
    values = {"number": facts.number}
    if facts.differs:
        return Turn(
            Team.FINANCE, Tone.LOOK,
            told("Compare the shop's invoice {number} with what SAP billed: their amounts differ."),
            values, Station.INVOICE, facts.made_at,
            why_no_button=told("The amount is put right in SAP or in the shop."),
        )  # fmt: skip
    if facts.is_mailed or facts.kept_back:
        return None
    if facts.is_given_up:
        return Turn(
            Team.FINANCE, Tone.LOOK, told("Mail invoice {number} again: the shop did not send it."),
            values, Station.INVOICE, facts.made_at, act=Act.RESEND, key=facts.key,
        )  # fmt: skip
    if facts.is_queued:
        return Turn(
            Who.SHOP, Tone.MOVING, told("Mail invoice {number}: it is in the shop's queue."),
            values, Station.INVOICE, facts.made_at,
            why_no_button=told("The shop sends it by itself."),
        )  # fmt: skip
    return Turn(
        Team.FINANCE, Tone.TURN, told("Mail invoice {number}: the customer does not have it yet."),
        values, Station.INVOICE, facts.made_at, act=Act.RESEND, key=facts.key,
    )  # fmt: skip


def turns_with_billing(facts: BillingFacts) -> list[Turn]:
    """The first is what happens next; the others wait for somebody as well."""
    return by_urgency(_trouble(facts)) or [_normal(facts)]


def _trouble(facts: BillingFacts) -> Iterator[Turn]:
    yield from stopped(facts.machine.tasks)
    yield from to_look_at(facts.invoices)


def to_look_at(invoices: Sequence[InvoiceFacts]) -> Iterator[Turn]:
    for invoice in invoices:
        if (turn := with_invoice(invoice)) and turn.tone == Tone.LOOK:
            yield turn


def _normal(facts: BillingFacts) -> Turn:
    if facts.is_cancelled:
        return done(
            told("Nothing is left to do: SAP has cancelled this document."), facts.billed_on
        )
    if not (facts.is_invoice and facts.is_of_web_order):
        return done(
            told("There is nothing for the portal to do with this document."),
            facts.billed_on,
        )
    if not facts.invoices:
        turn = Turn(
            Who.PORTAL, Tone.MOVING, told("The portal invoices it in the shop."), {},
            Station.INVOICE, facts.billed_on, why_no_button=BY_ITSELF,
        )  # fmt: skip
        return portals(turn, Step.PUSH_INVOICE, facts.machine)
    if all(invoice.is_canceled for invoice in facts.invoices):
        return Turn(
            Team.FINANCE, Tone.LOOK,
            CANCELED_IN_SHOP,
            {"number": facts.invoices[0].number}, Station.INVOICE,
            why_no_button=told("This is put right in SAP or in the shop."),
        )  # fmt: skip
    waiting = (with_invoice(invoice) for invoice in facts.invoices)
    if first := next(filter(None, waiting), None):
        return portals(first, Step.SEND_INVOICE, facts.machine)
    made = max((one.made_at for one in facts.invoices if one.made_at), default=None)
    kept_back = next((one.kept_back for one in facts.invoices if not one.is_mailed), "")
    if kept_back:
        text = told("Nothing is left to do; the shop does not mail it: {why}.")
        return done(text, made, {"why": kept_back})
    return done(told("Nothing is left to do: invoiced, and the customer has it."), made)
