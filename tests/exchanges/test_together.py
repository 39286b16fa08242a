"""The client and the stand-in shop, which share no code, understand each other.

Every call goes through the whole of both, signatures included; only the network is left out.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from werkzeug.test import Client

from sync.causes.shop import ShopCause
from sync.errors import (
    LogonRefused,
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
)
from sync.magento.auth import AdminLogin, BearerToken, oauth1
from sync.magento.client import MagentoClient
from sync.magento.connections import ShopConnections, new_session
from sync.magento.records import InvoiceRequest, ShipmentRequest
from sync.reading import Read
from sync.sandbox.shop.versions import API_ACTIONS, CREATE, VERSIONS
from tests.magento.recorded import joined
from tests.magento.test_auth import as_text
from tests.sandbox.shop.conftest import CREDENTIALS, Caller

SHOP = "https://shop.example:8443"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
READ_ORDERS = "Magento_Sales::actions_view"
KEYS = oauth1(
    CREDENTIALS.consumer_key,
    CREDENTIALS.consumer_secret,
    CREDENTIALS.access_token,
    CREDENTIALS.access_token_secret,
)


class Wire(HTTPAdapter):
    """Hands requests to the stand-in as a web server would."""

    def __init__(self, app: Any) -> None:
        super().__init__()
        self._http = Client(app)
        self.sent = 0

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        self.sent += 1
        headers = {name: as_text(value) for name, value in request.headers.items()}
        headers.pop("Content-Length", None)
        told = self._http.open(
            str(request.url).removeprefix(SHOP), base_url=SHOP, method=request.method,
            headers=headers, data=request.body or b"",
        )  # fmt: skip
        response = requests.Response()
        response.status_code, response.url = told.status_code, str(request.url)
        response.headers.update(dict(told.headers))
        response.raw = io.BytesIO(told.data)
        response.request, response.connection = request, self
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture(params=VERSIONS)
def wire(request: pytest.FixtureRequest, caller: Caller) -> Wire:
    caller.play_version(request.param)
    return Wire(caller.app)


def client_of(wire: Wire, auth: AuthBase = KEYS, address: str = SHOP) -> MagentoClient:
    session = new_session()
    session.mount("https://", wire)
    return MagentoClient(address, auth, connections=ShopConnections("the shop", lambda: session))


def error_of(call: Callable[[], Any]) -> SyncError:
    with pytest.raises(SyncError) as caught:
        call()
    return caught.value


def lines_of(order: dict[str, Any]) -> dict[int, Decimal]:
    return {item["item_id"]: Decimal(item["qty_ordered"]) for item in order["items"]}


@pytest.mark.parametrize("address", [SHOP, f"{SHOP}/rest/all/V1", f"{SHOP}/rest/de/V1"])
def test_a_signed_client_reads_all_orders(wire: Wire, address: str) -> None:
    found = joined(client_of(wire, address=address).search_orders(updated_from=LONG_AGO))

    assert len(found.complete()) == 63


def test_a_client_ships_invoices_and_finds_both_by_their_markers(
    caller: Caller, wire: Wire
) -> None:
    order, client = caller.place("simple"), client_of(wire)
    number, lines = order["entity_id"], lines_of(order)

    shipment_id = client.create_shipment(
        number, ShipmentRequest(lines, (("dhl", "DHL", "JJD1"),), "SAP delivery 1", notify=True)
    )
    invoice_id = client.create_invoice(number, InvoiceRequest(lines, "SAP billing 1", notify=True))
    client.set_ext_order_id(number, "0004711000")

    [shipment] = client.search_shipments(number).complete()
    [invoice] = client.search_invoices(number).complete()
    assert (shipment.entity_id, shipment.comments) == (shipment_id, ("SAP delivery 1",))
    assert (invoice.entity_id, invoice.comments) == (invoice_id, ("SAP billing 1",))
    assert shipment.email_sent
    assert invoice.email_sent
    after = client.get_order(number)
    assert (after.state, after.ext_order_id) == ("complete", "0004711000")
    assert all(item.qty_shipped == item.qty_ordered for item in after.items)


def test_a_client_adds_and_deletes_a_track_and_sends_the_mail_again(
    caller: Caller, wire: Wire
) -> None:
    order, client = caller.place("simple"), client_of(wire)
    request = ShipmentRequest(lines_of(order), (), "SAP delivery 2", notify=False)
    client.create_shipment(order["entity_id"], request)
    [shipment] = client.search_shipments(order["entity_id"]).complete()

    track = client.add_track(shipment, "ups", "UPS", "1Z")
    assert client.send_shipment_email(shipment.entity_id)
    client.delete_track(track.entity_id)

    [after] = client.search_shipments(order["entity_id"]).complete()
    assert after.tracks == ()
    assert after.email_sent


@pytest.mark.parametrize("maximum", [1, 10, 62])
def test_a_client_finds_all_orders_in_the_pages_the_shop_allows(
    caller: Caller, wire: Wire, maximum: int
) -> None:
    caller.shop.change_settings({"input_limit_enabled": True, "maximum_page_size": maximum})

    found = joined(client_of(wire).search_orders(updated_from=LONG_AGO)).complete()

    assert len({order.entity_id for order in found}) == 63


def test_a_big_shipment_beyond_the_limit_leaves_nothing_behind(caller: Caller, wire: Wire) -> None:
    order, client = caller.place("large"), client_of(wire)
    caller.shop.change_settings({"input_limit_enabled": True})
    request = ShipmentRequest(lines_of(order), (), "SAP delivery 3", notify=False)

    error = error_of(lambda: client.create_shipment(order["entity_id"], request))

    assert error.cause is ShopCause.TOO_MANY_LINES
    assert client.search_shipments(order["entity_id"]) == Read()


def test_a_big_shipment_within_the_limit_goes_out_in_one_piece(caller: Caller, wire: Wire) -> None:
    order, client = caller.place("large"), client_of(wire)
    caller.shop.change_settings({"input_limit_enabled": True, "complex_array_limit": 250})
    request = ShipmentRequest(lines_of(order), (), "SAP delivery 4", notify=False)

    client.create_shipment(order["entity_id"], request)

    [shipment] = client.search_shipments(order["entity_id"]).complete()
    assert len(shipment.items) == 250


def test_an_expired_token_is_renewed_once_and_the_write_is_done_once(
    caller: Caller, wire: Wire
) -> None:
    session = new_session()
    session.mount("https://", wire)
    login = AdminLogin(
        f"{SHOP}/rest/V1/integration/admin/token", "admin", "right-1", session=session
    )
    login._token = caller.app.extensions["shop_gate"].admin_token("admin", "right-1", -1)
    order, client = caller.place("simple"), client_of(wire, login)
    request = ShipmentRequest(lines_of(order), (), "SAP delivery 5", notify=False)

    client.create_shipment(order["entity_id"], request)

    assert wire.sent == 3  # refused, a new token, done
    assert len(client.search_shipments(order["entity_id"]).complete()) == 1


@pytest.mark.parametrize("mode", ["unconfigured", "forced", "configured"])
def test_two_factor_login_is_an_administrators_case_and_asked_for_once(
    caller: Caller, wire: Wire, mode: str
) -> None:
    caller.shop.change_settings({"two_factor": mode})
    session = new_session()
    session.mount("https://", wire)
    url = f"{SHOP}/rest/V1/integration/admin/token"
    client = client_of(wire, AdminLogin(url, "admin", "right-1", session=session))

    errors = [error_of(lambda: client.get_order(1)) for _ in range(3)]

    assert {type(error) for error in errors} == {LogonRefused}
    assert wire.sent == 1
    assert client_of(wire).get_order(1).entity_id == 1


def test_a_missing_right_is_named_and_nothing_is_written(caller: Caller, wire: Wire) -> None:
    caller.shop.change_settings({"integration_rights": READ_ORDERS})
    client = client_of(wire)
    request = ShipmentRequest({3: Decimal(1)}, (), "SAP delivery 6", notify=False)

    assert client.get_order(2).entity_id == 2
    error = error_of(lambda: client.create_shipment(2, request))

    assert type(error) is RemoteMisconfigured
    assert "Magento_Sales::ship" in error.message


def test_the_right_to_write_a_number_has_the_name_it_has_in_the_version(
    caller: Caller, wire: Wire
) -> None:
    needed = {"2.4.7": CREATE, "2.4.8": API_ACTIONS}[caller.shop.version.name]
    other = ({CREATE, API_ACTIONS} - {needed}).pop()
    client = client_of(wire)

    caller.shop.change_settings({"integration_rights": other})
    error = error_of(lambda: client.set_ext_order_id(2, "0004711000"))
    caller.shop.change_settings({"integration_rights": needed})
    client.set_ext_order_id(2, "0004711000")

    assert type(error) is RemoteMisconfigured
    assert needed in error.message
    assert caller.get("orders/2")["ext_order_id"] == "0004711000"


def test_maintenance_leaves_a_read_for_later_and_a_write_unknown(
    caller: Caller, wire: Wire
) -> None:
    caller.shop.change_settings({"maintenance": True})
    client = client_of(wire)

    assert type(error_of(lambda: client.get_order(2))) is RemoteUnavailable
    assert type(error_of(lambda: client.set_ext_order_id(2, "1"))) is OutcomeUnknown


@pytest.mark.parametrize(
    ("auth", "says"),
    [
        (oauth1("c" * 32, "x" * 32, "t" * 32, "u" * 32), "signature is invalid"),
        (oauth1("short", "x", "t" * 32, "u"), "not the correct length"),
        (oauth1("c" * 32, "s" * 32, "x" * 32, "u" * 32), "token does not exist"),
        (BearerToken(CREDENTIALS.access_token), "isn't authorized"),
    ],
)
def test_wrong_credentials_are_an_administrators_case(
    wire: Wire, auth: AuthBase, says: str
) -> None:
    error = error_of(lambda: client_of(wire, auth).get_order(1))

    assert type(error) is RemoteMisconfigured
    assert says in error.message


def test_an_unknown_store_in_the_address_is_an_administrators_case(wire: Wire) -> None:
    client = client_of(wire, address=f"{SHOP}/rest/nowhere/V1")

    assert type(error_of(lambda: client.get_order(1))) is RemoteMisconfigured


def test_a_refusal_of_the_shop_is_a_persons_case(caller: Caller, wire: Wire) -> None:
    order, client = caller.place("simple"), client_of(wire)
    caller.post(f"orders/{order['entity_id']}/hold")
    request = ShipmentRequest(lines_of(order), (), "SAP delivery 7", notify=False)

    error = error_of(lambda: client.create_shipment(order["entity_id"], request))

    assert type(error) is RemoteRejected
    assert "holded" in error.message


def test_the_shop_names_its_stores_and_its_bundles(wire: Wire) -> None:
    client = client_of(wire)

    assert [view.code for view in client.get_store_views()] == ["default", "de", "b2b_en"]
    assert "together" in client.get_bundle_shipment_types(range(1, 40)).values()
    assert client.ping() == "3 store views, 63 orders"
