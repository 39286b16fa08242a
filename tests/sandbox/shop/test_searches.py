"""searchCriteria against the seeded orders, and the fields projection."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from sync.sandbox.shop.documents import bundled
from sync.sandbox.shop.projection import apply, parse
from tests.sandbox.shop.conftest import Caller

ORDERS = bundled("orders.json")
FIELDS = "&fields=items[entity_id],total_count"


def criteria(*filters: tuple[str, str, str], more: str = "") -> str:
    """Filters, each in a group of its own."""
    parts = []
    for at, (field, value, condition) in enumerate(filters):
        head = f"searchCriteria[filter_groups][{at}][filters][0]"
        parts += [
            f"{head}[field]={field}",
            f"{head}[value]={quote(value)}",
            f"{head}[condition_type]={condition}",
        ]
    return "orders?" + "&".join(parts) + more + FIELDS


def ids(caller: Caller, path: str) -> list[int]:
    answer = caller.get(path)
    return [item["entity_id"] for item in answer["items"] or []]


@pytest.mark.parametrize(
    ("field", "value", "condition", "keeps"),
    [
        ("state", "new", "eq", lambda o: o["state"] == "new"),
        ("state", "NEW", "neq", lambda o: o["state"] != "new"),
        ("state", "New,CLOSED", "in", lambda o: o["state"] in ("new", "closed")),
        ("entity_id", "100", "gt", lambda o: o["entity_id"] > 100),
        ("entity_id", "124", "gteq", lambda o: o["entity_id"] >= 124),
        ("entity_id", "124", "from", lambda o: o["entity_id"] >= 124),
        ("entity_id", "10", "lt", lambda o: o["entity_id"] < 10),
        ("entity_id", "10", "to", lambda o: o["entity_id"] <= 10),
        ("store_id", "2,3", "in", lambda o: o["store_id"] in (2, 3)),
        ("store_id", "1", "nin", lambda o: o["store_id"] != 1),
        ("increment_id", "2%", "like", lambda o: o["increment_id"].startswith("2")),
        ("ext_order_id", "1", "null", lambda o: "ext_order_id" not in o),
        ("ext_order_id", "1", "notnull", lambda o: "ext_order_id" in o),
        ("grand_total", "100", "gt", lambda o: o["grand_total"] > 100),
        ("coupon_code", "TEN10", "eq", lambda o: o.get("coupon_code") == "TEN10"),
        ("entity_id", "3", "equals", lambda o: o["entity_id"] == 3),
        ("updated_at", "2026-11-23T10:35:00Z", "gt",
         lambda o: o["updated_at"] > "2026-11-23 10:35:00"),
        ("updated_at", "2026-11-23T10:35:00+02:00", "gteq",
         lambda o: o["updated_at"] >= "2026-11-23 10:35:00"),
        ("updated_at", "2026-11-23", "gteq", lambda o: True),
        ("updated_at", "nonsense", "gt", lambda o: True),
    ],
)  # fmt: skip
def test_each_condition_selects_what_it_says(
    caller: Caller, field: str, value: str, condition: str, keeps: Any
) -> None:
    found = ids(caller, criteria((field, value, condition)))

    assert found == [order["entity_id"] for order in ORDERS if keeps(order)]


def test_groups_are_anded_and_filters_in_a_group_ored(caller: Caller) -> None:
    group = "searchCriteria[filter_groups][0][filters]"
    path = (
        f"orders?{group}[0][field]=state&{group}[0][value]=closed&{group}[1][field]=state"
        f"&{group}[1][value]=holded&searchCriteria[filterGroups][1][filters][0][field]=store_id"
        "&searchCriteria[filterGroups][1][filters][0][value]=1" + FIELDS
    )

    wanted = [o["entity_id"] for o in ORDERS
              if o["state"] in ("closed", "holded") and o["store_id"] == 1]  # fmt: skip
    assert ids(caller, path) == wanted


def test_pages_come_in_the_order_asked_for_and_end_empty(caller: Caller) -> None:
    sort = (
        "&searchCriteria[sortOrders][0][field]=updated_at"
        "&searchCriteria[sortOrders][0][direction]=DESC"
        "&searchCriteria[sortOrders][1][field]=entity_id"
        "&searchCriteria[sortOrders][1][direction]=desc&searchCriteria[pageSize]=20"
        "&searchCriteria[currentPage]={}"
    )
    pages = [ids(caller, criteria(more=sort.format(page))) for page in (1, 2, 3, 4, 5)]

    everything = sorted(ORDERS, key=lambda o: (o["updated_at"], o["entity_id"]), reverse=True)
    assert [len(page) for page in pages] == [20, 20, 20, 3, 0]
    assert [number for page in pages for number in page] == [
        order["entity_id"] for order in everything
    ]


def test_no_filter_reaches_another_column_by_force(caller: Caller) -> None:
    evil = "entity_id) OR 1=1 --"

    assert caller.call("GET", criteria((quote(evil), "1", "eq"))).status_code == 500


def test_an_empty_list_under_brackets_becomes_null_and_others_stay() -> None:
    document = {"items": [], "comments": [], "order": {"a": 1, "lines": []}, "count": 0}

    cut = apply(document, parse("items[entity_id],comments,order[lines[x]],count,nonsense"))

    assert cut == {"items": None, "comments": [], "order": {"lines": None}, "count": 0}


def test_products_are_found_by_id_with_how_bundles_ship(caller: Caller) -> None:
    group = "searchCriteria[filter_groups][0][filters][0]"
    path = f"products?{group}[field]=entity_id&{group}[value]=12,13,14&{group}[condition_type]=in"
    answer = caller.get(path)

    found = {
        product["sku"]: {
            a["attribute_code"]: a["value"]
            for a in product["custom_attributes"]
            if a["attribute_code"] in ("shipment_type", "price_type")
        }
        for product in answer["items"]
    }
    assert found == {
        "B-DYN": {"shipment_type": "1", "price_type": "0"},
        "B-DYNT": {"shipment_type": "0", "price_type": "0"},
        "B-FIX": {"shipment_type": "0", "price_type": "1"},
    }
    assert caller.call("GET", "products/B-DYN-S-001-S-TAX2").status_code == 404
    assert caller.get("products/S-001")["type_id"] == "simple"
