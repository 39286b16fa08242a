"""Reading a shop: every recorded order, shipment and invoice, and searches."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from sync.errors import RemoteMisconfigured, RemoteRejected, UnexpectedRecord
from sync.exchanges import Exchange
from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_invoice, parse_order, parse_shipment
from sync.reading import Read
from tests.magento.recorded import (
    SHOP,
    answer_as_recorded,
    answer_body,
    exchange,
    joined,
    numbers_where,
    recorded_orders,
)

WHOLE_ORDERS = [
    number
    for number in numbers_where("GET", "/V1/orders/", 200)
    if "fields=" not in exchange(number)["request"]["path"]
    and "increment_id" in (exchange(number)["response"]["body"] or {})
    and "order_currency_code" in exchange(number)["response"]["body"]
]
WHOLE_SHIPMENTS = [
    number
    for number in numbers_where("GET", "/V1/shipments", 200)
    if "fields=" not in exchange(number)["request"]["path"]
]
WHOLE_INVOICES = [
    number
    for number in numbers_where("GET", "/V1/invoices", 200)
    if "fields=" not in exchange(number)["request"]["path"]
    and "comments" not in exchange(number)["request"]["path"]
]


@pytest.mark.parametrize("number", WHOLE_ORDERS)
def test_a_recorded_order_is_read(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    answer_as_recorded(shop, number)
    document = exchange(number)["response"]["body"]

    order = client.get_order(document["entity_id"])

    assert order.increment_id == document["increment_id"]
    assert order.grand_total == Decimal(str(document["grand_total"]))
    assert [item.sku for item in order.items] == [item["sku"] for item in document["items"]]


def test_every_order_of_the_shop_is_read() -> None:
    orders = [parse_order(document) for document in recorded_orders()]

    assert len(orders) == 63


@pytest.mark.parametrize("number", WHOLE_SHIPMENTS)
def test_recorded_shipments_are_read(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    documents = exchange(number)["response"]["body"]["items"]
    rows = [{**document, "order_id": 1} for document in documents]
    shop.get(f"{SHOP}/rest/V1/shipments", json={"items": rows, "total_count": len(rows)})

    shipments = client.search_shipments(1).complete()

    assert [s.entity_id for s in shipments] == [d["entity_id"] for d in documents]


@pytest.mark.parametrize("number", WHOLE_INVOICES)
def test_recorded_invoices_are_read(number: str) -> None:
    body = answer_body(number)
    documents = [body] if "increment_id" in body else body["items"]

    invoices = [parse_invoice(document) for document in documents]

    assert [i.grand_total for i in invoices] == [d["grand_total"] for d in documents]


def test_a_shipment_keeps_its_tracks_and_its_marker() -> None:
    [document] = answer_body("207")["items"]

    shipment = parse_shipment(document)

    assert shipment.email_sent
    assert [track.carrier_code for track in shipment.tracks] == [
        track["carrier_code"] for track in document["tracks"]
    ]
    assert shipment.comments == tuple(comment["comment"] for comment in document["comments"])


def test_a_virtual_order_has_no_shipping_address() -> None:
    order = parse_order(answer_body("106"))

    assert order.is_virtual
    assert order.shipping_address is None
    assert order.billing_address is not None


def test_a_time_of_the_shop_is_utc() -> None:
    order = parse_order(answer_body("101"))

    assert order.created_at == datetime(2026, 11, 23, 10, 27, 13, tzinfo=UTC)


def test_umlauts_and_japanese_are_kept() -> None:
    german, japanese = parse_order(answer_body("113")), parse_order(answer_body("114"))

    assert german.billing_address is not None
    assert german.billing_address.last_name == exchange("113")["response"]["body"][
        "billing_address"]["lastname"]  # fmt: skip
    assert japanese.billing_address is not None
    assert not japanese.billing_address.city.isascii()


def test_an_unknown_order_is_a_refusal_with_a_cause_of_its_own(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "178")

    with pytest.raises(RemoteRejected) as caught:
        client.get_order(999999)

    assert caught.value.cause_key == "magento:404"


def test_the_session_cookie_of_a_reply_is_ignored(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    body = exchange("101")["response"]["body"]
    shop.get(f"{SHOP}/rest/V1/orders/3", json=body, headers={"Set-Cookie": "PHPSESSID=1; path=/"})

    client.get_order(3)
    client.get_order(3)

    assert "Cookie" not in shop.calls[1].request.headers


def test_a_list_that_is_null_is_empty(client: MagentoClient, shop: responses.RequestsMock) -> None:
    answer_as_recorded(shop, "138", "orders")

    assert client.search_orders_by_increment_id("1") == Read()


def test_bundle_shipment_types_come_from_the_catalogue(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    def product(number: int, *attributes: tuple[str, str]) -> dict[str, Any]:
        rows = [{"attribute_code": code, "value": value} for code, value in attributes]
        return {"id": number, "custom_attributes": rows}

    items = [
        product(12, ("tax_class_id", "2"), ("shipment_type", "1")),
        product(13, ("shipment_type", "0")),
        product(3, ("tax_class_id", "2")),
    ]
    shop.get(f"{SHOP}/rest/V1/products", json={"items": items, "total_count": 3})

    assert client.get_bundle_shipment_types({12, 13, 3}) == {12: "separately", 13: "together"}


def test_the_admin_view_is_no_store_view(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "600")
    answer_as_recorded(shop, "602")

    views = client.get_store_views()

    assert [(view.store_id, view.code, view.currency) for view in views] == [
        (1, "default", "USD"), (2, "de", "EUR"), (3, "b2b_en", "USD"),
    ]  # fmt: skip


def test_a_connection_test_says_what_it_found(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "600")
    answer_as_recorded(shop, "602")
    answer_as_recorded(shop, "014")

    assert client.ping() == "3 store views, 19 orders"


def test_the_ledger_sees_a_read_without_personal_data(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    answer_as_recorded(shop, "101")

    client.get_order(3)

    [seen] = ledger
    assert (seen.operation, seen.outcome, seen.is_write) == ("GET orders/3", "ok", False)
    told = json.dumps([seen.request, seen.answer])
    secrets = ("anna@example.test", "Müller", "123 Main St", "Los Angeles", "90001", "DE123456789")
    assert [secret for secret in (*secrets, "t0ken") if secret in told] == []
    assert "base_currency_code" in told


# ---- searching changed orders -------------------------------------------------------------------
class SortingShop:
    """Answers order searches as Magento does: groups AND-ed, filters OR-ed, sorted, paged."""

    def __init__(self, mock: responses.RequestsMock, orders: list[dict[str, Any]]) -> None:
        self.orders = orders
        self.queries: list[dict[str, list[str]]] = []
        self.largest_page = self.silent_cut = self.refused = 0
        self.names_limit = True
        mock.add_callback(responses.GET, f"{SHOP}/rest/V1/orders", callback=self._answer)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(request.url).query)
        self.queries.append(query)
        found = [order for order in self.orders if self._fits(order, query)]
        found.sort(key=lambda order: (order.get("updated_at", ""), order.get("entity_id", 0)))
        size = int(query["searchCriteria[pageSize]"][0])
        if self.largest_page and size > self.largest_page:
            self.refused += 1
            template = exchange("557")["response"]["body"]["message"]
            said = self.largest_page if self.names_limit else None
            refusal = {"message": template, "parameters": {"max": said}}
            return 400, {}, json.dumps(refusal)
        size = min(size, self.silent_cut or size)
        start = (int(query["searchCriteria[currentPage]"][0]) - 1) * size
        body = {"items": found[start : start + size], "total_count": len(found)}
        return 200, {}, json.dumps(body, default=float)

    def _fits(self, order: dict[str, Any], query: dict[str, list[str]]) -> bool:
        for group in range(3):
            prefix = f"searchCriteria[filter_groups][{group}][filters]"
            results = []
            for at in range(2):
                if f"{prefix}[{at}][field]" not in query:
                    continue
                name, value, condition = (
                    query[f"{prefix}[{at}][{part}]"][0]
                    for part in ("field", "value", "condition_type")
                )
                results.append(_holds(order.get(name, ""), condition, value))
            if results and not any(results):
                return False
        return True


def _holds(stored: Any, condition: str, value: str) -> bool:
    if condition == "in":
        return str(stored) in value.split(",")
    left: Any = stored
    right: Any = int(value) if isinstance(stored, int) else value
    return bool(left >= right if condition == "gteq" else left > right)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("page_size", [1, 2, 7, 63, 100])
def test_a_search_brings_each_order_once_whatever_the_page_size(
    client: MagentoClient, shop: responses.RequestsMock, page_size: int
) -> None:
    SortingShop(shop, recorded_orders())

    pages = client.search_orders(updated_from=LONG_AGO, page_size=page_size)
    found = [order.entity_id for order in joined(pages).complete()]

    assert len(found) == 63
    assert set(found) == {order["entity_id"] for order in recorded_orders()}


def test_orders_that_change_meanwhile_hide_no_other_order(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    orders = recorded_orders()
    stand_in = SortingShop(shop, orders)
    found = []

    for page in client.search_orders(updated_from=LONG_AGO, page_size=5):
        for order in page.records:
            found.append(order.entity_id)
            if len(found) <= 10:
                changed = next(o for o in stand_in.orders if o["entity_id"] == order.entity_id)
                changed["updated_at"] = f"2026-12-01 00:00:{len(found):02}"

    assert {order["entity_id"] for order in orders} <= set(found)


def test_p0_08_one_unreadable_order_does_not_stop_the_rest(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    orders = recorded_orders()[:4]
    orders[1]["items"][0]["qty_ordered"] = "many"
    SortingShop(shop, orders)

    found = joined(client.search_orders(updated_from=LONG_AGO, page_size=2))

    assert [record.entity_id for record in found.unreadable] == [orders[1]["entity_id"]]
    assert len(found.records) == 3


@pytest.mark.parametrize("row", [None, 7, "x", [], {}, {"entity_id": "x"}, {"entity_id": {}}])
def test_a_row_that_is_no_order_at_all_is_reported(
    client: MagentoClient, shop: responses.RequestsMock, row: Any
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders", json={"items": [row], "total_count": 1})

    [found] = joined(client.search_orders(updated_from=LONG_AGO)).unreadable

    assert isinstance(found.error, UnexpectedRecord)


def test_a_search_goes_on_behind_a_record_that_was_seen(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    stand_in = SortingShop(shop, recorded_orders())
    everything = joined(client.search_orders(updated_from=LONG_AGO)).complete()
    seen = everything[40]

    rest = client.search_orders(updated_from=LONG_AGO, after=(seen.updated_at, seen.entity_id))

    assert [o.entity_id for o in joined(rest).complete()] == [o.entity_id for o in everything[41:]]
    assert stand_in.queries


def test_a_search_can_be_limited_to_stores(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    SortingShop(shop, recorded_orders())

    found = joined(client.search_orders(updated_from=LONG_AGO, store_ids={2})).complete()

    assert {order.store_id for order in found} == {2}


def test_a_shop_that_repeats_one_page_for_ever_is_given_up(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    page = {"items": recorded_orders()[:2], "total_count": 9}
    shop.get(f"{SHOP}/rest/V1/orders", body=json.dumps(page, default=float))

    with pytest.raises(UnexpectedRecord, match="again and again"):
        list(client.search_orders(updated_from=LONG_AGO, page_size=2))


def test_a_search_time_is_sent_in_utc_without_a_plus(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders", json={"items": None, "total_count": 0})
    berlin = datetime.fromisoformat("2026-11-23T11:35:00+01:00")

    list(client.search_orders(updated_from=berlin))

    url = shop.calls[0].request.url or ""
    assert "2026-11-23%2010%3A35%3A00" in url
    assert "+" not in url


# ---- pages as large as the shop lets them be ----------------------------------------------------
@pytest.mark.parametrize("limit", [1, 20, 63])
def test_a_shop_that_limits_its_pages_gives_all_the_same(
    client: MagentoClient, shop: responses.RequestsMock, limit: int
) -> None:
    stand_in = SortingShop(shop, recorded_orders())
    stand_in.largest_page = limit

    first = joined(client.search_orders(updated_from=LONG_AGO)).complete()
    second = joined(client.search_orders(updated_from=LONG_AGO)).complete()

    assert len({order.entity_id for order in first}) == len(first) == 63
    assert len(second) == 63
    assert stand_in.refused == 1


@pytest.mark.parametrize("cut", [1, 20, 62])
def test_a_shop_that_cuts_its_pages_without_a_word_hides_no_order(
    client: MagentoClient, shop: responses.RequestsMock, cut: int
) -> None:
    SortingShop(shop, recorded_orders()).silent_cut = cut

    found = joined(client.search_orders(updated_from=LONG_AGO)).complete()

    assert len({order.entity_id for order in found}) == len(found) == 63


@pytest.mark.parametrize("said", [0, 100, 500, "100", None, "many"])
def test_a_page_limit_that_leads_nowhere_is_an_error(
    client: MagentoClient, shop: responses.RequestsMock, said: object
) -> None:
    body = {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": said}}
    shop.get(f"{SHOP}/rest/V1/orders", json=body, status=400)

    with pytest.raises(RemoteMisconfigured, match="maximum_page_size") as caught:
        list(client.search_orders(updated_from=LONG_AGO, page_size=100))

    assert type(caught.value) is RemoteMisconfigured
    assert caught.value.cause_key == "magento:page-size"
    assert len(shop.calls) == 1


@pytest.mark.parametrize("names_limit", [True, False])
def test_a_refused_large_page_is_asked_for_again_in_the_size_the_shop_takes(
    client: MagentoClient, shop: responses.RequestsMock, names_limit: bool
) -> None:
    stand_in = SortingShop(shop, recorded_orders())
    stand_in.largest_page, stand_in.names_limit = 100, names_limit

    for _ in range(2):
        found = joined(client.search_orders(updated_from=LONG_AGO, page_size=300)).complete()
        assert len(found) == 63

    asked = [query["searchCriteria[pageSize]"] for query in stand_in.queries]
    assert asked == [["300"], ["100"], ["100"]]


@pytest.mark.parametrize("count", [99, 100, 101, 300])
def test_orders_by_key_come_in_one_call_where_the_shop_allows_the_page(
    client: MagentoClient, shop: responses.RequestsMock, count: int
) -> None:
    model = recorded_orders()[0]
    stand_in = SortingShop(shop, [{**model, "entity_id": key} for key in range(1, count + 1)])

    found = client.get_orders(range(1, count + 1))

    assert [order.entity_id for order in found.complete()] == list(range(1, count + 1))
    assert len(stand_in.queries) == 1


def test_orders_by_key_are_all_read_from_a_shop_that_takes_small_pages(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    model = recorded_orders()[0]
    stand_in = SortingShop(shop, [{**model, "entity_id": key} for key in range(1, 301)])
    stand_in.largest_page = 100

    found = client.get_orders(range(1, 301))

    assert len(found.complete()) == 300
    assert len(stand_in.queries) == 4  # one is refused


def test_shipments_and_products_come_in_smaller_pages_too(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shipment = exchange("208")["response"]["body"]
    refusal = exchange("557")["response"]["body"] | {"parameters": {"max": 2}}
    shop.get(f"{SHOP}/rest/V1/shipments", json=refusal, status=400)
    for numbers in ([1, 2], [3]):
        rows = [{**shipment, "entity_id": number} for number in numbers]
        shop.get(f"{SHOP}/rest/V1/shipments", json={"items": rows, "total_count": 3})

    shipments = client.search_shipments(shipment["order_id"]).complete()

    assert [found.entity_id for found in shipments] == [1, 2, 3]


def test_a_shipment_of_another_order_is_never_taken_for_one_of_ours(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shipment = exchange("208")["response"]["body"]
    shop.get(f"{SHOP}/rest/V1/shipments", json={"items": [shipment], "total_count": 1})

    with pytest.raises(UnexpectedRecord, match="another order"):
        client.search_shipments(shipment["order_id"] + 1).complete()


def test_an_answer_without_a_list_is_not_an_empty_one(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.get(f"{SHOP}/rest/V1/shipments", json={"total_count": 0})

    with pytest.raises(RemoteMisconfigured, match="is not a list"):
        client.search_shipments(1)


def test_an_order_of_250_lines_is_read(client: MagentoClient, shop: responses.RequestsMock) -> None:
    document = max(recorded_orders(), key=lambda order: len(order["items"]))
    shop.get(f"{SHOP}/rest/V1/orders/23", body=json.dumps(document, default=float))

    order = client.get_order(23)

    assert len(order.items) == len(document["items"]) > 200
