"""The lists: what they show, what narrows them, and that they cost the same however long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.models import SalesOrder, Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_carrier,
    a_delivery,
    a_dispatched_delivery,
    a_done_task,
    a_mail,
    a_sales_order,
    a_shipment,
    a_stopped_task,
    a_task,
    an_invoice,
    an_order_in_sap,
)

SignIn = Callable[..., Client]
LISTS = ["/orders/", "/deliveries/", "/invoices/"]


def a_whole_chain() -> None:
    """An order that came all the way, with everything its rows may show."""
    order = an_order_in_sap(stage=SalesOrder.Stage.COMPLETE)
    delivery = a_dispatched_delivery(order, track_number=f"PARCEL{order.pk}")
    a_shipment(order, delivery)
    document = a_billing_document(order)
    a_mail(an_invoice(order, document))
    a_done_task(Step.PUSH_ORDER, order)
    a_task(Step.PULL_DELIVERIES, order)


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("url", LISTS)
def test_a_list_takes_as_many_queries_for_twenty_rows_as_for_one(
    url: str, signed_in: SignIn
) -> None:
    client = signed_in(ADMINISTRATORS)
    a_carrier()
    a_whole_chain()
    client.get(url)
    for_one = queries_of(client, url)
    for _ in range(19):
        a_whole_chain()

    for_twenty = queries_of(client, url)

    assert for_twenty == for_one


@pytest.mark.parametrize("url", LISTS)
def test_an_empty_list_says_what_to_do(url: str, signed_in: SignIn) -> None:
    page = signed_in(ADMINISTRATORS).get(url).content.decode()

    assert "yet</h2>" in page
    assert "Press <strong>Sync all</strong>" in page


def test_a_filter_without_hits_offers_to_take_it_away(signed_in: SignIn) -> None:
    a_sales_order()

    page = signed_in(SALES).get("/orders/?stage=complete").content.decode()

    assert "Nothing matches" in page
    assert "show all orders" in page


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("000000123", True),
        ("0000001", True),
        ("0000004799", True),
        ("4799", True),
        ("veronica@", True),
        ("costel", True),
        ("000000124", False),
        ("47991", False),
        ("roni_cost@", False),
        ("co", False),
    ],
)
def test_one_box_finds_orders_by_number_email_or_name(
    typed: str, found: bool, signed_in: SignIn
) -> None:
    an_order_in_sap(
        "0000004799",
        increment_id="000000123",
        customer_email="veronica@example.com",
        customer_name="Veronica Costello",
    )

    page = signed_in(SALES).get("/orders/", {"q": typed}).content.decode()

    assert ("veronica@example.com" in page) is found


def test_orders_are_narrowed_to_those_that_need_attention(signed_in: SignIn) -> None:
    stopped, fine = a_sales_order(), a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, stopped)

    page = signed_in(SALES).get("/orders/?attention=on").content.decode()

    assert stopped.get_absolute_url() in page
    assert fine.get_absolute_url() not in page


def test_an_order_shows_its_sap_number_only_with_how_far_it_is_verified(
    signed_in: SignIn,
) -> None:
    an_order_in_sap("0000004711", verification=SalesOrder.Verification.SENT)

    page = signed_in(SALES).get("/orders/").content.decode()

    assert "0000004711" in page
    assert "Sent, not verified" in page


def test_yen_are_shown_without_decimals(signed_in: SignIn) -> None:
    a_sales_order(currency="JPY", grand_total=Decimal("14522.0000"))

    page = signed_in(SALES).get("/orders/").content.decode()

    assert '14,522 <span class="money__currency">JPY' in page


def test_a_delivery_shows_all_its_orders_and_links_its_parcels(signed_in: SignIn) -> None:
    a_carrier()
    first, second = an_order_in_sap(), an_order_in_sap()
    a_dispatched_delivery(first, second, track_number="00340434161094")

    page = signed_in(LOGISTICS).get("/deliveries/").content.decode()

    assert first.get_absolute_url() in page
    assert second.get_absolute_url() in page
    assert "https://dhl.example/track?n=00340434161094" in page


def test_deliveries_that_left_without_tracking_are_found(signed_in: SignIn) -> None:
    untracked = a_dispatched_delivery()
    tracked = a_dispatched_delivery(track_number="1Z")

    page = signed_in(LOGISTICS).get("/deliveries/?untracked=on").content.decode()

    assert untracked.delivery_number in page
    assert tracked.delivery_number not in page


def test_deliveries_planned_for_the_past_that_have_not_left_are_late(signed_in: SignIn) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    late = a_delivery(planned_picking_at=yesterday)
    left = a_dispatched_delivery(planned_picking_at=yesterday)

    page = signed_in(LOGISTICS).get("/deliveries/?late=on").content.decode()

    assert late.delivery_number in page
    assert left.delivery_number not in page


def test_billing_documents_missing_in_the_shop_are_found(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    missing, present = a_billing_document(order), a_billing_document(order)
    cancelled = a_billing_document(order, is_cancelled=True)
    an_invoice(order, present)

    page = signed_in(FINANCE).get("/invoices/?in_shop=missing").content.decode()

    assert missing.billing_document_number in page
    assert present.billing_document_number not in page
    assert cancelled.billing_document_number not in page


def test_a_cancelled_billing_document_is_marked(signed_in: SignIn) -> None:
    a_billing_document(is_cancelled=True)

    page = signed_in(FINANCE).get("/invoices/").content.decode()

    assert "<span>Cancelled</span>" in page


def test_a_page_number_out_of_reach_shows_the_first_page(signed_in: SignIn) -> None:
    order = a_sales_order()

    response = signed_in(SALES).get("/orders/?page=99999999")

    assert response.status_code == 200
    assert order.get_absolute_url() in response.content.decode()


def test_a_sorted_column_says_so_to_a_screen_reader(signed_in: SignIn) -> None:
    a_sales_order()

    page = signed_in(SALES).get("/orders/?sort=-grand_total").content.decode()

    assert 'aria-sort="descending"' in page


def test_a_list_offers_other_numbers_of_rows(signed_in: SignIn) -> None:
    a_sales_order()

    page = signed_in(SALES).get("/orders/?per_page=50").content.decode()

    assert '?per_page=100"' in page
    assert 'aria-current="true">50</a>' in page


def test_orders_held_up_in_sap_are_marked_and_can_be_listed(signed_in: SignIn) -> None:
    shown: dict[str, dict[str, Any]] = {
        "B-1": {"sap_blocks": ["credit"]},
        "I-1": {"sap_is_incomplete": True},
        "N-1": {},
        "C-1": {"sap_blocks": ["credit"], "stage": SalesOrder.Stage.COMPLETE},
    }
    for number, columns in shown.items():
        an_order_in_sap(increment_id=number, **{"stage": SalesOrder.Stage.IN_SAP, **columns})

    page = signed_in(SALES).get("/orders/", {"held_up": "on"}).content.decode()

    assert [number in page for number in ("B-1", "I-1", "N-1", "C-1")] == [True, True, False, False]
    assert page.count("Held up<") == 2
