"""Writing to a shop: what is sent, and what is never sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import responses

from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteMisconfigured, RemoteRejected
from sync.exchanges import Exchange
from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_shipment
from sync.magento.records import InvoiceRequest, ShipmentRequest
from tests.magento.recorded import FOLDER, SHOP, answer_as_recorded, answer_body, exchange

SHIP = ShipmentRequest(
    quantities={540: Decimal(2), 541: Decimal("1.5000")},
    tracks=(("custom", "Blue Dart", "BD-0001"), ("dhl", "DHL", "JJD1")),
    marker="SAP delivery 0080001234",
    notify=True,
)
INVOICE = InvoiceRequest({575: Decimal(1)}, "SAP billing document 0090001234", notify=True)


def sent(shop: responses.RequestsMock) -> Any:
    body = shop.calls[-1].request.body
    assert isinstance(body, bytes)
    return json.loads(body)


def swagger_schema(path: str) -> dict[str, Any]:
    document = json.loads((FOLDER / "magento-2.4.7-sales.openapi.json").read_text("utf-8"))
    [body] = [p for p in document["paths"][path]["post"]["parameters"] if p["in"] == "body"]
    return {**body["schema"], "definitions": document["definitions"]}


def test_a_shipment_is_created_with_tracks_and_an_internal_marker(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "210")
    recorded = exchange("210")
    order_id = int(recorded["request"]["path"].split("/")[4])

    entity_id = client.create_shipment(order_id, SHIP)

    assert entity_id == int(recorded["response"]["body"])
    assert sent(shop) == {
        "items": [{"order_item_id": 540, "qty": 2}, {"order_item_id": 541, "qty": 1.5}],
        "notify": True,
        "tracks": [
            {"track_number": "BD-0001", "title": "Blue Dart", "carrier_code": "custom"},
            {"track_number": "JJD1", "title": "DHL", "carrier_code": "dhl"},
        ],
        "appendComment": False,
        "comment": {"comment": "SAP delivery 0080001234", "is_visible_on_front": 0},
    }


@pytest.mark.parametrize(
    ("path", "write"),
    [
        ("/V1/order/{orderId}/ship", lambda client: client.create_shipment(1, SHIP)),
        (
            "/V1/order/{orderId}/ship",
            lambda client: client.create_shipment(1, replace(SHIP, source_code="east")),
        ),
        ("/V1/order/{orderId}/invoice", lambda client: client.create_invoice(1, INVOICE)),
    ],
)
def test_what_is_sent_is_what_the_shops_own_schema_asks_for(
    client: MagentoClient,
    shop: responses.RequestsMock,
    path: str,
    write: Callable[[MagentoClient], Any],
) -> None:
    shop.post(f"{SHOP}/rest/V1/order/1/ship", json="40")
    shop.post(f"{SHOP}/rest/V1/order/1/invoice", json="41")

    write(client)

    jsonschema.validate(sent(shop), swagger_schema(path), cls=jsonschema.Draft4Validator)


def test_an_invoice_is_created_without_capturing(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.post(f"{SHOP}/rest/V1/order/9/invoice", json="12")

    assert client.create_invoice(9, INVOICE) == 12
    assert sent(shop)["capture"] is False
    assert sent(shop)["items"] == [{"order_item_id": 575, "qty": 1}]


def test_only_the_two_members_are_sent_with_an_erp_number(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "430")

    client.set_ext_order_id(59, "0004711000")

    assert sent(shop) == exchange("430")["request"]["body"]


@pytest.mark.parametrize("number", ["", "1" * 33])
def test_an_erp_number_that_would_be_cut_is_not_sent(client: MagentoClient, number: str) -> None:
    with pytest.raises(ValueError, match="1 to 32"):
        client.set_ext_order_id(59, number)


def request_of(**changes: Any) -> ShipmentRequest:
    values: dict[str, Any] = {
        "quantities": {1: Decimal(1)}, "tracks": (), "marker": "SAP delivery 1", "notify": False,
    }  # fmt: skip
    return ShipmentRequest(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"quantities": {}},
        {"quantities": {1: Decimal(0)}},
        {"quantities": {1: Decimal(-1)}},
        {"marker": ""},
        {"tracks": (("", "DHL", "1"),)},
        {"tracks": (("dhl", "DHL", ""),)},
    ],
)
def test_a_shipment_the_shop_would_misread_is_never_sent(
    client: MagentoClient, shop: responses.RequestsMock, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"."):
        client.create_shipment(1, request_of(**changes))

    assert len(shop.calls) == 0


def test_a_refused_shipment_says_why(client: MagentoClient, shop: responses.RequestsMock) -> None:
    answer_as_recorded(shop, "203", "order/1/ship")

    with pytest.raises(RemoteRejected, match="Shipment Document Validation Error"):
        client.create_shipment(1, SHIP)


@pytest.mark.parametrize("answer", [None, True, 0, -3, "", "abc", [], {}, 1.5])
def test_a_write_whose_answer_names_nothing_has_an_unknown_outcome(
    client: MagentoClient, shop: responses.RequestsMock, answer: Any
) -> None:
    shop.post(f"{SHOP}/rest/V1/order/1/ship", json=answer)

    with pytest.raises(OutcomeUnknown):
        client.create_shipment(1, SHIP)


def test_a_track_is_sent_with_the_five_members_that_are_enough(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "270")
    shipment = replace(parse_shipment(answer_body("208")), entity_id=25, order_id=41)

    client.add_track(shipment, "dhl", "DHL Express", "JJD000390007834567")

    assert sent(shop) == exchange("270")["request"]["body"]


def test_a_track_is_added_and_taken_away(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "270")
    answer_as_recorded(shop, "279")
    shipment = parse_shipment(answer_body("208"))

    track = client.add_track(shipment, "dhl", "DHL Express", "JJD000390007834567")
    client.delete_track(int(exchange("279")["request"]["path"].split("/")[-1]))

    assert (track.entity_id, track.track_number) == (8, "JJD000390007834567")
    assert shop.calls[1].request.method == "DELETE"


@pytest.mark.parametrize(("number", "said"), [("363", True), ("817", False)])
def test_the_shops_word_about_an_invoice_mail_is_handed_on(
    client: MagentoClient, shop: responses.RequestsMock, number: str, said: bool
) -> None:
    answer_as_recorded(shop, number)
    invoice_id = int(exchange(number)["request"]["path"].split("/")[-2])

    assert client.send_invoice_email(invoice_id) is said


def test_a_comment_of_an_invoice_tells_nobody(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "371")

    client.add_invoice_comment(2, "SAP billing document 0090001234")

    assert sent(shop) == exchange("371")["request"]["body"]


def test_a_shipment_mail_is_sent_again(client: MagentoClient, shop: responses.RequestsMock) -> None:
    answer_as_recorded(shop, "289")
    shipment_id = int(exchange("289")["request"]["path"].split("/")[-2])

    assert client.send_shipment_email(shipment_id) is True


def test_the_ledger_sees_a_write_with_what_came_back(
    client: MagentoClient, shop: responses.RequestsMock, ledger: list[Exchange]
) -> None:
    shop.post(f"{SHOP}/rest/V1/order/1/ship", json="40")

    client.create_shipment(1, SHIP)

    [seen] = ledger
    assert (seen.operation, seen.outcome, seen.is_write) == ("POST order/1/ship", "ok", True)
    assert seen.answer == {"status": 200, "body": "40"}
    assert seen.request["tracks"][0]["track_number"] == "BD-0001"


def test_a_document_longer_than_the_shop_takes_is_refused_and_never_split(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    answer_as_recorded(shop, "560", "order/4/ship")
    request = replace(SHIP, quantities={number: Decimal(1) for number in range(1, 22)})

    with pytest.raises(RemoteMisconfigured) as caught:
        client.create_shipment(4, request)

    assert caught.value.cause is ShopCause.TOO_MANY_LINES
    assert "at most 20 lines or parcels" in caught.value.message
    assert len(shop.calls) == 1


def test_a_limit_the_shop_does_not_name_is_not_called_nought(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    refusal = {"message": exchange("560")["response"]["body"]["message"]}
    shop.post(f"{SHOP}/rest/V1/order/4/ship", json=refusal, status=400)

    with pytest.raises(RemoteMisconfigured, match="only a limited number of lines"):
        client.create_shipment(4, SHIP)
