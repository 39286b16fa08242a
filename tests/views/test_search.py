"""The search box forgives: however a number, name or SKU is typed, it leads to its order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from sync.models import SalesOrder
from sync.roles import SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_sales_area,
    a_sales_order,
    a_shipment,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def order() -> SalesOrder:
    a_sales_area(store_id=1)
    a_sales_area(store_id=2)
    an_order_in_sap(increment_id="100000777", customer_name="John Smith")
    order = an_order_in_sap(
        "0000004799",
        increment_id="000000519",
        customer_name="Jörg Özdemir-Müller",
        customer_email="Joerg@Example.com",
        ext_order_id="ERP-0815",
    )
    an_order_line(order, sku="24-mb01")
    delivery = a_dispatched_delivery(order, track_number="1Z 999 AA1")
    a_shipment(order, delivery, increment_id="000000042")
    an_invoice(order, a_billing_document(order), increment_id="INV-000009")
    return order


@pytest.mark.parametrize(
    "typed",
    [
        *("519", "#000000519", "# 519", "000 000 519", "0519"),
        *("4799", "0000004799", "000 0004799"),
        *("1z999aa1", "1Z 999 AA1", "1z 999aa1"),
        *("JOERG@EXAMPLE.COM", "joerg@"),
        *("özdemir-müller jörg", "Özdemir-Müller, Jörg", "JÖRG ÖZDEMIR-MÜLLER", "müller jörg"),
        *("24-MB01", "24-mb01"),
        *("ERP-0815", "erp-0815", "#erp-0815"),
        *("42", "inv-000009"),
    ],
)
def test_whatever_way_it_is_typed_the_order_opens(
    typed: str, order: SalesOrder, signed_in: SignIn
) -> None:
    answer = signed_in(SALES).get("/search/", {"q": typed})

    assert answer.status_code == 302
    assert answer["Location"] == order.get_absolute_url()


@pytest.mark.parametrize(
    "typed", ["519", "1z999aa1", "özdemir-müller jörg", "24-MB01", "erp-0815", "inv-000009"]
)
def test_the_list_of_orders_finds_what_the_search_box_finds(
    typed: str, order: SalesOrder, signed_in: SignIn
) -> None:
    page = signed_in(SALES).get("/orders/", {"q": typed}).content.decode()

    assert order.get_absolute_url() in page
    assert "John Smith" not in page


def test_the_short_number_means_the_order_of_every_store(signed_in: SignIn) -> None:
    a_sales_area(store_id=1)
    a_sales_area(store_id=2)
    first = a_sales_order(increment_id="000000519")
    second = a_sales_order(increment_id="2000000519", store_id=2)
    other = a_sales_order(increment_id="2000005190", store_id=2)

    page = signed_in(SALES).get("/search/", {"q": "#519"}).content.decode()

    assert first.get_absolute_url() in page
    assert second.get_absolute_url() in page
    assert other.get_absolute_url() not in page


@pytest.mark.parametrize("typed", ["0", "000", "#", " "])
def test_zeros_or_signs_alone_mean_no_paper_without_a_number(typed: str, signed_in: SignIn) -> None:
    order = an_order_in_sap("1000004799", increment_id="100000777")
    a_shipment(order, a_delivery(order, delivery_number="8000000001"), increment_id="")

    page = signed_in(SALES).get("/search/", {"q": typed}).content.decode()

    assert order.get_absolute_url() not in page


def test_hits_have_their_amounts_and_lead_to_all_of_them(signed_in: SignIn) -> None:
    for number in range(60):
        a_sales_order(
            increment_id=f"1000{number:05}", customer_name="Jane Doe", grand_total=f"{number}.50"
        )

    page = signed_in(SALES).get("/search/", {"q": "doe"}).content.decode()

    assert page.count('50 <span class="money__currency">EUR') == 50
    assert "Show all 60 in the list" in page
    assert 'href="/orders/?q=doe"' in page
