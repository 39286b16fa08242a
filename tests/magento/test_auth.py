"""The three ways into a shop."""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import requests
import responses

from sync.errors import RemoteMisconfigured, RemoteUnavailable, SyncError
from sync.magento.auth import AdminLogin, admin_login, oauth1
from sync.magento.client import MagentoClient
from sync.magento.connections import new_session
from tests.magento.recorded import SHOP, answer_as_recorded, answer_body, exchange
from tests.steps.odd_answers import ODD_ANSWERS

TOKEN_URL = f"{SHOP}/rest/V1/integration/admin/token"
ORDER_URL = f"{SHOP}/rest/V1/orders/3"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> MagentoClient:
    login = AdminLogin(TOKEN_URL, "admin", "s3cret", session=new_session(), clock=clock)
    return MagentoClient(SHOP, login)


def order_3() -> Any:
    return exchange("101")["response"]["body"]


def logins(shop: responses.RequestsMock) -> int:
    return sum(1 for call in shop.calls if call.request.url == TOKEN_URL)


def as_text(value: Any) -> str:
    """The signer writes its headers as bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def oauth_members(request: requests.PreparedRequest) -> dict[str, str]:
    header = as_text(request.headers["Authorization"])
    assert header.startswith("OAuth ")
    pairs = (part.split("=", 1) for part in header.removeprefix("OAuth ").split(", "))
    return {name: unquote(value.strip('"')) for name, value in pairs}


def signature_the_shop_computes(request: requests.PreparedRequest, key: str) -> str:
    """README "Authentication": method, URL without query, all decoded parameters, RFC 3986."""
    url = urlsplit(str(request.url))
    members = {k: v for k, v in oauth_members(request).items() if k != "oauth_signature"}
    pairs = [(unquote(n), unquote(v)) for n, v in (p.split("=") for p in url.query.split("&") if p)]
    encoded = sorted(
        (quote(n, safe="~"), quote(v, safe="~")) for n, v in [*pairs, *members.items()]
    )
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = [str(request.method), f"{url.scheme}://{url.netloc}{url.path}", parameters]
    text = "&".join(quote(part, safe="~") for part in base)
    return b64encode(hmac.new(key.encode(), text.encode(), sha256).digest()).decode()


def test_a_request_is_signed_with_hmac_sha256(shop: responses.RequestsMock) -> None:
    shop.get(ORDER_URL, json=order_3())

    MagentoClient(SHOP, oauth1("ck", "cs", "at", "ats")).get_order(3)

    members = oauth_members(shop.calls[0].request)
    assert members["oauth_signature_method"] == "HMAC-SHA256"
    assert members["oauth_signature"] == signature_the_shop_computes(
        shop.calls[0].request, "cs&ats"
    )


def test_a_search_with_blanks_and_brackets_has_a_signature_the_shop_computes_too(
    shop: responses.RequestsMock,
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders", json={"items": None})
    client = MagentoClient(SHOP, oauth1("ck", "cs", "at", "ats"))
    seen = datetime(2026, 11, 23, 10, 35, tzinfo=UTC)

    list(client.search_orders(updated_from=seen, store_ids={1, 2}, after=(seen, 7)))

    request = shop.calls[0].request
    assert "%20" in str(request.url)
    assert "+" not in str(request.url)
    signature = oauth_members(request)["oauth_signature"]
    assert signature == signature_the_shop_computes(request, "cs&ats")


def test_a_write_is_signed_and_keeps_its_body(shop: responses.RequestsMock) -> None:
    shop.post(f"{SHOP}/rest/V1/orders", json={})

    MagentoClient(SHOP, oauth1("ck", "cs", "at", "ats")).set_ext_order_id(59, "4711")

    request = shop.calls[0].request
    assert request.body == b'{"entity": {"entity_id": 59, "ext_order_id": "4711"}}'
    assert as_text(request.headers["Content-Type"]) == "application/json"
    signature = oauth_members(request)["oauth_signature"]
    assert signature == signature_the_shop_computes(request, "cs&ats")


def test_one_token_serves_many_calls(client: MagentoClient, shop: responses.RequestsMock) -> None:
    answer_as_recorded(shop, "001")
    shop.get(ORDER_URL, json=order_3())

    client.get_order(3)
    client.get_order(3)

    assert logins(shop) == 1


def test_an_expired_token_is_replaced_once(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(TOKEN_URL, json="old")
    shop.post(TOKEN_URL, json="new")
    old = [responses.matchers.header_matcher({"Authorization": "Bearer old"})]
    new = [responses.matchers.header_matcher({"Authorization": "Bearer new"})]
    shop.get(ORDER_URL, json=answer_of("029"), status=401, match=old)
    shop.get(ORDER_URL, json=order_3(), match=new)

    assert client.get_order(3).entity_id == 3


def answer_of(number: str) -> Any:
    return answer_body(number)


def test_a_missing_right_does_not_end_in_a_loop(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(TOKEN_URL, json="one")
    shop.get(ORDER_URL, json=answer_of("029"), status=401)

    with pytest.raises(RemoteMisconfigured):
        client.get_order(3)

    assert logins(shop) == 2
    assert len(shop.calls) == 4


@pytest.mark.parametrize("number", ["002", "027", "030", "035", "036"])
def test_a_refused_login_is_said_plainly_and_not_repeated(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    answer_as_recorded(shop, number)

    for _ in range(8):
        with pytest.raises(RemoteMisconfigured, match="refused the admin login") as caught:
            client.get_order(3)

    assert logins(shop) == 1
    assert "s3cret" not in str(caught.value)


def test_a_refused_login_is_tried_again_after_ten_minutes(
    client: MagentoClient, shop: responses.RequestsMock, clock: Clock
) -> None:
    shop.post(TOKEN_URL, json={"message": "locked"}, status=401)
    shop.post(TOKEN_URL, json="token")
    shop.get(ORDER_URL, json=order_3())
    with pytest.raises(RemoteMisconfigured):
        client.get_order(3)

    clock.now += 601

    assert client.get_order(3).entity_id == 3


def test_a_lost_login_leaves_a_write_unsent(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(TOKEN_URL, body=requests.exceptions.ReadTimeout())

    with pytest.raises(RemoteUnavailable) as caught:
        client.set_ext_order_id(3, "4711")

    assert type(caught.value) is RemoteUnavailable


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example", "http://shop.example:8080", "https://shop.example:8443/store",
        "https://shop.example/rest/de/V1", "https://shop.example/index.php/rest/V1",
    ],
)  # fmt: skip
def test_the_address_is_signed_as_it_is_configured(
    shop: responses.RequestsMock, address: str
) -> None:
    base = address.removesuffix("/V1").removesuffix("/rest")
    rest = f"{base}/V1" if "/rest/" in base else f"{base}/rest/V1"
    shop.get(f"{rest}/orders/3", json=order_3())

    MagentoClient(address, oauth1("ck", "cs", "at", "ats")).get_order(3)

    request = shop.calls[0].request
    assert str(request.url) == f"{rest}/orders/3"
    signature = oauth_members(request)["oauth_signature"]
    assert signature == signature_the_shop_computes(request, "cs&ats")


def test_a_bad_signature_makes_an_administrator_look_at_the_address(
    shop: responses.RequestsMock,
) -> None:
    answer_as_recorded(shop, "016", "orders/3")

    with pytest.raises(RemoteMisconfigured) as caught:
        MagentoClient(SHOP, oauth1("ck", "cs", "at", "ats")).get_order(3)

    assert "the one the shop knows itself by" in caught.value.remedy


@pytest.mark.parametrize("ending", ["", "/", "/rest", "/rest/V1/", "/rest/V1"])
def test_the_address_of_the_shop_may_be_given_with_or_without_its_ending(
    shop: responses.RequestsMock, ending: str
) -> None:
    answer_as_recorded(shop, "001")
    shop.get(ORDER_URL, json=order_3())
    address = f"{SHOP}{ending}"

    client = MagentoClient(address, admin_login(address, "admin", "s3cret"))

    assert client.get_order(3).entity_id == 3


def test_a_shop_down_at_login_may_be_up_later(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(TOKEN_URL, body="<html></html>", status=503)

    with pytest.raises(RemoteUnavailable):
        client.get_order(3)


@pytest.mark.parametrize("name", [name for name in ODD_ANSWERS if name != "token"])
def test_what_stands_before_the_shop_refuses_no_login(
    client: MagentoClient, shop: responses.RequestsMock, name: str
) -> None:
    status, body, kind = ODD_ANSWERS[name]
    if name == "a word":
        body = '""'
    shop.post(TOKEN_URL, body=body, status=status, content_type=f"application/{kind}")
    shop.post(TOKEN_URL, json="token")
    shop.get(ORDER_URL, json=order_3())

    with pytest.raises(SyncError) as caught:
        client.get_order(3)

    assert not caught.value.logon_is_refused
    assert client.get_order(3).entity_id == 3
