"""The client reads what the real shop answered: the right record, or the right kind of error.

Each exchange of the table is played at the edge; ``client`` in ``coverage.toml`` says how.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses

from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
)
from sync.magento.auth import AdminLogin
from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_shipment
from sync.magento.records import (
    InvoiceRequest,
    MagentoInvoice,
    MagentoOrder,
    MagentoShipment,
    ShipmentRequest,
)
from sync.translate.order_amounts import order_amounts
from tests.exchanges.coverage import TABLE
from tests.magento.recorded import SHOP, SKIPPED_HEADERS, exchange, joined

ERRORS = {
    "rejected": RemoteRejected,
    "misconfigured": RemoteMisconfigured,
    "unavailable": RemoteUnavailable,
    "unknown": OutcomeUnknown,
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
SHIP = ShipmentRequest({1: Decimal(1)}, (("ups", "UPS", "1Z"),), "SAP delivery 1", notify=False)
INVOICE = InvoiceRequest({1: Decimal(1)}, "SAP billing document 1", notify=False)
ITEM = (
    "qty_ordered", "qty_shipped", "qty_invoiced", "qty_refunded", "qty_canceled", "price",
    "row_total_incl_tax", "tax_amount", "discount_amount",
)  # fmt: skip
MONEY = ("grand_total", "subtotal", "discount_amount", "shipping_amount", "tax_amount")


class Edge:
    """The recorded shop at the edge of the client."""

    def __init__(self, client: MagentoClient, mock: responses.RequestsMock, name: str) -> None:
        self.client = client
        self.mock = mock
        recorded = exchange(name)
        self.request, self.response = recorded["request"], recorded["response"]
        self.body = self.response["body"]
        self.path: str = self.request["path"].split("?")[0]
        self.route = self.path.split("/V1/")[-1].strip("/")

    @property
    def parts(self) -> list[str]:
        return str(self.route).split("/")

    def answer(self, body: Any = None, *, route: str = "", method: str = "") -> None:
        """Answer the next call as recorded, or with another body."""
        sent = self.body if body is None else body
        html = isinstance(sent, str) and sent.startswith("<")
        headers = self.response["headers"]
        self.mock.add(
            method or self.request["method"],
            f"{SHOP}/rest/V1/{route or self.route}",
            body=sent if html else json.dumps(sent),
            status=self.response["status"],
            headers={k: v for k, v in headers.items() if k not in SKIPPED_HEADERS},
            content_type=headers.get("Content-Type", "application/json"),
        )

    def ask(self) -> Any:
        """Call what the client has for the recorded route, or the route itself."""
        number = int(self.parts[1]) if len(self.parts) > 1 and self.parts[1].isdigit() else 1
        calls: dict[tuple[str, str, str], Callable[[], Any]] = {
            ("GET", "orders", ""): lambda: list(self.client.search_orders(updated_from=LONG_AGO)),
            ("GET", "shipments", ""): lambda: self.client.search_shipments(number),
            ("GET", "invoices", ""): lambda: self.client.search_invoices(number),
            ("POST", "order", "ship"): lambda: self.client.create_shipment(number, SHIP),
            ("POST", "order", "invoice"): lambda: self.client.create_invoice(number, INVOICE),
            ("POST", "orders", ""): lambda: self.client.set_ext_order_id(1, "0004711000"),
            ("POST", "shipment", "emails"): lambda: self.client.send_shipment_email(number),
            ("POST", "invoices", "emails"): lambda: self.client.send_invoice_email(number),
            ("POST", "invoices", "comments"): lambda: self.client.add_invoice_comment(2, "a mark"),
            ("POST", "shipment", "track"): lambda: self.client.add_track(
                parse_shipment(exchange("208")["response"]["body"]), "dhl", "DHL", "JJD"
            ),
        }
        action = "" if len(self.parts) == 1 else self.parts[-1]
        call = calls.get((self.request["method"], self.parts[0], action))
        if call is not None:
            self.answer()
            return call()
        return self.ask_route()

    def ask_route(self) -> Any:
        """The transport below the client, for routes the portal never calls."""
        method = self.request["method"] if self.request["method"] in ("GET", "DELETE") else "POST"
        self.answer(route=self.route, method=method)
        http = self.client._http
        if method == "POST":
            return http.post(self.route, {})
        return http.get(self.route) if method == "GET" else http.delete(self.route)


def amount(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def check_order(order: MagentoOrder, document: dict[str, Any]) -> None:
    """Each member the document has is in the record."""
    assert order.entity_id == document["entity_id"]
    for name in ("increment_id", "state", "status", "store_id", "ext_order_id", "customer_email"):
        if name in document:
            assert getattr(order, name) == document[name], name
    for name in (*MONEY, "total_paid"):
        if name in document:
            assert getattr(order, name) == amount(document[name]), name
    for name in ("created_at", "updated_at"):
        if name in document:
            assert getattr(order, name).strftime("%Y-%m-%d %H:%M:%S") == document[name]
    check_items(order, document.get("items") or [])


def check_items(order: MagentoOrder, rows: list[dict[str, Any]]) -> None:
    """As ``check_order``, for the lines; the shop calculates in floating point."""
    for item, row in zip(order.items, rows, strict=bool(rows)):
        assert item.item_id == row.get("item_id", item.item_id)
        assert item.sku == row.get("sku", item.sku)
        assert item.parent_item_id == row.get("parent_item_id")
        for name in ITEM:
            if name in row:
                assert abs(getattr(item, name) - amount(row[name])) < Decimal("0.0001"), name


def plays_order(edge: Edge) -> None:
    edge.answer()
    order = edge.client.get_order(edge.body["entity_id"])
    check_order(order, edge.body)
    assert order_amounts(order).total == order.grand_total


def plays_order_part(edge: Edge) -> None:
    whole = {**exchange("100")["response"]["body"], "parent_item_id": None}
    rows = [
        {"item_id": at, "product_type": "simple", **row}
        for at, row in enumerate(edge.body.get("items") or [], start=1)
    ]
    document = {**whole, **edge.body, "items": rows or whole["items"]}
    number = edge.body.get("entity_id", 1)
    edge.answer(document, route=f"orders/{number}")
    check_order(edge.client.get_order(number), document)


def plays_orders(edge: Edge) -> None:
    edge.answer()
    edge.answer({"items": None, "total_count": 0})
    found = joined(edge.client.search_orders(updated_from=LONG_AGO))
    rows = {row.get("entity_id"): row for row in edge.body["items"] or []}
    assert len(found.records) + len(found.unreadable) == len(rows)
    for record in found.records:
        check_order(record, rows[record.entity_id])
    for unreadable in found.unreadable:
        row = rows[unreadable.entity_id]
        assert "order_currency_code" not in row
        assert unreadable.number == row.get("increment_id", "")


def check_paper(paper: MagentoShipment | MagentoInvoice, row: dict[str, Any]) -> None:
    assert paper.entity_id == row["entity_id"]
    assert paper.email_sent == bool(row.get("email_sent"))
    lines = row.get("items") or []
    assert [(i.order_item_id, i.qty) for i in paper.items] == [
        (line["order_item_id"], amount(line["qty"])) for line in lines
    ]
    assert list(paper.comments) == [c["comment"] for c in row.get("comments") or []]
    if isinstance(paper, MagentoInvoice):
        assert paper.state == row.get("state", 0)
        for name in MONEY:
            assert getattr(paper, name) == amount(row.get(name)), name
    else:
        assert [t.track_number for t in paper.tracks] == [
            t["track_number"] for t in row.get("tracks") or []
        ]


def plays_papers(edge: Edge) -> None:
    """A list of shipments or invoices, or one of them as a list; a projection lacks the order."""
    kind = "invoices" if edge.parts[0] == "invoices" else "shipments"
    rows = edge.body["items"] if "total_count" in edge.body else [edge.body]
    rows = [
        {"created_at": "2026-11-23 10:00:00", **row, "order_id": 1,
         "comments": row.get("comments") or [],  # null where ``fields`` asks for them [302]
         "tracks": [{"entity_id": at, **track}
                    for at, track in enumerate(row.get("tracks") or [], start=1)]}
        for row in rows or []
    ]  # fmt: skip
    edge.answer({"items": rows or None, "total_count": len(rows)}, route=kind)
    papers: list[Any] = (
        [*edge.client.search_invoices(1).complete()]
        if kind == "invoices"
        else [*edge.client.search_shipments(1).complete()]
    )
    for paper, row in zip(papers, rows, strict=True):
        check_paper(paper, row)


def plays_created(edge: Edge) -> None:
    assert edge.ask() == int(edge.body)


def plays_track(edge: Edge) -> None:
    track = edge.ask()
    for name in ("entity_id", "track_number", "title", "carrier_code"):
        assert getattr(track, name) == edge.body[name]


def plays_untrack(edge: Edge) -> None:
    edge.answer()
    edge.client.delete_track(int(edge.parts[-1]))


def plays_mail(edge: Edge) -> None:
    assert edge.ask() is edge.body


def plays_comment(edge: Edge) -> None:
    edge.ask()


def plays_number(edge: Edge) -> None:
    edge.answer(route="orders", method="POST")
    edge.client.set_ext_order_id(1, "0004711000")


def plays_login(edge: Edge) -> None:
    edge.answer()
    login = AdminLogin(f"{SHOP}{edge.path}", "admin", "secret", session=requests.Session())
    request = requests.Request("GET", f"{SHOP}/rest/V1/orders/1", auth=login).prepare()
    assert request.headers["Authorization"] == f"Bearer {edge.body}"


def plays_no_login(edge: Edge) -> None:
    edge.answer()
    login = AdminLogin(f"{SHOP}{edge.path}", "admin", "secret", session=requests.Session())
    for _ in range(2):
        with pytest.raises(RemoteMisconfigured) as caught:
            requests.Request("GET", f"{SHOP}/rest/V1/orders/1", auth=login).prepare()
        assert "%" not in caught.value.message
    assert len(edge.mock.calls) == 1


def plays_stores(edge: Edge) -> None:
    for name, route in (("600", "store/storeConfigs"), ("602", "store/storeViews")):
        edge.answer(exchange(name)["response"]["body"], route=route)
    views = {view.store_id: view for view in edge.client.get_store_views()}
    assert [views[number].code for number in (1, 2, 3)] == ["default", "de", "b2b_en"]
    assert views[2].currency == "EUR"


def plays_product(edge: Edge) -> None:
    bundle = {"attribute_code": "shipment_type", "value": "1"}
    document = {**edge.body, "custom_attributes": [*edge.body["custom_attributes"], bundle]}
    edge.answer({"items": [edge.body, {**document, "id": 99}], "total_count": 2}, route="products")
    assert edge.client.get_bundle_shipment_types([edge.body["id"], 99]) == {99: "separately"}


def plays_smaller_pages(edge: Edge) -> None:
    edge.answer()
    edge.mock.get(f"{SHOP}/rest/V1/orders", json=exchange("195")["response"]["body"])
    found = list(edge.client.search_orders(updated_from=LONG_AGO, page_size=200))
    assert found == []
    assert "pageSize%5D=100&" in str(edge.mock.calls[-1].request.url)


def plays_value(edge: Edge) -> None:
    assert edge.ask_route() == json.loads(json.dumps(edge.body), parse_float=Decimal)


PLAYS: dict[str, Callable[[Edge], None]] = {
    "order": plays_order,
    "order-part": plays_order_part,
    "orders": plays_orders,
    "papers": plays_papers,
    "created": plays_created,
    "track": plays_track,
    "untrack": plays_untrack,
    "comment": plays_comment,
    "mail": plays_mail,
    "number": plays_number,
    "login": plays_login,
    "no-login": plays_no_login,
    "stores": plays_stores,
    "product": plays_product,
    "smaller-pages": plays_smaller_pages,
    "value": plays_value,
}
READ = [name for name, entry in TABLE.items() if entry.client in PLAYS]
REFUSED = [name for name, entry in TABLE.items() if entry.client in ERRORS]


@pytest.mark.parametrize("name", READ)
def test_the_client_reads_the_recorded_answer(
    client: MagentoClient, shop: responses.RequestsMock, name: str
) -> None:
    PLAYS[TABLE[name].client](Edge(client, shop, name))


@pytest.mark.parametrize("name", REFUSED)
def test_the_client_says_who_acts_next(
    client: MagentoClient, shop: responses.RequestsMock, name: str
) -> None:
    edge = Edge(client, shop, name)

    with pytest.raises(SyncError) as caught:
        edge.ask()

    assert type(caught.value) is ERRORS[TABLE[name].client]
    assert caught.value.system == "magento"
    assert caught.value.cause_key.startswith("magento:")
    assert "%" not in caught.value.message
