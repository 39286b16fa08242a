"""The sentence each document's page begins with, and its button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from re import DOTALL, findall, search, sub

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import Invoice, SalesOrder, Step, StepSchedule
from sync.roles import FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_mail,
    a_sales_order,
    a_shipment,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

SignIn = Callable[..., Client]
Stage = SalesOrder.Stage


def strip_of(client: Client, url: str) -> str:
    """Its HTML alone."""
    page = unescape(client.get(url).content.decode())
    found = search(r'<section class="next .*?</section>', page, DOTALL)
    assert found
    return found.group()


def words_of(strip: str) -> str:
    return " ".join(sub(r"<[^>]+>", " ", strip).split())


def test_a_stopped_order_is_red_and_says_who_acts_since_when_for_how_much(
    signed_in: SignIn,
) -> None:
    order = a_sales_order(grand_total=Decimal("119.00"))
    stopped_at = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
    task = a_stopped_task(Step.PUSH_ORDER, order, finished_at=stopped_at)

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "next--stopped" in strip
    words = words_of(strip)
    assert words.startswith("Sales: Missing material 24-MB01. SKU 24-MB01 has no material.")
    assert "Since 2 Mar 2026, 10:15" in words
    assert "119.00 EUR" in words
    assert f'action="{reverse("sync:retry_task", args=[task.pk])}"' in strip


def test_whoever_may_not_press_the_button_is_told_who_may(signed_in: SignIn) -> None:
    order = a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, order)

    strip = strip_of(signed_in(LOGISTICS), order.get_absolute_url())

    assert "<button" not in strip
    assert "Sales can do this; you do not have the right to." in words_of(strip)


def test_an_order_in_the_warehouse_is_calm_and_names_the_hour(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.PICKING, sap_delivery_status="A")
    planned = datetime(2126, 11, 26, 7, 0, tzinfo=UTC)
    delivery = a_delivery(order, planned_picking_at=planned)

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "next--turn" in strip
    words = words_of(strip)
    assert words.startswith(f"Warehouse: Pick delivery {delivery} by 26 Nov 2126, 07:00 .")
    assert "This is done in SAP." in words


def test_a_picking_that_is_overdue_is_not_calm(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.PICKING, sap_delivery_status="A")
    a_delivery(order, planned_picking_at=datetime(2026, 3, 2, 7, 0, tzinfo=UTC))

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "next--look" in strip
    assert "it was due on 2 Mar 2026, 07:00" in words_of(strip)


def test_a_complete_order_whose_customer_has_the_invoice_is_green(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.COMPLETE)
    a_mail(an_invoice(order, a_billing_document(order), is_customer_told=True))

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "next--done" in strip
    assert "Nothing is left to do" in strip


def test_an_order_that_nothing_sends_by_itself_has_the_one_button(signed_in: SignIn) -> None:
    order = a_sales_order(stage=Stage.TO_SYNC)
    client = signed_in(SALES)
    assert "creates the order in SAP" in strip_of(client, order.get_absolute_url())

    StepSchedule.objects.update_or_create(step=Step.PUSH_ORDER, defaults={"is_enabled": False})

    strip = strip_of(client, order.get_absolute_url())
    page = client.get(order.get_absolute_url()).content.decode()
    url = reverse("sync:orders_sync_one", args=[order.pk])
    assert f'action="{url}"' in strip
    assert len(findall(f'action="{url}"', page)) == 1


def test_before_its_release_the_portal_sends_no_order_by_itself(
    signed_in: SignIn, settings: object
) -> None:
    settings.NEEDS_RELEASE = True  # type: ignore[attr-defined]  # pytest-django's own fixture
    order = a_sales_order(stage=Stage.TO_SYNC)

    assert "Press Sync now" in strip_of(signed_in(SALES), order.get_absolute_url())


@pytest.mark.parametrize(
    ("reason", "tone", "has_button"),
    [
        ("Not paid yet", "turn", True),
        ("Payment not authorised yet", "turn", True),
        ("Waiting for payment in the shop", "turn", True),
        ("Received by the shop, but not placed yet", "turn", True),
        ("On hold in the shop", "look", True),
        ("Suspected fraud: the shop has not released the order", "look", True),
        ("Placed before the portal took over", "done", True),
        ("Not paid within 10 days: given up", "done", True),
        ("Already complete in the shop", "done", False),
        ("Already shipped from the shop, in full", "done", False),
    ],
)
def test_an_order_that_is_not_taken_says_what_that_means(
    signed_in: SignIn, reason: str, tone: str, has_button: bool
) -> None:
    order = a_sales_order(stage=Stage.NOT_TAKEN, not_taken_reason=reason)

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert f"next--{tone}" in strip
    assert reason in strip
    assert ("Take anyway" in strip) == has_button


def test_a_block_in_sap_makes_an_order_red(signed_in: SignIn) -> None:
    order = an_order_in_sap(sap_blocks=["credit"], sap_delivery_status="A")

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "next--stopped" in strip
    assert words_of(strip).startswith("Finance: Blocked by SAP's credit check.")


def test_all_that_waits_for_somebody_is_listed(signed_in: SignIn) -> None:
    order = an_order_in_sap(verification="differs", sap_delivery_status="A")
    a_stopped_task(Step.CONFIRM_ORDER, order)

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    assert "Missing material" in strip
    assert 'href="#differences"' in strip


def test_a_delivery_that_left_and_was_told_is_green(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.SHIPPED)
    delivery = a_dispatched_delivery(order, track_number="PARCEL1")
    a_shipment(order, delivery)

    strip = strip_of(signed_in(LOGISTICS), delivery.get_absolute_url())

    assert "next--done" in strip


def test_an_invoice_that_was_not_mailed_can_be_resent_by_finance(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.COMPLETE)
    document = a_billing_document(order)
    invoice = an_invoice(order, document, is_customer_told=False)
    url = reverse("sync:resend_shop_invoice", args=[invoice.pk])

    assert url in strip_of(signed_in(FINANCE), document.get_absolute_url())
    assert url in strip_of(signed_in(FINANCE), order.get_absolute_url())
    strip = strip_of(signed_in(SALES), document.get_absolute_url())
    assert url not in strip
    assert "Finance can do this" in strip

    Invoice.objects.update(is_customer_told=True)
    assert "next--done" in strip_of(signed_in(FINANCE), document.get_absolute_url())


def test_a_cause_that_an_entry_removes_leads_to_its_form(signed_in: SignIn) -> None:
    order = a_sales_order()
    an_order_line(order)
    task = a_stopped_task(Step.PUSH_ORDER, order)

    strip = strip_of(signed_in(SALES), order.get_absolute_url())

    form = reverse("sync:repair_task", args=[task.pk])
    assert f'href="{form}"' in strip
    assert "repair/" not in strip_of(signed_in(LOGISTICS), order.get_absolute_url())
    assert signed_in(SALES).get(form).context["groups"][0].form


def stations_of(client: Client, url: str) -> dict[str, str]:
    """How each station of the process line is marked, by its title."""
    page = client.get(url).content.decode()
    found = findall(
        r'<li class="chain__step chain__step--(\w+)".*?<h2.*?</svg>(.*?)</h2>', page, DOTALL
    )
    return {title: mark for mark, title in found}


def test_the_process_line_shows_the_failure_on_its_station(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.DISPATCHED, sap_delivery_status="C")
    delivery = a_dispatched_delivery(order)
    a_stopped_task(Step.PUSH_SHIPMENT, order, delivery=delivery)

    stations = stations_of(signed_in(SALES), order.get_absolute_url())

    assert stations == {
        "Web order": "reached",
        "SAP order": "reached",
        "Deliveries": "reached",
        "Shipments": "stopped",
        "Billing": "ahead",
        "Invoices": "ahead",
    }


def test_the_process_line_shows_where_it_is_somebodys_turn(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.PICKING, sap_delivery_status="A")
    delivery = a_delivery(order)
    client = signed_in(LOGISTICS)

    for url in (order.get_absolute_url(), delivery.get_absolute_url()):
        assert stations_of(client, url)["Deliveries"] == "turn"


def test_each_station_has_its_date(signed_in: SignIn) -> None:
    order = an_order_in_sap(stage=Stage.COMPLETE, placed_at=datetime(2026, 3, 1, 8, tzinfo=UTC))
    delivery = a_dispatched_delivery(
        order, created_date=date(2026, 3, 2), picked_at=datetime(2026, 3, 3, 8, tzinfo=UTC),
        goods_issued_at=datetime(2026, 3, 4, 8, tzinfo=UTC),
    )  # fmt: skip
    a_shipment(order, delivery, remote_created_at=datetime(2026, 3, 5, 8, tzinfo=UTC))
    document = a_billing_document(order, billing_date=date(2026, 3, 6))
    an_invoice(order, document, remote_created_at=datetime(2026, 3, 7, 8, tzinfo=UTC))

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    line = search(r'<section class="chain".*?</section>', page, DOTALL)
    assert line
    assert [day for day in range(1, 8) if f"{day} Mar 2026" not in line.group()] == []
