"""What became of an order, in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sync.models import BillingDocument, Decision, OutboundDelivery, SalesOrder, Shipment
from sync.views.papers import Papers
from sync.views.story import story_of, story_of_papers


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_the_story_has_one_sentence_for_each_fact_in_the_order_they_happened() -> None:
    order = SalesOrder(
        increment_id="000000519", placed_at=at(1), confirmed_at=at(1, 10), completed_at=at(6),
        sap_sales_order_number="0000004711",
    )  # fmt: skip
    delivery = OutboundDelivery(
        delivery_number="8", created_date=date(2026, 3, 2), picked_at=at(2),
        goods_movement_status="C", goods_issued_at=at(3),
    )  # fmt: skip
    papers = Papers(
        [delivery],
        [Shipment(increment_id="21", remote_created_at=at(4))],
        [BillingDocument(billing_document_number="9", category="M", billing_date=date(2026, 3, 5))],
        decisions=[
            Decision(kind="taken_anyway", decided_by_name="ann", reason="Paid by cheque.",
                     decided_at=at(1, 9)),
        ],
    )  # fmt: skip

    told = [event.text.format(**event.values) for event in story_of(order, papers)]

    assert told == [
        "The customer placed order 000000519 in the shop.",
        "ann decided: Taken anyway. Paid by cheque.",
        "The order is in SAP as 0000004711, and the shop carries that number.",
        "SAP created delivery 8.",
        "The warehouse picked delivery 8.",
        "Delivery 8 left the warehouse.",
        "Shipment 21 was made in the shop.",
        "SAP made billing document 9 (Invoice).",
        "The order was complete: shipped, billed and invoiced.",
    ]


def test_what_has_not_happened_is_not_told() -> None:
    order = SalesOrder(increment_id="1", placed_at=at(1))
    delivery = OutboundDelivery(delivery_number="8", goods_issue_date=date(2026, 3, 3))

    told = [event.text for event in story_of(order, Papers([delivery]))]

    assert told == ["The customer placed order {order} in the shop."]


def test_a_day_without_an_hour_comes_after_what_happened_before_it_on_that_day() -> None:
    delivery = OutboundDelivery(
        delivery_number="8", created_date=date(2026, 3, 2), picked_at=at(2),
        goods_movement_status="C", goods_issue_date=date(2026, 3, 2),
    )  # fmt: skip
    document = BillingDocument(
        billing_document_number="9", category="M", billing_date=date(2026, 3, 2),
        remote_created_at=at(2, 11),
    )  # fmt: skip

    story = story_of_papers(Papers([delivery], billing_documents=[document]))

    assert [event.at for event in story] == [
        date(2026, 3, 2), at(2), date(2026, 3, 2), at(2, 11),
    ]  # fmt: skip


def test_days_without_an_hour_stand_where_they_led_to_what_followed_on_the_same_day() -> None:
    order = SalesOrder(
        increment_id="1", placed_at=at(2, 9), confirmed_at=at(2, 10), completed_at=at(2, 15)
    )
    delivery = OutboundDelivery(
        delivery_number="8", created_date=date(2026, 3, 2), picked_at=at(2, 11),
        goods_movement_status="C", goods_issued_at=at(2, 12),
    )  # fmt: skip
    document = BillingDocument(
        billing_document_number="9", category="M", billing_date=date(2026, 3, 2)
    )

    story = story_of(order, Papers([delivery], billing_documents=[document]))

    day = date(2026, 3, 2)
    assert [event.at for event in story] == [
        at(2, 9), at(2, 10), day, at(2, 11), at(2, 12), day, at(2, 15),
    ]  # fmt: skip
