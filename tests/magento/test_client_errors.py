"""What a shop that does not do as asked means, and who has to act."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
import requests
import responses

from sync.causes.cause import Team
from sync.causes.shop import ShopCause
from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.exchanges import Exchange
from sync.magento.auth import BearerToken
from sync.magento.client import MagentoClient
from sync.magento.records import ShipmentRequest
from sync.magento.refusals import refusal_text
from tests.magento.recorded import SHOP, answer_as_recorded, exchange, names

SHIP = ShipmentRequest({1: Decimal(1)}, (), "SAP delivery 1", notify=False)


def read_error(client: MagentoClient) -> SyncError:
    with pytest.raises(SyncError) as caught:
        client.get_order(2)
    return caught.value


def write_error(client: MagentoClient) -> SyncError:
    with pytest.raises(SyncError) as caught:
        client.create_shipment(1, SHIP)
    return caught.value


FAILURES = [name for name in names() if exchange(name)["response"]["status"] >= 400]


@pytest.mark.parametrize("number", FAILURES)
def test_every_recorded_failure_is_a_readable_error(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    recorded = exchange(number)["response"]
    shop.get(f"{SHOP}/rest/V1/orders/2", json=recorded["body"], status=recorded["status"])

    error = read_error(client)

    assert error.message
    assert error.cause_key.startswith("magento:")
    assert "%" not in error.message.replace("100%", "")


@pytest.mark.parametrize("number", ["006", "007", "010", "016", "017", "020", "022", "023", "029"])
def test_a_refused_credential_is_an_administrators_case(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    answer_as_recorded(shop, number, "orders/2")

    assert type(read_error(client)) is RemoteMisconfigured


def test_a_missing_right_is_named(client: MagentoClient, shop: responses.RequestsMock) -> None:
    answer_as_recorded(shop, "010", "orders/2")

    assert "Magento_Sales::" in read_error(client).message


@pytest.mark.parametrize(
    ("right", "listed"),
    [
        ("Magento_Sales::api_actions", "Sales > Operations > Orders > Actions > Order Save API"),
        ("Magento_Sales::create", "Sales > Operations > Orders > Actions > Create"),
    ],
)
def test_a_refused_confirmation_names_the_right_as_the_shop_does_and_where_to_tick_it(
    client: MagentoClient, shop: responses.RequestsMock, right: str, listed: str
) -> None:
    shop.post(f"{SHOP}/rest/V1/orders", status=401, json=unauthorised(right))

    with pytest.raises(RemoteMisconfigured) as refused:
        client.set_ext_order_id(1, "0004711000")

    assert f"The right needed is {right}" in refused.value.remedy
    assert f"tick {listed} and save" in refused.value.remedy
    assert refused.value.cause_key == f"magento:401:{right}"


@pytest.mark.parametrize("several", ["A::a, Magento_Sales::ship", ["A::a", "Magento_Sales::ship"]])
def test_where_the_shop_names_several_rights_each_is_said(
    client: MagentoClient, shop: responses.RequestsMock, several: object
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", status=401, json=unauthorised(several))

    remedy = read_error(client).remedy

    assert "The rights needed are A::a, Magento_Sales::ship: " in remedy
    assert "tick A::a and Sales > Operations > Orders > Actions > Ship and save" in remedy


def unauthorised(right: object) -> dict[str, object]:
    """The answer of [248-010]."""
    message = "The consumer isn't authorized to access %resources."
    return {"message": message, "parameters": {"resources": right}}


def test_the_right_to_save_orders_is_there_where_an_empty_order_is_refused_as_one(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    answer_as_recorded(shop, "445")

    client.probe_right_to_save_orders()

    [sent] = shop.calls
    assert json.loads(sent.request.body or "") == {"entity": {}}
    [seen] = ledger
    assert (seen.operation, seen.outcome, seen.is_write) == ("POST orders", "refused", False)


def test_the_probe_names_the_right_that_is_missing(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(f"{SHOP}/rest/V1/orders", status=401, json=unauthorised("Magento_Sales::api_actions"))

    with pytest.raises(RemoteMisconfigured) as refused:
        client.probe_right_to_save_orders()

    assert "Order Save API" in refused.value.remedy


def test_a_probe_whose_answer_is_lost_is_no_write_that_may_have_happened(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    shop.post(f"{SHOP}/rest/V1/orders", status=503)
    shop.post(f"{SHOP}/rest/V1/orders", body=requests.exceptions.ReadTimeout())

    for _ in range(2):
        with pytest.raises(RemoteUnavailable) as lost:
            client.probe_right_to_save_orders()
        assert not isinstance(lost.value, OutcomeUnknown)

    assert [(seen.outcome, seen.is_write) for seen in ledger] == [("unavailable", False)] * 2


def test_a_shop_that_takes_an_empty_order_is_told_of(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(f"{SHOP}/rest/V1/orders", json={"entity_id": 7})

    with pytest.raises(UnexpectedRecord, match="took an order that holds nothing"):
        client.probe_right_to_save_orders()


def test_a_refused_write_for_want_of_a_right_was_not_done(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "012", "order/1/ship")

    assert type(write_error(client)) is RemoteMisconfigured


def test_a_signature_method_the_shop_does_not_know_is_an_administrators_case(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "015", "orders/2")

    error = read_error(client)

    assert type(error) is RemoteMisconfigured
    assert "HMAC-SHA1" in error.message


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"message": "No %fieldName here", "parameters": {"fieldName": "qty"}}, "No qty here"),
        ({"message": 'Item "%1" of %2', "parameters": ["A", 7]}, 'Item "A" of 7'),
        ({"message": "%a %ab", "parameters": {"a": "1", "ab": "2"}}, "1 2"),
        ({"message": "%1", "parameters": ["%2", "x"]}, "%2"),
        ({"message": "%1 of %2", "parameters": ["only one"]}, "only one of %2"),
        ({"message": "%list", "parameters": {"list": ["a", None, "b"]}}, "a, , b"),
        ({"message": "50% off", "parameters": []}, "50% off"),
        ({"message": "to %1", "parameters": ["anna@example.test"]}, "to ***"),
        ({"message": "<b>bold</b>\x07"}, "bold"),
        ({"message": ["x"]}, ""),
        ({}, ""),
        ("text", ""),
        (None, ""),
    ],
)
def test_the_placeholders_of_a_message_are_filled_in(body: object, text: str) -> None:
    assert refusal_text(body) == text


def test_a_refusal_with_other_parameters_has_the_same_cause(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    url = f"{SHOP}/rest/V1/orders/2"
    shop.get(url, json={"message": "No %1", "parameters": ["A"]}, status=400)
    shop.get(url, json={"message": "No %1", "parameters": ["B"]}, status=400)

    first, second = read_error(client), read_error(client)

    assert first.cause_key == second.cause_key
    assert first.message != second.message


@pytest.mark.parametrize("number", ["561", "550", "151", "166", "167"])
def test_a_read_a_shop_cannot_answer_now_may_work_later(
    client: MagentoClient, shop: responses.RequestsMock, number: str
) -> None:
    answer_as_recorded(shop, number, "orders/2")

    assert type(read_error(client)) is RemoteUnavailable


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_write_without_a_clean_answer_has_an_unknown_outcome(
    client: MagentoClient, shop: responses.RequestsMock, status: int
) -> None:
    shop.post(f"{SHOP}/rest/V1/order/1/ship", body="<html></html>", status=status)

    assert type(write_error(client)) is OutcomeUnknown


def test_a_proxy_that_asks_to_slow_down_is_heeded(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    url = f"{SHOP}/rest/V1/order/1/ship"
    shop.post(url, body="slow down", status=429, headers={"Retry-After": "30"})

    error = write_error(client)

    assert type(error) is RemoteUnavailable
    assert error.retry_after == 30


@pytest.mark.parametrize("header", ["901", "86400", "9999999", "Wed, 25 Nov 2099 00:00:00 GMT"])
def test_a_pause_is_believed_up_to_a_quarter_of_an_hour(
    client: MagentoClient, shop: responses.RequestsMock, header: str
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", status=503, headers={"Retry-After": header})

    assert read_error(client).retry_after == 15 * 60


@pytest.mark.parametrize("header", ["", "soon", "-5", "9" * 30, "Thu, 99 Foo"])
def test_a_strange_retry_after_is_ignored(
    client: MagentoClient, shop: responses.RequestsMock, header: str
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", status=503, headers={"Retry-After": header})

    assert read_error(client).retry_after is None


@pytest.mark.parametrize(
    ("status", "body", "content_type"),
    [
        (200, "<html>Welcome</html>", "text/html"),
        (200, "", "text/plain"),
        (404, "<html>Not found</html>", "text/html"),
        (404, '{"message": "Request does not match any route."}', "application/json"),
        (403, "<html>Forbidden</html>", "text/html"),
        (400, "<html>Bad request</html>", "text/html"),
        (301, "", "text/html"),
        (302, "", "text/html"),
    ],
)
def test_a_wrong_address_is_said_so(
    client: MagentoClient,
    shop: responses.RequestsMock,
    status: int,
    body: str,
    content_type: str,
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", body=body, status=status, content_type=content_type)

    assert type(read_error(client)) is RemoteMisconfigured


@pytest.mark.parametrize("address", ["", "shop", "ftp://shop", "http://", "http://[", "http://a b"])
def test_an_address_that_is_none_is_said_so(address: str) -> None:
    client = MagentoClient(address, BearerToken("t"))

    assert type(read_error(client)) is RemoteMisconfigured


def test_half_a_json_answer_may_be_whole_the_next_time(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", body='{"entity_id": 2,', content_type="application/json")

    assert type(read_error(client)) is RemoteUnavailable


@pytest.mark.parametrize("body", ["[" * 100_000, "\xff\xfe", '{"a": ' * 50_000])
def test_an_answer_made_to_break_a_parser_is_an_error_like_others(
    client: MagentoClient, shop: responses.RequestsMock, body: str
) -> None:
    shop.get(
        f"{SHOP}/rest/V1/orders/2", body=body.encode("latin-1"), content_type="application/json"
    )

    assert type(read_error(client)) is RemoteUnavailable


@pytest.mark.parametrize(
    "lost",
    [
        requests.exceptions.ReadTimeout("read timed out"),
        requests.exceptions.ConnectionError("Connection aborted."),
        requests.exceptions.ChunkedEncodingError("cut"),
        requests.exceptions.ContentDecodingError("no gzip"),
    ],
)
def test_a_lost_answer_leaves_a_write_unknown_and_a_read_to_be_repeated(
    client: MagentoClient, shop: responses.RequestsMock, lost: Exception
) -> None:
    shop.get(f"{SHOP}/rest/V1/orders/2", body=lost)
    shop.post(f"{SHOP}/rest/V1/order/1/ship", body=lost)

    assert type(read_error(client)) is RemoteUnavailable
    assert type(write_error(client)) is OutcomeUnknown


def test_the_ledger_sees_how_each_call_ended(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    url = f"{SHOP}/rest/V1/order/1/ship"
    shop.post(url, body=requests.exceptions.ReadTimeout())
    shop.post(url, json={"message": "no"}, status=400)
    shop.post(url, status=429)

    for _ in range(3):
        write_error(client)

    assert [seen.outcome for seen in ledger] == ["unknown", "refused", "unavailable"]
    assert ledger[0].answer is None


# ---- real sockets -------------------------------------------------------------------------------
@contextmanager
def silent_server() -> Iterator[int]:
    """A server that reads a request and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def test_a_shop_that_hangs_up_leaves_a_write_unknown() -> None:
    with silent_server() as port:
        client = MagentoClient(f"http://127.0.0.1:{port}", BearerToken("t"))

        assert type(write_error(client)) is OutcomeUnknown


def test_a_write_that_never_left_may_simply_be_repeated() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    client = MagentoClient(f"http://127.0.0.1:{port}", BearerToken("t"))

    error = write_error(client)

    assert type(error) is RemoteUnavailable
    assert error.cause_key == "magento:connect"


def test_a_call_from_the_future_names_the_clock(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "248-019", "orders/2")

    error = read_error(client)

    assert isinstance(error, RemoteMisconfigured)
    assert (error.cause, error.cause.owner) == (ShopCause.CLOCK_AHEAD, Team.ADMINISTRATOR)
    assert "clock is ahead" in error.message
    assert "time server" in error.remedy
