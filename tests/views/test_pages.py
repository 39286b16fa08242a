"""Single pages: order, delivery, billing document, attention, task, search, errors."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.causes.sap import SapCause
from sync.models import OutboundDelivery, SalesOrder, Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_carrier,
    a_dispatched_delivery,
    a_done_task,
    a_failure,
    a_mail,
    a_remote_call,
    a_sales_order,
    a_shipment,
    a_shop,
    a_stopped_task,
    a_task,
    a_waiting_order,
    an_attempt,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

SignIn = Callable[..., Client]


def test_p1_17_an_order_shows_its_whole_chain(signed_in: SignIn) -> None:
    a_carrier()
    order = an_order_in_sap("0000004711")
    an_order_line(order, qty_ordered=Decimal(3))
    delivery = a_dispatched_delivery(order, track_number="00340434")
    shipment = a_shipment(order, delivery)
    document = a_billing_document(order)
    invoice = an_invoice(order, document)
    a_mail(invoice)

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    numbers = [order, delivery, shipment, document, invoice, "0000004711"]
    assert all(str(number) in page for number in numbers)
    assert "https://dhl.example/track?n=00340434" in page
    assert "Time recorded in SAP" in page


def test_an_order_links_into_the_shops_admin(signed_in: SignIn) -> None:
    shop = a_shop(admin_url="https://shop.example/admin/order/{entity_id}/")
    order = a_sales_order(shop=shop, entity_id=77)

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert "https://shop.example/admin/order/77/" in page


def test_an_order_shows_what_the_customer_wrote_and_where_it_goes(signed_in: SignIn) -> None:
    address = {"firstname": "Ada", "lastname": "Byron", "street": ["Mill Lane 1"], "city": "Hull",
               "postcode": "HU1", "country_id": "GB"}  # fmt: skip
    told = {
        "payment": {"method": "checkmo", "po_number": "PO-4500"},
        "customer_note": "Ring twice",
        "billing_address": address,
    }
    order = a_waiting_order(payload=told)

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert [
        text for text in ("PO-4500", "Ring twice", "Mill Lane 1", "Hull") if text not in page
    ] == []


def test_p1_16_a_difference_names_the_field_and_both_values(signed_in: SignIn) -> None:
    order = an_order_in_sap(
        verification=SalesOrder.Verification.DIFFERS,
        differences=[{"field": "Net value", "shop": "120.00", "sap": "118.50"}],
    )

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert all(text in page for text in ("Net value", "120.00", "118.50"))


def test_the_timeline_shows_each_remote_call(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert "BAPI_SALESORDER_CREATEFROMDAT2" in page


def test_an_order_that_is_not_complete_says_why(signed_in: SignIn) -> None:
    order = an_order_in_sap(sap_delivery_status="C", stage=SalesOrder.Stage.SHIPPED)
    an_order_line(order, sku="BLUE-MUG", qty_shipped=Decimal(2))
    delivery = a_dispatched_delivery(order, billing_status="A")
    client = signed_in(FINANCE)
    page = client.get(order.get_absolute_url()).content.decode()
    assert f"SAP has not billed all of delivery {delivery} yet." in page

    OutboundDelivery.objects.update(billing_status="C")
    page = client.get(order.get_absolute_url()).content.decode()
    assert "The shop has not invoiced all of BLUE-MUG yet." in page

    SalesOrder.objects.update(stage=SalesOrder.Stage.COMPLETE)
    assert "Not complete" not in client.get(order.get_absolute_url()).content.decode()


def test_an_orders_page_takes_as_many_queries_with_much_history_as_with_little(
    signed_in: SignIn,
) -> None:
    client = signed_in(ADMINISTRATORS)
    short, long = an_order_in_sap(), an_order_in_sap()
    for order, times in ((short, 1), (long, 8)):
        for number in range(times):
            delivery = a_dispatched_delivery(order, track_number=f"{order.pk}-{number}")
            a_shipment(order, delivery)
            a_mail(an_invoice(order, a_billing_document(order)))
            a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))
            an_order_line(order)
    client.get(short.get_absolute_url())

    counts = []
    for order in (short, long):
        with CaptureQueriesContext(connection) as queries:
            client.get(order.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_a_remote_text_cannot_inject_markup(signed_in: SignIn) -> None:
    order = a_sales_order(customer_name="<script>alert(1)</script>")
    a_stopped_task(Step.PUSH_ORDER, order, error_message="<img src=x>", cause_key="")
    client = signed_in(SALES)

    for url in ("/orders/", order.get_absolute_url(), "/attention/", "/"):
        page = client.get(url).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x>" not in page


def test_p1_23_failures_of_one_cause_are_one_row_with_a_count(signed_in: SignIn) -> None:
    for _ in range(3):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order())

    page = signed_in(SALES).get("/attention/").content.decode()

    assert page.count('<section class="card cause"') == 1
    assert "Retry all 3" in page


@pytest.mark.parametrize(
    "cause", [SapCause.REFUSED, OrderCause.TWICE, PaperCause.NOTHING_COLLECTED, SapCause.PARAMETERS]
)
def test_p1_21_what_stopped_says_cause_remedy_and_owner_with_the_original_a_click_away(
    signed_in: SignIn, cause: Cause
) -> None:
    order = a_sales_order()
    words = "SAP said what was wrong."
    task = a_stopped_task(Step.PUSH_ORDER, order, **a_failure(cause, words))

    page = unescape(signed_in(SALES).get("/attention/").content.decode())

    team = cause.owner or "Sales"
    told = (cause.headline, words, team, cause.remedy, order.increment_id)
    assert [text for text in told if text not in page] == []
    assert f'href="{reverse("sync:task", args=[task.pk])}"' in page


def test_a_missing_mapping_leads_to_its_filled_in_form(signed_in: SignIn) -> None:
    order = a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, order)
    client = signed_in(ADMINISTRATORS)

    page = client.get("/attention/").content.decode()

    address = f"/admin/sync/materialmapping/add/?sku=24-MB01&amp;shop={order.shop_id}"
    assert address in page


def test_orders_not_taken_are_listed_with_their_reason(signed_in: SignIn) -> None:
    a_sales_order(stage=SalesOrder.Stage.NOT_TAKEN, not_taken_reason="Waits for payment.")

    assert "Waits for payment." in signed_in(SALES).get("/attention/").content.decode()


def test_a_task_that_will_be_tried_again_says_when(signed_in: SignIn) -> None:
    task = a_task(Step.PUSH_ORDER, a_sales_order(), error_message="SAP did not answer.")

    page = signed_in(SALES).get(f"/tasks/{task.pk}/").content.decode()

    assert "SAP did not answer." in page
    assert "tried again by itself" in page


@pytest.mark.parametrize("what", ["order", "sap", "delivery", "billing", "invoice", "parcel"])
def test_p1_17_every_number_leads_to_the_same_order(what: str, signed_in: SignIn) -> None:
    an_order_in_sap()
    order = an_order_in_sap("0000004799", increment_id="100000777")
    delivery = a_dispatched_delivery(order, track_number="1Z999")
    document = a_billing_document(order)
    invoice = an_invoice(order, document, increment_id="INV-9")
    numbers = {
        "order": "100000777",
        "sap": "4799",
        "delivery": delivery.delivery_number,
        "billing": document.billing_document_number,
        "invoice": invoice.increment_id,
        "parcel": "1Z999",
    }

    response = signed_in(SALES).get("/search/", {"q": numbers[what]})

    assert response.status_code == 302
    assert response["Location"] == order.get_absolute_url()


def test_several_hits_are_listed(signed_in: SignIn) -> None:
    for _ in range(2):
        a_sales_order(customer_email="twice@example.com")

    page = signed_in(SALES).get("/search/", {"q": "twice@"}).content.decode()

    assert page.count("twice@example.com") == 2


def test_nothing_found_says_what_can_be_searched(signed_in: SignIn) -> None:
    page = signed_in(SALES).get("/search/", {"q": "424242"}).content.decode()

    assert "Nothing found" in page
    assert "tracking number" in page


def test_times_are_shown_in_the_readers_zone(signed_in: SignIn) -> None:
    order = a_sales_order()
    client = signed_in(SALES)
    client.cookies["time_zone"] = "Asia/Tokyo"

    page = client.get(order.get_absolute_url()).content.decode()

    assert 'datetime="2026-03-02T09:30:00+00:00"' in page
    assert "2 Mar 2026, 18:30" in page


def test_a_time_zone_nobody_knows_is_ignored(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    client.cookies["time_zone"] = "../../etc/passwd"

    assert client.get("/orders/").status_code == 200


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE])
def test_an_unknown_page_is_a_styled_404(role: str, signed_in: SignIn) -> None:
    response = signed_in(role).get("/orders/999999/")

    assert response.status_code == 404
    assert "This page does not exist" in response.content.decode()


def test_a_fault_is_explained_without_a_traceback() -> None:
    assert "Nothing that was recorded is lost" in render_to_string("500.html")


def test_the_admin_keeps_the_ledger_as_it_is(signed_in: SignIn) -> None:
    task = a_task()
    client = signed_in(ADMINISTRATORS)

    assert client.get(f"/admin/sync/synctask/{task.pk}/change/").status_code == 200
    assert client.get("/admin/sync/synctask/add/").status_code == 403
    assert client.post(f"/admin/sync/synctask/{task.pk}/delete/").status_code == 403


@pytest.mark.django_db
def test_a_wrong_password_is_one_readable_sentence(client: Client) -> None:
    response = client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})

    assert "User name or password is wrong." in response.content.decode()


@pytest.mark.django_db
def test_too_many_wrong_passwords_answer_429_in_words(client: Client, settings: Any) -> None:
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 2
    wrong = {"username": "somebody", "password": "wrong"}
    client.post("/accounts/login/", wrong)

    response = client.post("/accounts/login/", wrong)

    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


@pytest.mark.django_db
def test_pages_allow_no_inline_script_or_style(client: Client) -> None:
    response = client.get("/accounts/login/")

    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "<style" not in response.content.decode()
    assert "style=" not in response.content.decode()
    assert '"allowEval": false' in response.content.decode()
