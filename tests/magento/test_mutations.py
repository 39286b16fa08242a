"""Ten thousand spoilt documents: each is read, or refused by name; nothing else ever happens.

Seeded, so that a failure comes back; a spoilt document travels as bytes through the same decoder
as an answer of the shop, where that can be.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
import requests

from sync.errors import UnexpectedRecord
from sync.magento.answers import NOT_JSON, decoded
from sync.magento.narrowing import parsed
from sync.magento.parsing import (
    parse_invoice,
    parse_order,
    parse_shipment,
    parse_track,
)
from sync.magento.parsing_setup import parse_store_view
from sync.magento.records import MagentoOrder
from sync.reading import Read
from sync.translate.order_amounts import order_amounts
from tests.magento.recorded import exchange

pytestmark = pytest.mark.slow

MUTATIONS = 10_000
GONE: Final = object()
Path = tuple[Any, ...]
DOCUMENTS: list[tuple[str, Callable[[Any], Any]]] = [
    ("101", parse_order), ("103", parse_order), ("105", parse_order), ("110", parse_order),
    ("114", parse_order), ("804", parse_order), ("208", parse_shipment), ("316", parse_invoice),
    ("810", parse_invoice), ("270", parse_track),
]  # fmt: skip
# As JSON text, for some are no JSON that Python would write.
STRANGE = [
    "null", "true", "false", "0", "1", "-1", "-0.01", "-99999999.99", "1e3", "1E400", "-1E400",
    "NaN", "Infinity", "-Infinity", "9" * 30, "9" * 5000,
    "0.1234567890123456789", "53.970000000000006",
    '""', '" "', '"x"', '"NaN"', '"1e9"', '"-5"', '"1_000"', '"١٢"', '"1,5"', '"0x10"', '"\\ud83d"',
    '"\\ude00"', '"\\u0000"', '"\\u202e"', '"' + "x" * 70_000 + '"', "[]", "[null]", "[[]]",
    '["x"]',
    "[1, 2]", "{}", '{"a": 1}', '"2026-11-23"', '"2026-11-23T10:00:00Z"', '"9999-12-31 23:59:59"',
    '"9999-12-31 23:59:59-12:00"', '"0001-01-01 00:00:00+14:00"', '"0000-00-00 00:00:00"',
    '"2026-02-30 10:00:00"', '"never"', '"sap_created"', '"bundle"', '"configurable"', '"unicorn"',
    '"XXX"', '"EURO"', '"<b>&amp;</b>"', '"😀"',
]  # fmt: skip


def members(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all members of a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in pairs:
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from members(item, (*path, key))


def changed(document: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a path; only what lies on the path is copied."""
    if not path:
        return value
    copy = dict(document) if isinstance(document, dict) else list(document)
    step = path[0]
    if len(path) == 1 and value is GONE:
        del copy[step]
    else:
        copy[step] = changed(copy[step], path[1:], value)
    return copy


def spoilt(chance: random.Random, document: Any, paths: list[Path]) -> Any:
    """The document after one to three mutations, as the client would have decoded it."""
    marks: dict[str, str] = {}
    for at in range(chance.choice((1, 1, 1, 2, 3))):
        path = chance.choice(paths)
        value: Any = GONE
        if chance.random() < 0.8:
            value = f"@@{at}@@"
            marks[value] = chance.choice(STRANGE)
        try:
            document = changed(document, path, value)
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # an earlier mutation took the place away
    text = json.dumps(document)
    for mark, value in marks.items():
        text = text.replace(f'"{mark}"', value)
    return as_decoded(text)


def as_decoded(text: str) -> Any:
    """A text as the client decodes it."""
    response = requests.Response()
    response._content = text.encode("utf-8")
    found = decoded(response)
    assert found is not NOT_JSON
    return found


def refusal(read: Callable[[], Any]) -> UnexpectedRecord | None:
    """What a reader objects to; any other error goes on."""
    try:
        read()
    except UnexpectedRecord as error:
        return error
    return None


def use(parse: Callable[[Any], Any], document: Any) -> None:
    """All that a step does with a record before it knows that it is good."""
    record = parse(document)
    if isinstance(record, MagentoOrder):
        amounts = order_amounts(record)
        assert amounts.total.is_finite()


@pytest.mark.parametrize("seed", range(10))
def test_a_spoilt_document_is_a_record_or_refused_by_name(seed: int) -> None:
    chance = random.Random(seed)
    sources = [(exchange(name)["response"]["body"], parse) for name, parse in DOCUMENTS]
    places = [list(members(document)) for document, _ in sources]
    refused = 0

    for _ in range(MUTATIONS // 10):
        at = chance.randrange(len(sources))
        document, parse = sources[at]
        told = spoilt(chance, document, places[at])
        error = refusal(lambda: use(parse, told))  # noqa: B023  called at once
        if error is not None:
            refused += 1
            assert error.system == "magento"
            assert error.cause_key.startswith("magento:")
            assert len(error.message) < 500
            assert error.message.encode("utf-8")

    assert 0 < refused < MUTATIONS // 10


@pytest.mark.parametrize("seed", range(3))
def test_a_spoilt_row_of_a_search_spoils_no_other(seed: int) -> None:
    chance = random.Random(seed)
    document = exchange("101")["response"]["body"]
    places = list(members(document))

    for _ in range(300):
        rows = Read((spoilt(chance, document, places),))

        read = parsed(rows, parse_order, "order")

        assert len(read.records) + len(read.unreadable) == 1


@pytest.mark.parametrize("text", STRANGE)
def test_a_store_view_may_hold_anything(text: str) -> None:
    view = exchange("602")["response"]["body"][1]
    config = exchange("600")["response"]["body"][0]
    for source, other in ((view, config), (config, view)):
        for name in source:
            pair = ({**source, name: as_decoded(text)}, other)
            views = pair if source is view else pair[::-1]
            error = refusal(lambda: parse_store_view(*views))  # noqa: B023  called at once
            assert error is None or error.cause_key.startswith("magento:unreadable")
