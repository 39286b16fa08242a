"""Tabs, totals, short addresses, and the columns each role works with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from sync.jobs import order_holds
from sync.models import OrderHold, Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.views import totals
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_done_task,
    a_sales_order,
    a_stopped_task,
    a_user,
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


def rows_of(client: Client, url: str) -> dict[int, str]:
    """Each row as it is drawn, by its document's key."""
    table = client.get(url).context["table"]
    return {row.record.pk: table.draw_row(row.record) for row in table.rows}


def test_a_held_order_says_so_in_its_row_and_can_be_looked_for(signed_in: SignIn) -> None:
    email = "veronica@example.com"
    held, free = a_sales_order(), a_sales_order()
    of_customer = a_sales_order(customer_email=email.title())
    over = a_sales_order(customer_email=email, stage="complete")
    for wanted in (OrderHold.of_order(held), OrderHold.of_customer(of_customer)):
        assert order_holds.hold(wanted, a_user(), "Unpaid bills")
    client = signed_in(SALES)

    rows = rows_of(client, "/orders/")

    assert {pk for pk, row in rows.items() if ">Held<" in row} == {held.pk, of_customer.pk}
    assert set(rows_of(client, "/orders/?held=on")) == {held.pk, of_customer.pk}
    assert tabs_of(client, "/orders/")["Held"] == "2"
    assert free.pk in rows
    assert over.pk in rows


def test_a_clicked_row_still_says_that_it_is_held(signed_in: SignIn) -> None:
    order = a_sales_order()
    assert order_holds.hold(OrderHold.of_order(order), a_user(), "Unpaid bills")
    row = {"HX-Request": "true", "HX-Target": f"orders-{order.pk}"}

    answer = signed_in(SALES).post(f"/orders/{order.pk}/sync/", headers=row)

    assert ">Held<" in answer.content.decode()


def test_rows_that_came_by_themselves_name_their_articles_as_the_list_does(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap()
    an_order_line(order, name="Joust Duffle Bag", sap_item_number=10)
    delivery = a_delivery(order)
    a_done_task(Step.PULL_DELIVERIES, order, delivery=delivery, finished_at=timezone.now())

    news = signed_in(LOGISTICS).get(f"/live/deliveries/news/?after=0&rows={delivery.pk}&at=1")

    assert "× Joust Duffle Bag" in news.content.decode()


def test_what_is_rarely_filtered_by_is_folded_until_it_is_used(signed_in: SignIn) -> None:
    client = signed_in(SALES)

    plain = client.get("/orders/?stage=to_sync").content.decode()
    used = client.get("/orders/?verification=differs").content.decode()

    often, folded = plain.split('<details class="filters__more">')
    assert 'name="stage"' in often
    assert 'name="verification"' in folded
    assert '<details class="filters__more" open>' in used


@pytest.mark.parametrize(
    ("role", "column", "css"),
    [
        (SALES, "sap", "table__mark table__from-1024"),
        (SALES, "paid", "table__number table__from-1600"),
        (FINANCE, "paid", "table__number table__from-1280"),
        (FINANCE, "due", "table__number table__from-1024"),
        (FINANCE, "sap", "table__from-1440"),
    ],
)
def test_a_narrow_window_keeps_the_columns_of_the_role(
    role: str, column: str, css: str, signed_in: SignIn
) -> None:
    table = signed_in(role).get("/orders/").context["table"]

    assert set(css.split()) <= set(table.columns[column].attrs["td"]["class"].split())
