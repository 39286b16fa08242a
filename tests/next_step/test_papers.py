"""Whose turn it is with a delivery, and with a billing document."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sync.causes.cause import Team
from sync.models import OutboundDelivery, Step, SyncTask
from sync.next_step.delivery import DeliveryFacts, DeliveryPageFacts, turns_with_delivery
from sync.next_step.invoice import BillingFacts, InvoiceFacts, turns_with_billing
from sync.next_step.turn import Act, Machine, OpenTask, Tone, Turn

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ALL = frozenset(step for step in Step if step.facts.every)
Picking, Unwanted = OutboundDelivery.Picking, OutboundDelivery.Unwanted
LEFT = {"is_goods_issued": True, "left_at": AT}


def told(turn: Turn) -> str:
    return f"{turn.who}: {turn.text.format(**turn.values)}"


DELIVERIES: list[tuple[dict[str, Any], dict[str, Any], str, Tone]] = [
    ({}, {"is_of_web_order": False},
     "Done: There is nothing for the portal to do: no web order is in this delivery.",
     Tone.DONE),
    ({"picking": Picking.NOT_PICKED}, {}, "Warehouse: Pick delivery 8.", Tone.TURN),
    ({"picking": Picking.PICKED}, {}, "Warehouse: Post the goods issue of delivery 8.",
     Tone.TURN),
    (LEFT, {}, "By itself: The portal ships the delivery in the shop.", Tone.MOVING),
    (LEFT | {"is_in_shop": True, "lacks_parcels": True}, {},
     "Warehouse: Enter the tracking number of delivery 8.", Tone.LOOK),
    (LEFT | {"is_in_shop": True}, {},
     "Shop: Tell the customer that the goods have left.", Tone.TURN),
    (LEFT | {"is_in_shop": True}, {"is_customer_told": True},
     "Done: Nothing is left to do: shipped, and the customer is told.", Tone.DONE),
    ({"unwanted": Unwanted.WHOLE}, {"warnings": ["Do not ship it."]}, "Logistics: Do not ship it.",
     Tone.STOPPED),
    (LEFT | {"unwanted": Unwanted.LEFT}, {"warnings": ["The goods have left."]},
     "Sales: The goods have left.", Tone.LOOK),
]  # fmt: skip


@pytest.mark.parametrize(("delivery", "page", "sentence", "tone"), DELIVERIES)
def test_a_delivery_says_who_acts_and_what(
    delivery: dict[str, Any], page: dict[str, Any], sentence: str, tone: Tone
) -> None:
    machine = Machine(Team.LOGISTICS, (), ALL)
    facts = DeliveryPageFacts(DeliveryFacts("8", **delivery), machine, **page)

    first = turns_with_delivery(facts)[0]

    assert (told(first), first.tone) == (sentence, tone)


MADE = InvoiceFacts("9", key=5, made_at=AT)
BILLING: list[tuple[dict[str, Any], str, Tone]] = [
    ({}, "By itself: The portal invoices it in the shop.", Tone.MOVING),
    ({"is_cancelled": True}, "Done: Nothing is left to do: SAP has cancelled this document.",
     Tone.DONE),
    ({"is_invoice": False}, "Done: There is nothing for the portal to do with this document.",
     Tone.DONE),
    ({"invoices": [MADE]}, "Finance: Mail invoice 9: the customer does not have it yet.",
     Tone.TURN),
    ({"invoices": [InvoiceFacts("9", is_queued=True)]},
     "Shop: Mail invoice 9: it is in the shop's queue.", Tone.MOVING),
    ({"invoices": [InvoiceFacts("9", kept_back="SAP sends the e-invoice")]},
     "Done: Nothing is left to do; the shop does not mail it: SAP sends the e-invoice.",
     Tone.DONE),
    ({"invoices": [InvoiceFacts("9", is_mailed=True)]},
     "Done: Nothing is left to do: invoiced, and the customer has it.", Tone.DONE),
    ({"invoices": [InvoiceFacts("9", is_canceled=True, differs=True)]},
     "Finance: Find out why the shop's invoice 9 is canceled: SAP's document is valid.",
     Tone.LOOK),
]  # fmt: skip


@pytest.mark.parametrize(("values", "sentence", "tone"), BILLING)
def test_a_billing_document_says_who_acts_and_what(
    values: dict[str, Any], sentence: str, tone: Tone
) -> None:
    facts = BillingFacts("90", Machine(Team.FINANCE, (), ALL), date(2026, 3, 2), **values)

    first = turns_with_billing(facts)[0]

    assert (told(first), first.tone) == (sentence, tone)


def test_the_invoice_that_was_not_mailed_is_the_one_to_resend() -> None:
    facts = BillingFacts("90", Machine(Team.FINANCE, (), ALL), invoices=[MADE])

    (turn,) = turns_with_billing(facts)

    assert (turn.act, turn.key) == (Act.RESEND, 5)


def test_a_renewed_billing_document_is_linked_and_not_retried() -> None:
    task = OpenTask(
        7, Step.PUSH_INVOICE, SyncTask.State.NEEDS_ATTENTION, AT, "Finance", document_to_link=3
    )

    turn = turns_with_billing(BillingFacts("90", Machine(Team.FINANCE, [task], ALL)))[0]

    assert (turn.act, turn.key) == (Act.LINK_INVOICE, 3)
