"""Payloads come back as they were stored, take little room, and stay readable for ever."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from sync.models import RemoteCall, SalesOrder
from sync.models.packed import NEWEST, WORDS, pack, unpack
from sync.sandbox.shop.documents import bundled
from tests.builders import a_done_task, a_remote_call, a_sales_order, an_attempt

NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANY_JSON)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    stored = json.loads(json.dumps(pack(value)))

    assert unpack(stored) == value


@given(st.text())
def test_a_text_that_looks_packed_comes_back_as_it_was(text: str) -> None:
    assert unpack(pack(NEWEST + text)) == NEWEST + text


@pytest.mark.parametrize("value", [None, {}, [], {"a": 1}, 5])
def test_what_would_not_shrink_stays_as_it_is(value: Any) -> None:
    assert pack(value) == value


@pytest.mark.parametrize("shape", ["simple", "mixed", "eur-coupon", "japanese"])
def test_an_order_of_the_shop_takes_a_fifth_of_its_size(shape: str) -> None:
    order = bundled("shapes.json")[shape]

    assert len(pack(order)) < len(json.dumps(order)) / 5


@pytest.mark.parametrize(
    ("mark", "digest"),
    [("z1:", "67059ec71044bd5bec0b2142f066e50a1847dc78d3034681065596f77f519fb0")],
)
def test_the_words_that_payloads_were_packed_with_never_change(mark: str, digest: str) -> None:
    """Another list of words needs a mark of its own: what is stored is read with the old one."""
    assert sha256(WORDS[mark].read_bytes()).hexdigest() == digest


@pytest.mark.django_db
def test_columns_are_read_and_written_in_every_way_django_knows() -> None:
    payload = {"entity_id": 7, "items": [{"sku": "24-MB01", "name": "Joust Duffle Bag"}] * 9}
    order = a_sales_order(payload=payload)
    assert SalesOrder.objects.get(pk=order.pk).payload == payload
    assert list(SalesOrder.objects.values_list("payload", flat=True)) == [payload]

    order.payload = payload | {"status": "complete"}
    SalesOrder.objects.bulk_update([order], ["payload"])
    assert SalesOrder.objects.get(pk=order.pk).payload["status"] == "complete"

    SalesOrder.objects.update(payload=payload)
    assert SalesOrder.objects.defer("payload").get(pk=order.pk).payload == payload


@pytest.mark.django_db
def test_a_call_without_an_answer_has_none() -> None:
    call = a_remote_call(an_attempt(a_done_task()), answer=None)

    assert RemoteCall.objects.get(answer__isnull=True) == call
    assert not RemoteCall.objects.get(pk=call.pk).is_emptied


@pytest.mark.django_db
def test_a_packed_column_cannot_be_searched_by_mistake() -> None:
    with pytest.raises(FieldError):
        SalesOrder.objects.filter(payload__status="complete").exists()


@pytest.mark.django_db
def test_the_column_stays_json_for_every_tool_that_reads_it() -> None:
    a_sales_order(payload=bundled("shapes.json")["simple"])

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(payload AS text) FROM {SalesOrder._meta.db_table}")
        assert json.loads(cursor.fetchone()[0]).startswith(NEWEST)
