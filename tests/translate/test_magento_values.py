"""The mirror's columns, from recorded documents."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from sync.magento.parsing import parse_invoice, parse_order, parse_shipment
from sync.translate.magento_values import (
    invoice_values,
    plain_json,
    sales_order_line_values,
    sales_order_values,
    shipment_values,
)
from tests.magento.recorded import answer_body, exchange, recorded_orders


def test_an_order_fills_its_columns() -> None:
    values = sales_order_values(parse_order(answer_body("101")))

    assert values["increment_id"] == "000000003"
    assert values["discount_amount"] == Decimal(7)
    assert values["customer_name"] == "Anna Müller"
    assert values["magento_customer_id"] == 1
    assert values["payment_method"] == "checkmo"


def test_a_guest_without_a_name_has_that_of_the_billing_address() -> None:
    document = answer_body("101") | {"customer_firstname": None, "customer_lastname": None}

    assert sales_order_values(parse_order(document))["customer_name"] == "John Doe"


@pytest.mark.parametrize("document", recorded_orders(), ids=lambda d: d["increment_id"])
def test_the_payload_is_the_whole_document(document: dict[str, object]) -> None:
    payload = sales_order_values(parse_order(document))["payload"]

    assert json.loads(json.dumps(payload, allow_nan=False)) == plain_json(document)
    assert payload.keys() == document.keys()


def test_the_payload_says_what_the_shop_said() -> None:
    payload = sales_order_values(parse_order(answer_body("101")))["payload"]

    assert payload == exchange("101")["response"]["body"]


def test_lines_keep_the_sequence_and_their_parents() -> None:
    lines = sales_order_line_values(parse_order(answer_body("105")))

    assert [line["position"] for line in lines] == [0, 1, 2]
    assert [line["parent_item_id"] for line in lines] == [None, 13, 13]


def test_the_total_of_a_line_is_for_all_its_pieces_in_every_version() -> None:
    document = answer_body("101")
    older = sales_order_line_values(parse_order(document))[0]["row_total"]
    for item in document["items"]:  # as 2.4.8 has it
        item["row_total"] = max(item["price"] - item["discount_amount"], Decimal(0))

    newer = sales_order_line_values(parse_order(document))[0]["row_total"]

    assert newer == older == Decimal("53.97")


def test_a_shipment_fills_its_columns() -> None:
    document = answer_body("208")

    values = shipment_values(parse_shipment(document))

    assert values["entity_id"] == document["entity_id"]
    assert len(values["tracks"]) == len(document["tracks"])
    assert {line["order_item_id"] for line in values["lines"]} == {
        item["order_item_id"] for item in document["items"]
    }


def test_an_invoice_fills_its_columns() -> None:
    document = answer_body("316")

    values = invoice_values(parse_invoice(document))

    assert (values["state"], values["currency"]) == (2, "USD")
    assert values["grand_total"] == document["grand_total"]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Decimal("59.95"), 59.95),
        (Decimal("NaN"), None),
        (Decimal("1E+999"), None),
        ("a\x00b", "ab"),
        ("half \ud83d", "half ?"),
        ({"k\x00": [Decimal(1)]}, {"k": [1.0]}),
        (True, True),
        (None, None),
    ],
)
def test_a_payload_holds_nothing_a_database_refuses(value: object, plain: object) -> None:
    assert plain_json(value) == plain


def test_a_payload_nested_without_end_is_cut() -> None:
    nested: list[object] = []
    for _ in range(500):
        nested = [nested]

    assert json.dumps(plain_json(nested))
