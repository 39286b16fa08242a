"""A list as a file: what its filters leave, typed, harmless, and with flat memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from sync.roles import FINANCE, LOGISTICS, SALES
from sync.views import exports
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_sales_order,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def bytes_of(client: Client, url: str) -> bytes:
    answer = client.get(url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined] # a streamed answer


def csv_rows(client: Client, url: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bytes_of(client, url).decode("utf-8-sig"))))


def xlsx_rows(client: Client, url: str, sheet: int = 0) -> list[dict[str, Any]]:
    book = load_workbook(io.BytesIO(bytes_of(client, url)))
    headings, *rows = book.worksheets[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows]


def test_a_file_holds_what_the_filters_leave_in_the_order_of_the_list(signed_in: SignIn) -> None:
    for number, total in ((1, "10"), (2, "30"), (3, "20")):
        a_sales_order(increment_id=f"00000000{number}", grand_total=Decimal(total))
    an_order_in_sap(increment_id="000000004", stage="complete")
    client = signed_in(SALES)

    rows = csv_rows(client, "/orders/export.csv?stage=to_sync&sort=-grand_total&page=7")

    assert [row["Order"] for row in rows] == ["000000002", "000000003", "000000001"]
    page = client.get("/orders/?stage=to_sync&sort=-grand_total&page=1").content.decode()
    assert 'href="/orders/export.csv?stage=to_sync&amp;sort=-grand_total"' in page


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_a_customer_is_a_formula(start: str, signed_in: SignIn) -> None:
    hostile = f"{start}HYPERLINK(1)"
    a_sales_order(customer_name=hostile)
    client = signed_in(SALES)

    (row,) = csv_rows(client, "/orders/export.csv")
    book = load_workbook(io.BytesIO(bytes_of(client, "/orders/export.xlsx")))

    assert row["Customer"] == f"'{hostile}"
    assert book.worksheets[0]["E2"].data_type == "s"


def test_cells_have_the_type_of_what_they_hold(signed_in: SignIn) -> None:
    a_sales_order(
        increment_id="000000519",
        grand_total=Decimal("1234.5000"),
        total_paid=Decimal("234.5000"),
        placed_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        customer_name="A\x0bB",
    )
    a_sales_order(currency="JPY", grand_total=Decimal("14522.0000"), stage="canceled")
    client = signed_in(SALES)
    client.cookies["time_zone"] = "Europe/Berlin"

    euros, yen = sorted(
        xlsx_rows(client, "/orders/export.xlsx"), key=lambda row: str(row["Currency"])
    )
    plain = csv_rows(client, "/orders/export.csv?q=519")

    assert euros["Order"] == "000000519"
    assert (euros["Total"], euros["Due"]) == (1234.5, 1000)
    assert euros["Placed"] == datetime(2026, 3, 2, 10, 30)  # noqa: DTZ001 - a sheet has no zones
    assert euros["Customer"] == "AB"
    assert (yen["Total"], yen["Due"]) == (14522, 0)
    assert (plain[0]["Total"], plain[0]["Placed"]) == ("1234.50", "2026-03-02 10:30")


def test_a_sheet_adds_up_each_currency_and_takes_credit_memos_off(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    invoice = a_billing_document(order, gross_value=Decimal("119.00"))
    an_invoice(order, invoice, state=2, grand_total=Decimal("119.00"))
    a_billing_document(order, gross_value=Decimal("19.00"), category="O")
    a_billing_document(order, gross_value=Decimal("500.00"), category="U")

    rows = xlsx_rows(signed_in(FINANCE), "/invoices/export.xlsx", sheet=1)

    assert [(row["Currency"], row["Gross"], row["Paid"]) for row in rows] == [("EUR", 100, 119)]


def test_more_than_a_file_holds_is_refused_in_words(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MOST", 2)
    for _ in range(3):
        a_sales_order()

    answer = signed_in(SALES).get("/orders/export.xlsx?stage=to_sync", follow=True)

    assert answer.redirect_chain == [("/orders/?stage=to_sync", 302)]
    assert "A file holds at most 2 rows, and more match" in answer.content.decode()


@pytest.mark.parametrize("kind", ["orders", "deliveries", "invoices"])
def test_rows_are_read_in_chunks_without_payloads(
    kind: str, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 2)
    for _ in range(5):
        order = an_order_in_sap()
        an_order_line(order)
        a_delivery(order)
        an_invoice(order, a_billing_document(order))
    client = signed_in(LOGISTICS)

    with CaptureQueriesContext(connection) as queries:
        rows = csv_rows(client, f"/{kind}/export.csv")

    table = {
        "orders": "salesorder",
        "deliveries": "outbounddelivery",
        "invoices": "billingdocument",
    }
    of_kind = f'FROM "sync_{table[kind]}"'
    chunks = [one["sql"] for one in queries if of_kind in one["sql"] and " IN (" in one["sql"]]
    assert len(rows) == 5
    assert len(chunks) == 3
    assert not [one["sql"] for one in queries if '"payload"' in one["sql"]]


def test_logistics_find_ship_to_articles_and_shipping_method_in_their_file(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap(
        ship_to_name="Anna Müller", ship_to_country="DE", shipping_description="DHL - Express"
    )
    an_order_line(order, name="Joust Duffle Bag", sap_item_number=10)
    a_delivery(order, planned_picking_at=datetime(2026, 3, 3, 6, 0, tzinfo=UTC))

    (row,) = csv_rows(signed_in(LOGISTICS), "/deliveries/export.csv")

    assert (row["Ship to"], row["Country"]) == ("Anna Müller", "DE")
    assert row["Articles"].endswith("× Joust Duffle Bag")
    assert row["Shipping method"] == "DHL - Express"
    assert row["Pick by"] == "2026-03-03 06:00"
