"""What became of a document, in words: one event for each fact, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext_noop

from sync.models import SalesOrder
from sync.views.papers import Papers

Moment = datetime | date


@dataclass(frozen=True, slots=True)
class Event:
    """``text`` is a whole sentence whose names in braces stand in ``values``."""

    at: Moment
    text: str
    values: Mapping[str, object]


def story_of(order: SalesOrder, papers: Papers) -> list[Event]:
    return _in_time([*_of_order(order), *_of_papers(papers), *_end_of_order(order)])


def story_of_papers(papers: Papers) -> list[Event]:
    """Of a delivery or billing document with what the shop has for it."""
    return _in_time(_of_papers(papers))


def _of_papers(papers: Papers) -> list[Event]:
    return [*_of_goods(papers), *_of_money(papers), *_of_people(papers)]


def _in_time(events: list[Event]) -> list[Event]:
    """The events are given as one leads to the other: a day without an hour comes after what led to
    it on that day."""
    latest: dict[date, time] = {}
    placed = []
    for event in events:
        day, hour = _place(event.at)
        if not isinstance(event.at, datetime):
            hour = latest.get(day, time.min)
        latest[day] = max(hour, latest.get(day, time.min))
        placed.append((day, hour))
    return [events[at] for at in sorted(range(len(events)), key=placed.__getitem__)]


def _place(at: Moment) -> tuple[date, time]:
    if not isinstance(at, datetime):
        return at, time.min
    local = timezone.localtime(at)
    return local.date(), local.time()


def _events(*rows: tuple[Moment | None, str], **values: object) -> Iterator[Event]:
    """Without those that have not happened."""
    for at, text in rows:
        if at is not None:
            yield Event(at, text, values)


def _of_order(order: SalesOrder) -> Iterator[Event]:
    yield from _events(
        (order.placed_at, gettext_noop("The customer placed order {order} in the shop.")),
        (
            order.confirmed_at,
            gettext_noop("The order is in SAP as {number}, and the shop carries that number."),
        ),
        order=order.increment_id,
        number=order.sap_sales_order_number,
    )


def _end_of_order(order: SalesOrder) -> Iterator[Event]:
    yield from _events(
        (order.sap_missing_since, gettext_noop("SAP no longer showed order {number}.")),
        (order.completed_at, gettext_noop("The order was complete: shipped, billed and invoiced.")),
        number=order.sap_sales_order_number,
    )


def _of_goods(papers: Papers) -> Iterator[Event]:
    for delivery in papers.deliveries:
        left = delivery.goods_issued_at or delivery.goods_issue_date
        yield from _events(
            (delivery.created_date, gettext_noop("SAP created delivery {number}.")),
            (delivery.picked_at, gettext_noop("The warehouse picked delivery {number}.")),
            (
                left if delivery.is_goods_issued else None,
                gettext_noop("Delivery {number} left the warehouse."),
            ),
            number=delivery.delivery_number,
        )
    for shipment in papers.shipments:
        text = gettext_noop("Shipment {number} was made in the shop.")
        yield from _events((shipment.remote_created_at, text), number=str(shipment))


def _of_money(papers: Papers) -> Iterator[Event]:
    for document in papers.billing_documents:
        kind = str(document.get_category_display())
        text = gettext_noop("SAP made billing document {number} ({kind}).")
        yield from _events(
            (document.remote_created_at or document.billing_date, text),
            number=str(document),
            kind=kind,
        )
    for invoice in papers.invoices:
        text = gettext_noop("Invoice {number} was made in the shop.")
        yield from _events((invoice.remote_created_at, text), number=str(invoice))
        for mail in invoice.mails.all():
            text = gettext_noop("The shop was asked to mail invoice {number}: {outcome}.")
            outcome = mail.get_outcome_display()
            yield from _events((mail.sent_at, text), number=str(invoice), outcome=outcome)


def _of_people(papers: Papers) -> Iterator[Event]:
    for decision in papers.decisions:
        yield from _events(
            (decision.decided_at, gettext_noop("{who} decided: {what}. {reason}")),
            who=decision.decided_by_name,
            what=str(decision.get_kind_display()),
            reason=decision.reason,
        )
