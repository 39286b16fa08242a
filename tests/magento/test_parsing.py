"""A document in any state of disrepair is read, or refused with the member's name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.errors import UnexpectedRecord
from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_invoice, parse_order, parse_shipment
from tests.magento.recorded import SHOP, answer_body

DOCUMENTS: list[tuple[str, Callable[[Any], Any]]] = [
    ("103", parse_order),
    ("101", parse_order),
    ("208", parse_shipment),
    ("316", parse_invoice),
]
READ: set[str] = {
    "entity_id", "increment_id", "items", "grand_total", "created_at", "store_id", "qty",
    "order_item_id", "item_id", "sku", "qty_ordered", "tracks", "comments", "street", "payment",
    "billing_address", "extension_attributes", "is_virtual", "state", "shipping_assignments",
}  # fmt: skip
STRANGE: list[Any] = [
    None, True, False, 0, -1, 2**80, Decimal("NaN"), Decimal("Infinity"), Decimal("1E+400"),
    Decimal("0.30000000000000004"), "", " ", "x", "NaN", "Infinity", "1e999999", "٣", "\ud83d",
    "a\x00b",
    "x" * 70_000, [], [None], [[]], ["x"], {}, {"a": 1}, "2026-11-23T10:00:00+02:00",
    "0001-01-01 00:00:00+14:00", "9999-99-99", 12.5, "1_000",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all members that the parsers may look at."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield (*path, at)
            yield from places(item, (*path, at))


def with_change(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return changed


@pytest.mark.slow
@pytest.mark.parametrize(("number", "parse"), DOCUMENTS)
@settings(max_examples=400)
@given(data=st.data())
def test_any_member_may_hold_anything(
    number: str, parse: Callable[[Any], Any], data: st.DataObject
) -> None:
    document = answer_body(number)
    path = data.draw(st.sampled_from(list(places(document))))
    value = data.draw(st.sampled_from(STRANGE))

    message = refusal_of(parse, with_change(document, path, value))

    assert not message or str(path[-1]) in message or str(path[-2]) in message
    assert "x" * 300 not in message


def refusal_of(parse: Callable[[Any], Any], document: Any) -> str:
    """What the parser objects to; empty if it does not."""
    try:
        parse(document)
    except UnexpectedRecord as error:
        return error.message
    return ""


NEEDED = {
    "entity_id",
    "increment_id",
    "created_at",
    "updated_at",
    "order_currency_code",
    "grand_total",
}


@pytest.mark.parametrize("member", sorted(answer_body("101")))
def test_an_order_does_without_any_member_but_the_needed(member: str) -> None:
    document = answer_body("101")
    del document[member]

    if member in NEEDED:
        with pytest.raises(UnexpectedRecord, match=member):
            parse_order(document)
    else:
        parse_order(document)


@pytest.mark.parametrize(
    ("member", "value", "problem"),
    [
        ("grand_total", "much", "grand_total is not a number"),
        ("grand_total", True, "grand_total is not a number"),
        ("grand_total", Decimal("NaN"), "grand_total is not a number the portal can hold"),
        ("entity_id", 1.5, "entity_id is not"),
        ("entity_id", -3, "entity_id is not"),
        ("created_at", "yesterday", "created_at is not a time"),
        ("customer_firstname", "x" * 256, "customer_firstname is 256 characters long"),
        ("customer_lastname", "\ud83d", "customer_lastname contains characters that are no text"),
        ("is_virtual", "perhaps", "is_virtual is neither yes nor no"),
        ("items", "none", "items is not a list"),
        ("items", [None], r"items\[0\] is not an object"),
        ("billing_address", "none", "billing_address is not an object"),
    ],
)
def test_what_is_wrong_is_said(member: str, value: Any, problem: str) -> None:
    document = answer_body("101") | {member: value}

    with pytest.raises(UnexpectedRecord, match=problem):
        parse_order(document)


def test_an_amount_the_shop_computed_in_floating_point_is_put_right() -> None:
    document = answer_body("101")
    document["items"][0]["row_total_incl_tax"] = Decimal("58.419999999999994")

    assert parse_order(document).items[0].row_total_incl_tax == Decimal("58.42")


@pytest.mark.parametrize(("sent", "is_told"), [(1, True), (0, False), (-1, False), (-2, False)])
def test_a_mail_in_the_queue_is_not_sent_yet(sent: int, is_told: bool) -> None:
    document = answer_body("316") | {"email_sent": sent}

    assert parse_invoice(document).email_sent is is_told


def test_an_empty_object_that_php_wrote_as_a_list_is_none() -> None:
    document = answer_body("101") | {"payment": [], "extension_attributes": []}

    assert parse_order(document).shipping_address is None


def test_a_guest_group_is_not_no_group() -> None:
    assert parse_order(answer_body("101") | {"customer_group_id": 0}).customer_group_id == 0


@pytest.mark.parametrize("text", ["NaN", "Infinity", "9" * 5000, "1e400"])
def test_a_number_that_is_none_spoils_one_record_not_the_page(
    client: MagentoClient, shop: responses.RequestsMock, text: str
) -> None:
    good = json.dumps(answer_body("101"), default=float)
    bad = json.dumps(answer_body("101"), default=float).replace("87.42", text, 1)
    bad = bad.replace('"base_grand_total": ' + text, '"base_grand_total": 1').replace(
        '"grand_total": 87.42', f'"grand_total": {text}'
    )
    shop.get(
        f"{SHOP}/rest/V1/orders",
        body=f'{{"items": [{bad}, {good}]}}',
        content_type="application/json",
    )
    [page] = client.search_orders(updated_from=parse_order(answer_body("101")).created_at)

    assert (len(page.records), len(page.unreadable)) == (1, 1)
