"""What the shop does to orders when papers are made, beyond the recorded exchanges."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.shop import odd_sums
from sync.sandbox.shop.app import create_app
from sync.sandbox.shop.documents import bundled, stamp, utc_now
from sync.sandbox.shop.factory import BAD, EVERYDAY, LARGE, UNKNOWN_SKU
from sync.sandbox.shop.seed import without_progress
from tests.sandbox.shop.conftest import CREDENTIALS, Caller
from tests.sandbox.shop.overlap import during


def dec(value: Any) -> Decimal:
    return Decimal(str(value))


def quantities(caller: Caller, order_id: int, name: str) -> list[float]:
    order = caller.get(f"orders/{order_id}")
    return [item[name] for item in order["items"]]


@pytest.mark.parametrize("shape", [*EVERYDAY, LARGE, BAD])
def test_a_placed_order_is_open_and_its_sums_agree(caller: Caller, shape: str) -> None:
    before = stamp(utc_now())
    order = caller.place(shape)

    parts = ("subtotal", "shipping_amount", "tax_amount", "discount_amount",
             "discount_tax_compensation_amount")  # fmt: skip
    assert (order["state"], order["status"]) == ("new", "pending")
    assert before <= order["created_at"] == order["updated_at"] <= stamp(utc_now())
    own = order["extension_attributes"]
    credit = sum(dec(own.get(f"{name}_amount", 0)) for name in odd_sums.CREDITS)
    fee = dec(own.get(odd_sums.FEE, 0))
    assert sum(dec(order[part]) for part in parts) + fee - credit == dec(order["grand_total"])
    assert dec(order["total_due"]) == dec(order["grand_total"])
    assert all(i["qty_shipped"] == i["qty_invoiced"] == 0 for i in order["items"])


@pytest.mark.parametrize("shape", [*EVERYDAY, LARGE])
def test_an_order_shipped_and_invoiced_in_full_is_complete_and_paid(
    caller: Caller, shape: str
) -> None:
    order = caller.place(shape)
    number = order["entity_id"]

    caller.post(f"order/{number}/ship")
    caller.post(f"order/{number}/invoice")

    after = caller.get(f"orders/{number}")
    assert after["state"] == "complete"
    assert after["total_paid"] == order["grand_total"]
    assert after["total_due"] == 0


def test_new_orders_get_fresh_numbers_of_their_store(caller: Caller) -> None:
    first, second = caller.place("eur"), caller.place("eur")

    assert (first["increment_id"], second["increment_id"]) == ("2000000008", "2000000009")
    ids = [i["item_id"] for i in (*first["items"], *second["items"])]
    assert len(set(ids)) == len(ids)


def test_parts_of_a_placed_order_point_at_each_other(caller: Caller) -> None:
    order = caller.place("bundle-dynamic")

    parent, *children = order["items"]
    assert all(child["parent_item"]["item_id"] == parent["item_id"] for child in children)
    assert all(child["parent_item_id"] == parent["item_id"] for child in children)
    assert all(item["order_id"] == order["entity_id"] for item in order["items"])
    assert order["billing_address"]["parent_id"] == order["entity_id"]
    assert order["billing_address"]["entity_id"] == order["billing_address_id"]


def test_the_large_order_has_250_lines(caller: Caller) -> None:
    assert len(caller.place(LARGE)["items"]) == 250


def test_the_bad_order_has_a_sku_nobody_knows(caller: Caller) -> None:
    assert caller.place(BAD)["items"][0]["sku"] == UNKNOWN_SKU


def test_a_customer_may_be_named(caller: Caller) -> None:
    sent = {"shape": "simple", "email": "zoe@example.test", "firstname": "Zoë", "lastname": "Roß"}
    placed = caller.http.post("/sandbox/orders", json=sent).get_json()["orders"][0]

    order = caller.get(f"orders/{placed['entity_id']}")
    assert order["customer_email"] == order["billing_address"]["email"] == "zoe@example.test"
    assert order["billing_address"]["lastname"] == "Roß"


def test_seeded_orders_are_sent_as_they_were_recorded(caller: Caller) -> None:
    answer = caller.get("orders?searchCriteria=")

    recorded = {order["entity_id"]: order for order in bundled("orders.json")}
    assert answer["total_count"] == len(recorded) == 63
    for order in answer["items"]:
        assert order["increment_id"] == recorded[order["entity_id"]]["increment_id"]
        assert order["updated_at"] == recorded[order["entity_id"]]["updated_at"]


def test_seeded_papers_carry_what_their_orders_say_is_done(caller: Caller) -> None:
    invoices = caller.get("invoices?searchCriteria=")["items"]
    shipments = caller.get("shipments?searchCriteria=")["items"]

    orders = {o["entity_id"]: o for o in bundled("orders.json")}
    for invoice in invoices:
        assert invoice["grand_total"] == orders[invoice["order_id"]]["total_invoiced"]
    shipped = {s["order_id"] for s in shipments}
    assert shipped == {
        number for number, o in orders.items() if any(i["qty_shipped"] for i in o["items"])
    }


def test_a_reopened_order_is_what_it_was_when_placed(caller: Caller) -> None:
    before = caller.place("coupon")
    caller.post(f"order/{before['entity_id']}/invoice")

    with caller.shop.store.reading() as books:
        done = books.find("order", before["entity_id"])
        first = books.find("order", 3)

    assert done is not None
    assert first is not None
    assert without_progress(done)["total_due"] == before["total_due"]
    assert "total_paid" not in without_progress(first)


def test_a_shipment_that_keeps_the_state_keeps_updated_at(tmp_path: Path) -> None:
    begin, seconds = utc_now(), itertools.count()
    caller = Caller(
        create_app(
            tmp_path,
            clock=lambda: begin + timedelta(seconds=next(seconds)),
            credentials=CREDENTIALS,
        )
    )
    order = caller.place("simple")
    line = order["items"][0]["item_id"]
    piece = {"items": [{"order_item_id": line, "qty": 1}]}
    caller.post(f"order/{order['entity_id']}/ship", piece)
    first = caller.shop.get("order", order["entity_id"])["updated_at"]

    caller.post(f"order/{order['entity_id']}/ship", piece)

    assert first > order["updated_at"]
    assert caller.shop.get("order", order["entity_id"])["updated_at"] == first


@pytest.mark.parametrize(("action", "name"), [("ship", "qty_shipped"), ("invoice", "qty_invoiced")])
def test_an_external_number_written_meanwhile_sets_quantities_back(
    caller: Caller, action: str, name: str
) -> None:
    number = caller.place("simple")["entity_id"]
    entity = {"entity": {"entity_id": number, "ext_order_id": "0004711"}}

    during(
        caller,
        lambda: caller.post(f"order/{number}/{action}"),
        lambda: caller.post("orders", entity),
    )

    after = caller.get(f"orders/{number}")
    assert after["ext_order_id"] == "0004711"
    assert after["state"] == "processing"
    assert quantities(caller, number, name) == [0, 0]


def test_a_comment_written_meanwhile_is_refused_and_not_stored(caller: Caller) -> None:
    number = caller.place("simple")["entity_id"]
    history = {"statusHistory": {"comment": "SAP order 1"}}

    _, refused = during(
        caller,
        lambda: caller.post(f"order/{number}/invoice"),
        lambda: caller.call("POST", f"orders/{number}/comments", history),
    )

    assert refused.status_code == 500
    assert caller.get(f"orders/{number}/comments")["total_count"] == 0
    assert quantities(caller, number, "qty_invoiced") == [2, 1]


def test_a_refund_of_all_that_was_invoiced_so_far_does_not_close_the_order(caller: Caller) -> None:
    order = caller.place("simple")
    states = ("processing", "closed")
    for item, state in zip(order["items"], states, strict=True):
        part = {"items": [{"order_item_id": item["item_id"], "qty": item["qty_ordered"]}]}
        caller.shop.invoice(order["entity_id"], part)
        caller.shop.refund(order["entity_id"], part)

        assert caller.shop.get("order", order["entity_id"])["state"] == state


def test_an_external_number_written_afterwards_harms_nothing(caller: Caller) -> None:
    number = caller.place("simple")["entity_id"]
    caller.post(f"order/{number}/ship")

    caller.post("orders", {"entity": {"entity_id": number, "ext_order_id": "1"}})

    assert quantities(caller, number, "qty_shipped") == [2, 1]


def test_a_new_start_finds_everything_again(tmp_path: Path) -> None:
    first = Caller(create_app(tmp_path, credentials=CREDENTIALS))
    number = first.place("simple")["entity_id"]
    first.post(f"order/{number}/ship", {"notify": True})

    second = Caller(create_app(tmp_path, credentials=CREDENTIALS))
    second.headers = first.headers

    assert second.get(f"orders/{number}")["state"] == "processing"
    assert second.get("orders?searchCriteria=&fields=total_count") == {"total_count": 64}


def test_many_orders_are_shipped_at_the_same_time(caller: Caller) -> None:
    numbers = [caller.place("simple")["entity_id"] for _ in range(16)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: caller.post(f"order/{n}/ship"), numbers))

    assert len(set(answers)) == len(numbers)
    assert all(quantities(caller, number, "qty_shipped") == [2, 1] for number in numbers)


@pytest.mark.parametrize(("pieces", "statuses"), [(1, [200, 200]), (2, [200, 400])])
def test_the_same_shipment_twice_at_once_is_made_as_often_as_it_is_open(
    caller: Caller, pieces: int, statuses: list[int]
) -> None:
    order = caller.place("simple")
    path = f"order/{order['entity_id']}/ship"
    body = {"items": [{"order_item_id": order["items"][0]["item_id"], "qty": pieces}]}

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: caller.call("POST", path, body).status_code, range(2)))

    assert sorted(answers) == statuses
