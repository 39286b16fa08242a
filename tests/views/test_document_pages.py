"""What the pages of single documents show beside each other, and where they lead."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import BillingDocument, DeliveryTrack, Invoice, SalesOrder, Step
from sync.roles import FINANCE, LOGISTICS, SALES
from sync.views.amounts import amounts_of_document
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_done_task,
    a_remote_call,
    a_shipment,
    a_shop,
    a_stopped_task,
    an_attempt,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]


def page_of(client: Client, document: Any) -> str:
    return client.get(document.get_absolute_url()).content.decode()


def differences(document: BillingDocument, order: SalesOrder) -> dict[str, dict[str, Any]]:
    invoices = list(Invoice.objects.standing_for(document))
    amounts = amounts_of_document(document, invoices, [order])
    return {row.name: {one.side: one.differs_by for one in row.cells[1:]} for row in amounts.rows}


def test_a_document_opens_in_sap_where_the_settings_say_so(
    signed_in: SignIn, settings: Any
) -> None:
    order = an_order_in_sap("0000004711")
    delivery = a_delivery(order, delivery_number="0080001234")
    client = signed_in(SALES)
    settings.SAP_PAGES = {
        "orders": "https://sap.example/ui#SalesOrder-display?SalesOrder={number}",
        "deliveries": "", "billing_documents": "",
    }  # fmt: skip

    assert 'href="https://sap.example/ui#SalesOrder-display?SalesOrder=0000004711"' in page_of(
        client, order
    )
    assert "Open in SAP" not in page_of(client, delivery)
    settings.SAP_PAGES = settings.SAP_PAGES | {"deliveries": "javascript:alert({number})"}
    assert "Open in SAP" not in page_of(client, delivery)
    settings.SAP_PAGES = settings.SAP_PAGES | {"deliveries": "http://sap/{number}"}
    assert 'href="http://sap/0080001234"' in page_of(client, delivery)


def test_every_document_leads_to_its_orders_in_the_shops_admin(signed_in: SignIn) -> None:
    order = an_order_in_sap(shop=a_shop(admin_url="https://shop.example/order/{entity_id}/"))
    documents = [order, a_delivery(order), a_billing_document(order)]
    client = signed_in(FINANCE)

    for document in documents:
        address = f'href="https://shop.example/order/{order.entity_id}/"'
        assert page_of(client, document).count(address) == 1


def test_an_order_that_is_not_in_sap_has_no_page_there(signed_in: SignIn, settings: Any) -> None:
    order = an_order_in_sap(sap_sales_order_number="", sap_read_at=None, stage="to_sync")
    settings.SAP_PAGES = dict.fromkeys(settings.SAP_PAGES, "https://sap.example/{number}")

    assert "Open in SAP" not in page_of(signed_in(SALES), order)


def test_a_billing_document_stands_beside_the_shops_invoices_and_the_sap_order() -> None:
    order = an_order_in_sap(stage="complete", sap_net_value=Decimal("98.50"))
    document = a_billing_document(order)
    an_invoice(order, document, grand_total=Decimal("118.00"), differs_by=Decimal(-1))
    an_invoice(order, document, state=Invoice.State.CANCELED, is_made_by_hand=True)

    assert differences(document, order) == {
        "Net": {"Invoices in the shop": Decimal(-1), "SAP order": Decimal("-1.50")},
        "Tax": {"Invoices in the shop": None, "SAP order": None},
        "Gross": {"Invoices in the shop": Decimal(-1), "SAP order": None},
    }


def test_a_part_of_a_sap_order_is_not_compared_with_the_whole() -> None:
    order = an_order_in_sap(stage="complete", sap_net_value=Decimal(300))
    document = a_billing_document(order)
    a_billing_document(order)

    assert differences(document, order)["Net"] == {}


def test_the_pages_of_a_delivery_and_a_billing_document_tell_their_story(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap()
    delivery = a_delivery(order, delivery_number="0080001234")
    shipment = a_shipment(order, delivery)
    document = a_billing_document(order)
    invoice = an_invoice(order, document)

    of_delivery = page_of(signed_in(LOGISTICS), delivery)
    of_document = page_of(signed_in(FINANCE), document)

    assert "SAP created delivery 0080001234." in of_delivery
    assert f"Shipment {shipment} was made in the shop." in of_delivery
    assert f"SAP made billing document {document} (Invoice)." in of_document
    assert f"Invoice {invoice} was made in the shop." in of_document


def test_payloads_and_messages_of_the_technical_log_have_a_copy_button(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_stopped_task(Step.CONFIRM_ORDER, order)
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))
    client = signed_in(SALES)

    payloads = client.get(
        reverse("sync:call", args=[call.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    page = page_of(client, order)

    assert payloads.count("data-copied") == payloads.count("data-copy ") == 2
    assert payloads.count("<pre") == payloads.count("data-text") == 2
    assert page.count("timeline__text--error") == 1
    assert page.count("data-copy ") == page.count("data-text") > 0
    assert "sync/js/copy" in page


def test_what_an_order_says_of_itself_in_sap_stands_there_once(signed_in: SignIn) -> None:
    order = an_order_in_sap("0000004711", ext_order_id="0000004711", total_paid=Decimal("12.34"))
    client = signed_in(SALES)

    page = page_of(client, order)

    assert "Number in the shop" not in page
    assert page.count("12.34") == 1
    order.ext_order_id = "0000009999"
    order.save()
    assert "Number in the shop" in page_of(client, order)


def test_an_orders_page_tells_of_goods_that_left_without_a_tracking_number(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap(stage="shipped")
    followed, lost = (a_delivery(order, goods_movement_status="C") for _ in range(2))
    DeliveryTrack.objects.create(delivery=followed, track_number="JD014600003")
    for delivery in (followed, lost):
        a_shipment(order, delivery)

    page = page_of(signed_in(LOGISTICS), order)

    assert f"Enter the tracking number of delivery {lost}." in page
    assert f"Enter the tracking number of delivery {followed}." not in page


@pytest.mark.parametrize(("others", "net"), [(0, "115"), (1, "100")])
def test_freight_that_stands_in_no_billed_line_counts_where_the_document_is_the_order_s_alone(
    signed_in: SignIn, others: int, net: str
) -> None:
    order = an_order_in_sap()
    document = a_billing_document(
        order, *(an_order_in_sap("0000004799") for _ in range(others)),
        net_value=Decimal(115), gross_value=Decimal(134),
    )  # fmt: skip
    document.lines.update(net_value=Decimal(100))

    rows = signed_in(SALES).get(order.get_absolute_url()).context["amounts"].rows

    [billed] = [row.cells[-1].value for row in rows if row.name == "Net"]
    assert billed == Decimal(net)
