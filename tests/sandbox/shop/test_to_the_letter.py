"""Small things the real shop does, which a client may stumble over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.magento.recorded import exchange
from tests.sandbox.shop.conftest import Caller


def comment(caller: Caller, order: dict[str, Any], text: str) -> dict[str, Any]:
    """A comment on an order, as the order then shows it."""
    history = {"comment": text, "is_customer_notified": 0, "is_visible_on_front": 0}
    assert caller.post(f"orders/{order['entity_id']}/comments", {"statusHistory": history}) is True
    shown: dict[str, Any] = caller.get(f"orders/{order['entity_id']}")["status_histories"][0]
    return shown


def test_an_empty_comment_becomes_null(caller: Caller) -> None:
    """As the entry 5 of [411]."""
    assert comment(caller, caller.place("simple"), "")["comment"] is None


def test_an_empty_comment_of_a_shipment_becomes_null(caller: Caller) -> None:
    """Not recorded: the column is of the same kind as that of an order's comments."""
    order = caller.place("simple")
    shipment = caller.post(f"order/{order['entity_id']}/ship")

    caller.post(f"shipment/{shipment}/comments", {"entity": {"parent_id": 1, "comment": ""}})

    [stored] = caller.get(f"shipment/{shipment}")["comments"]
    assert stored["comment"] is None


def test_a_comment_made_on_hold_carries_the_status_from_before(caller: Caller) -> None:
    """As "while on hold" in [423]; the order stays on hold."""
    order = caller.place("simple")
    caller.post(f"orders/{order['entity_id']}/hold")

    assert comment(caller, order, "while on hold")["status"] == "pending"
    assert caller.get(f"orders/{order['entity_id']}/statuses") == "holded"


def test_an_invoice_adds_up_its_quantity_before_it_is_cut(caller: Caller) -> None:
    """The cut is the sentence beside [326]; that the sum comes before it is the issue's word."""
    order = caller.place("simple")
    item = order["items"][0]["item_id"]

    number = caller.post(
        f"order/{order['entity_id']}/invoice", {"items": [{"order_item_id": item, "qty": 1.5}]}
    )

    invoice = caller.get(f"invoices/{number}")
    assert (invoice["items"][0]["qty"], invoice["total_qty"]) == (1, 1.5)


@pytest.mark.parametrize(("shape", "is_named"), [("simple", False), ("coupon", True)])
def test_a_shipment_of_a_customer_names_the_customer(
    caller: Caller, shape: str, is_named: bool
) -> None:
    """Not recorded: all shipments of the recordings belong to guests [201, 248-282]."""
    order = caller.place(shape)
    number = order["entity_id"]

    shipment = caller.get(f"shipment/{caller.post(f'order/{number}/ship')}")

    assert ("customer_id" in shipment) is is_named
    assert shipment.get("customer_id") == order.get("customer_id")


def test_partial_refunds_give_back_the_tax_to_the_cent(caller: Caller) -> None:
    """Each takes its part of what is left [505]; together they are the whole tax."""
    order = caller.place("coupon")
    item = next(one for one in order["items"] if one["qty_ordered"] > 1)
    caller.post(f"order/{order['entity_id']}/invoice")

    for _ in range(int(item["qty_ordered"])):
        caller.post(
            f"order/{order['entity_id']}/refund",
            {
                "items": [{"order_item_id": item["item_id"], "qty": 1}],
                "arguments": {"shipping_amount": 0},
            },
        )

    [after] = [
        one
        for one in caller.get(f"orders/{order['entity_id']}")["items"]
        if one["item_id"] == item["item_id"]
    ]
    assert after["tax_amount"] > 0
    assert after["tax_refunded"] == after["tax_amount"]


def test_a_part_of_the_freight_gives_back_its_part_of_the_tax(caller: Caller) -> None:
    """Not recorded: the issue's word, and that the parts are the whole."""
    order = caller.place("simple")
    entity_id = order["entity_id"]
    with caller.shop.store.writing() as books:
        stored = books.find("order", entity_id)
        assert stored is not None
        for side in ("", "base_"):
            stored[f"{side}shipping_amount"] = 10
            stored[f"{side}shipping_tax_amount"] = 1.9
        books.save("order", stored)
    caller.post(f"order/{entity_id}/invoice")
    taxes = []
    for line, freight in zip(order["items"], (3, 7), strict=True):
        item = {"order_item_id": line["item_id"], "qty": line["qty_ordered"]}
        asked = {"items": [item], "arguments": {"shipping_amount": freight}}
        memo = caller.get(f"creditmemo/{caller.post(f'order/{entity_id}/refund', asked)}")
        taxes.append(Decimal(str(memo["shipping_tax_amount"])))

    assert taxes == [Decimal("0.57"), Decimal("1.33")]


@pytest.mark.parametrize(("store", "shown"), [("default", "USD"), ("de", "EUR"), ("b2b_en", "USD")])
def test_a_route_is_asked_by_store(caller: Caller, store: str, shown: str) -> None:
    """[605] by the store in the path; what the German store shows is the README's word."""
    recorded = exchange("605")["response"]["body"]

    answer = caller.call("GET", f"/rest/{store}/V1/directory/currency").get_json()

    assert answer["default_display_currency_code"] == shown
    assert answer["exchange_rates"] == recorded["exchange_rates"]
    assert caller.call("GET", "/rest/nosuch/V1/directory/currency").status_code == 400  # [190]


def test_an_item_outside_its_order_has_a_parent_without_extension_attributes(
    empty_caller: Caller,
) -> None:
    """As the item itself [181, 183]; inside an order both have them [102]."""
    order = empty_caller.place("configurable")
    child = next(item for item in order["items"] if item.get("parent_item_id"))
    assert "extension_attributes" in child["parent_item"]

    alone = empty_caller.get(f"orders/items/{child['item_id']}")

    assert "extension_attributes" not in alone
    assert alone["parent_item"]["sku"] == child["parent_item"]["sku"]
    assert "extension_attributes" not in alone["parent_item"]


@pytest.mark.parametrize("fields", ["items[entity_id", "items]", "entity-id", "a b", "items[a]]"])
def test_fields_that_cannot_be_read_give_an_empty_list(caller: Caller, fields: str) -> None:
    """Not recorded: the issue's word."""
    assert caller.get(f"orders?searchCriteria[pageSize]=1&fields={fields}") == []
