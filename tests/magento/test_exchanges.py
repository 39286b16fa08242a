"""What the ledger keeps of a call holds no secret and no personal data."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from sync.exchanges import MASK, redact
from tests.magento.recorded import recorded_orders


@pytest.mark.parametrize(
    "key",
    [
        "firstname", "customer_lastname", "email", "customer_email", "street", "telephone",
        "postcode", "vat_id", "customer_taxvat", "password", "access_token", "oauth_token_secret",
        "Authorization", "remote_ip", "NAME", "NAME_2", "STREET", "TELEPHONE", "E_MAIL",
        "TEL1_NUMBR", "PASSWD", "POSTL_CODE", "POSTL_COD1", "TEXT_LINE", "passwd", "company",
        "city", "CITY", "C_O_NAME", "DISTRICT", "ORDERER_NA", "ORT01", "VALUEPART1",
    ],
)  # fmt: skip
def test_a_personal_or_secret_member_is_masked(key: str) -> None:
    assert redact({"a": [{key: "Anna"}]}) == {"a": [{key: MASK}]}


@pytest.mark.parametrize(
    "key", ["country_id", "LAND1", "sku", "email_sent", "MATERIAL", "carrier_code"]
)
def test_what_helps_and_hurts_nobody_is_kept(key: str) -> None:
    assert redact({key: "value"}) == {key: "value"}


def test_an_article_keeps_its_name_and_a_person_does_not() -> None:
    record = {
        "items": [{"sku": "BAG-1", "name": "Overnight Duffle"}],
        "address": {"city": "Hamburg", "region": "HH", "region_code": "HH", "name": "Jane Doe"},
    }

    assert redact(record) == {
        "items": [{"sku": "BAG-1", "name": "Overnight Duffle"}],
        "address": {"city": "***", "region": "***", "region_code": "***", "name": "***"},
    }


@pytest.mark.parametrize("empty", [None, "", [], False])
def test_that_something_is_missing_is_no_secret(empty: Any) -> None:
    assert redact({"email": empty}) == {"email": empty}


@pytest.mark.parametrize(
    "text",
    [
        "mail anna@example.test now",
        "mail anna@intranet now",
        "Bearer eyJabc.def",
        'OAuth oauth_token="x"',
    ],
)
def test_personal_data_in_a_text_is_masked(text: str) -> None:
    assert MASK in redact(text)
    assert not {"anna@example.test", "eyJabc.def", 'oauth_token="x"'} & set(redact(text).split())


def test_a_long_list_is_cut_with_a_count() -> None:
    assert redact(list(range(25))) == [*range(20), "… 5 more"]


def test_a_long_text_is_cut_with_a_count() -> None:
    assert redact("x" * 5000).endswith("… 3000 more characters")


def test_every_recorded_order_can_be_kept_as_json() -> None:
    for document in recorded_orders():
        told = json.dumps(redact(document), allow_nan=False)

        assert str(document["customer_email"]) not in told


def test_odd_values_can_be_kept_as_json() -> None:
    odd = {1: Decimal("NaN"), "f": float("nan"), "b": b"\x00", "s": "\ud83d\x00", "o": object()}

    assert json.dumps(redact(odd), allow_nan=False)
