"""A shop's version is told as far as it can be, and never more is said of it than is known."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests
import responses

from sync.exchanges import Exchange
from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.magento.versions import PROVED, behaves_as_2_4_8, version_note, version_on_page
from tests.magento.recorded import SHOP, recorded_orders

SETTING = "MAGENTO_MAIN_VERSION"
PAGE = "Magento/2.4 (Community)"


def as_newer(document: dict[str, Any]) -> dict[str, Any]:
    """The same order as 2.4.8 sends it: the unit's price less the row's discount [248-111]."""
    for item in document["items"]:
        item["row_total"] = max(item["price"] - item["discount_amount"], Decimal(0))
    return document


def parsed(documents: Iterable[dict[str, Any]]) -> list[MagentoOrder]:
    return [parse_order(document) for document in documents]


def test_row_totals_tell_the_older_version() -> None:
    assert behaves_as_2_4_8(parsed(recorded_orders())) is False


def test_row_totals_tell_the_newer_version() -> None:
    assert behaves_as_2_4_8(parsed(as_newer(one) for one in recorded_orders())) is True


FOLDERS = (Path(__file__).parent.parent / "exchanges").glob("magento-*")


@pytest.mark.parametrize("folder", sorted(FOLDERS), ids=lambda folder: folder.name)
def test_recorded_orders_of_a_newer_shop_tell_it(folder: Path) -> None:
    texts = (file.read_text("utf-8") for file in sorted(folder.glob("[0-9]*-order-get-*.json")))
    answers = [json.loads(text, parse_float=Decimal)["response"]["body"] for text in texts]

    assert behaves_as_2_4_8(parsed(answers)) is True


def test_lines_of_one_piece_or_without_a_price_tell_nothing() -> None:
    document = recorded_orders()[0]
    for item in document["items"]:
        item["qty_ordered"] = 1

    assert behaves_as_2_4_8([]) is None
    assert behaves_as_2_4_8([parse_order(document)]) is None


@pytest.mark.parametrize("row_total", [None, "much", {}])
def test_a_row_total_that_is_no_amount_tells_nothing(row_total: object) -> None:
    document = recorded_orders()[0]
    for item in document["items"]:
        item["row_total"] = row_total

    assert behaves_as_2_4_8([parse_order(document)]) is None


@pytest.mark.parametrize("version", PROVED)
def test_a_version_the_portal_was_run_with_is_proved(version: str) -> None:
    note = version_note(version, PAGE, version.startswith("2.4.8"), SETTING)

    assert note.is_proved is True
    assert note.words == f"{version} (as set). The portal was proved against it."


@pytest.mark.parametrize(
    ("stated", "page", "newer", "is_proved", "words"),
    [
        ("2.4.8", PAGE, True, True, "2.4.8 (as set). Of this release the portal was proved against "
         "2.4.8-p1."),
        ("2.4.7-p6", "", None, True, "Of this release the portal was proved against 2.4.7-p3."),
        ("2.4.6", PAGE, False, False, "2.4.6 (as set): not proved. The portal was proved"),
        ("2.4.9", PAGE, True, False, "2.4.9 (as set): not proved. The portal was proved"),
        ("2.4.7-p3", PAGE, True, None, "answers as 2.4.8 and later do: correct " + SETTING),
        ("2.4.8-p1", PAGE, False, None, "answers as 2.4.7 and earlier do: correct " + SETTING),
        ("2.4.7-p3", "Magento/2.3 (Community)", None, None, "says Magento/2.3 (Community): cor"),
        ("newest", PAGE, True, None, SETTING + " is “newest”, no version such as"),
        ("", PAGE, True, None, "Not known exactly: its page says Magento/2.4 (Community), and it "
         "answers as 2.4.8 and later do. The portal was proved against 2.4.7-p3 and 2.4.8-p1. Set"),
        ("", "", False, None, "Not known exactly: it answers as 2.4.7 and earlier do."),
        ("", "", None, None, "Not known. The portal was proved against 2.4.7-p3 and 2.4.8-p1."),
    ],
)  # fmt: skip
def test_no_more_is_said_of_a_version_than_is_known(
    stated: str, page: str, newer: bool | None, is_proved: bool | None, words: str
) -> None:
    note = version_note(stated, page, newer, SETTING)

    assert note.is_proved is is_proved
    assert words in note.words
    assert len(note.words) <= 300


@pytest.mark.parametrize("text", ["", "<html>Magento/2.4 (Community)</html>", "Not found", "2.4"])
def test_another_page_is_not_taken_for_the_version_page(text: str) -> None:
    assert version_on_page(text) == ""


def test_the_version_page_is_read_beside_the_rest_routes_without_the_keys(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    shop.get(f"{SHOP}/magento_version", body=f"{PAGE}\n", content_type="text/html")

    assert client.get_version_page() == PAGE
    assert "Authorization" not in shop.calls[0].request.headers
    assert [(seen.operation, seen.is_write) for seen in ledger] == [("GET magento_version", False)]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "body": "<html></html>"},
        {"status": 302, "headers": {"Location": "/"}},
        {"status": 503},
        {"body": requests.exceptions.ReadTimeout()},
        {"body": "<html>a shop</html>"},
    ],
)
def test_a_shop_without_a_version_page_says_nothing(
    client: MagentoClient, shop: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    shop.get(f"{SHOP}/magento_version", **answer)

    assert client.get_version_page() == ""


def test_the_newest_orders_are_asked_for_in_pages_the_shop_takes(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    refusal = {"message": "Maximum SearchCriteria pageSize is %max", "parameters": {"max": 5}}
    shop.get(f"{SHOP}/rest/V1/orders", status=400, json=refusal)
    rows = [json.loads(json.dumps(one, default=float)) for one in recorded_orders()[:2]]
    shop.get(f"{SHOP}/rest/V1/orders", json={"items": [{}, *rows], "total_count": 63})

    found = client.get_newest_orders()

    assert [one.entity_id for one in found] == [row["entity_id"] for row in rows]
    query = unquote(str(shop.calls[1].request.url))
    assert "searchCriteria[pageSize]=5&" in query
    assert "searchCriteria[sortOrders][0][direction]=DESC&" in query
