"""Tabs, totals, short addresses, and the columns each role works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from sync.models import Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.views import totals
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_sales_order,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def tabs_of(client: Client, url: str) -> dict[str, str]:
    """The count of each tab, an asterisk at the one that is open."""
    shown = client.get(url).context["tabs"]
    return {tab.label: f"{tab.count or 0}{'*' * tab.is_current}" for tab in shown}


def test_tabs_count_before_any_filter_and_know_where_one_is(signed_in: SignIn) -> None:
    for _ in range(3):
        a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, an_order_in_sap(stage="one_sided"))
    client = signed_in(SALES)

    everything = tabs_of(client, "/orders/")
    narrowed = tabs_of(client, "/orders/?stage=to_sync&q=nobody")

    assert everything["All"] == "0*"
    assert (everything["To sync"], everything["Needs attention"]) == ("3", "1")
    assert (narrowed["To sync"], narrowed["Stopped on one side"]) == ("3*", "1")


@pytest.mark.parametrize(
    ("role", "own", "of_others"),
    [
        (SALES, "To sync", "In the warehouse"),
        (LOGISTICS, "In the warehouse", "To sync"),
        (FINANCE, "Differ from SAP", "To sync"),
    ],
)
def test_each_role_has_its_own_tabs(role: str, own: str, of_others: str, signed_in: SignIn) -> None:
    shown = tabs_of(signed_in(role), "/orders/")

    assert own in shown
    assert of_others not in shown


def test_amounts_are_added_up_by_currency_without_canceled_orders(signed_in: SignIn) -> None:
    a_sales_order(grand_total=Decimal(100), total_paid=Decimal(40))
    a_sales_order(grand_total=Decimal(50))
    a_sales_order(grand_total=Decimal(900), stage="canceled")
    a_sales_order(grand_total=Decimal(7), currency="USD")

    added = signed_in(SALES).get("/orders/").context["totals"]

    assert [(one.currency, one.sums) for one in added] == [
        ("EUR", [("Total", 150), ("paid", 40), ("due", 110)]),
        ("USD", [("Total", 7), ("paid", 0), ("due", 7)]),
    ]


def test_credit_memos_are_taken_off_the_total_and_pro_forma_is_no_claim(
    signed_in: SignIn,
) -> None:
    for category, gross in (("M", 119), ("O", 19), ("U", 500)):
        a_billing_document(category=category, gross_value=Decimal(gross))

    (added,) = signed_in(FINANCE).get("/invoices/").context["totals"]

    assert dict(added.sums)["gross"] == 100


def test_too_many_rows_are_not_added_up(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "MOST", 2)
    for _ in range(3):
        a_sales_order()

    assert signed_in(SALES).get("/orders/").context["totals"] == []


def test_an_address_holds_nothing_that_is_empty(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    form = "/orders/?sort=-grand_total&q=&stage=to_sync&shop=&store_id=&placed_from=&page="

    answer = client.get(form, headers={"HX-Request": "true"})

    assert answer.status_code == 302
    assert answer["Location"] == "/orders/?sort=-grand_total&stage=to_sync"
    assert client.get(answer["Location"]).status_code == 200


def test_finance_sees_customer_sums_due_and_paid(signed_in: SignIn) -> None:
    order = an_order_in_sap(customer_name="Veronica Costello", payment_standing="captured")
    sums = {
        "net_value": Decimal("1000.00"),
        "tax_value": Decimal("190.00"),
        "gross_value": Decimal("1190.00"),
    }
    paid, open_one = (a_billing_document(order, **sums) for _ in range(2))
    an_invoice(order, paid, state=2, grand_total=Decimal("1190.00"))
    an_invoice(order, open_one, state=1, grand_total=Decimal("1190.00"))

    answer = signed_in(FINANCE).get("/invoices/")

    table = answer.context["table"]
    columns = [column.header for column in table.columns]
    assert {"Customer", "Net", "Tax", "Gross", "Paid", "Due"} <= set(columns)
    rows = {row.record.pk: table.draw_row(row.record) for row in table.rows}
    assert "Veronica Costello" in rows[paid.pk]
    assert 'data-label="Due" class="table__number"><span class="money">0.00' in rows[paid.pk]
    assert (
        'data-label="Due" class="table__number"><span class="money">1,190.00' in (rows[open_one.pk])
    )


def test_money_the_gateway_has_not_collected_is_not_paid(signed_in: SignIn) -> None:
    order = an_order_in_sap(payment_standing="authorised")
    document = a_billing_document(order, gross_value=Decimal("1190.00"))
    an_invoice(order, document, state=2, grand_total=Decimal("1190.00"))

    page = signed_in(FINANCE).get("/invoices/").content.decode()

    assert 'data-label="Due" class="table__number"><span class="money">1,190.00' in page


def test_logistics_see_pick_time_ship_to_article_names_and_shipping_method(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap(
        ship_to_name="Anna Müller", ship_to_country="AT", shipping_description="DHL - Express"
    )
    an_order_line(order, name="Joust Duffle Bag", sap_item_number=10)
    a_delivery(order, planned_picking_at=datetime(2026, 3, 3, 6, 0, tzinfo=UTC))

    page = signed_in(LOGISTICS).get("/deliveries/").content.decode()

    for shown in ("Anna Müller", ">AT<", "× Joust Duffle Bag", "DHL - Express", "06:00"):
        assert shown in page


def test_every_tab_of_every_list_opens(signed_in: SignIn) -> None:
    a_sales_order()
    client = signed_in(ADMINISTRATORS)
    for kind in ("orders", "deliveries", "invoices"):
        for tab in client.get(f"/{kind}/").context["tabs"]:
            assert client.get(tab.url).context["tabs"] is not None
