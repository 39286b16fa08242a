"""What became of an order, in words: one event for each fact, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils import timezone

from sync.models import SalesOrder
from sync.views.papers import Papers

Moment = datetime | date


@dataclass(frozen=True, slots=True)
class Event:
    """``text`` is a whole sentence whose names in braces stand in ``values``."""

    at: Moment
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


def story_of(order: SalesOrder, papers: Papers) -> list[Event]:
    told = [*_of_order(order), *_of_goods(papers), *_of_money(papers), *_of_people(papers)]
    return sorted(told, key=lambda event: _order_in_time(event.at))


def _order_in_time(at: Moment) -> tuple[date, time]:
    """A day without an hour comes before the hours of that day."""
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
        (order.placed_at, "The customer placed order {order} in the shop."),
        (order.confirmed_at, "The order is in SAP as {number}, and the shop carries that number."),
        (order.sap_missing_since, "SAP no longer showed order {number}."),
        (order.completed_at, "The order was complete: shipped, billed and invoiced."),
        order=order.increment_id,
        number=order.sap_sales_order_number,
    )


def _of_goods(papers: Papers) -> Iterator[Event]:
    for delivery in papers.deliveries:
        left = delivery.goods_issued_at or delivery.goods_issue_date
        yield from _events(
            (delivery.created_date, "SAP created delivery {number}."),
            (delivery.picked_at, "The warehouse picked delivery {number}."),
            (left if delivery.is_goods_issued else None, "Delivery {number} left the warehouse."),
            number=delivery.delivery_number,
        )
    for shipment in papers.shipments:
        text = "Shipment {number} was made in the shop."
        yield from _events((shipment.remote_created_at, text), number=str(shipment))


def _of_money(papers: Papers) -> Iterator[Event]:
    for document in papers.billing_documents:
        kind = document.get_category_display()
        text = "SAP made billing document {number} ({kind})."
        yield from _events((document.billing_date, text), number=str(document), kind=kind)
    for invoice in papers.invoices:
        text = "Invoice {number} was made in the shop."
        yield from _events((invoice.remote_created_at, text), number=str(invoice))
        for mail in invoice.mails.all():
            text = "The shop was asked to mail invoice {number}: {outcome}."
            outcome = mail.get_outcome_display()
            yield from _events((mail.sent_at, text), number=str(invoice), outcome=outcome)


def _of_people(papers: Papers) -> Iterator[Event]:
    for decision in papers.decisions:
        yield Event(
            decision.decided_at,
            "{who} decided: {what}. {reason}",
            {
                "who": decision.decided_by_name,
                "what": decision.get_kind_display(),
                "reason": decision.reason,
            },
        )
