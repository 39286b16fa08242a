"""The client sends nothing that the shop's own Swagger document does not know."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jsonschema
import pytest
import responses

from sync.magento.client import MagentoClient
from sync.magento.parsing import parse_shipment
from sync.magento.records import InvoiceRequest, ShipmentRequest
from tests.magento.recorded import FOLDER, SHOP, answer_body, exchange

NOW = datetime(2026, 11, 23, 10, 35, tzinfo=UTC)
MANY = {number: Decimal(number) / 4 for number in range(1, 251)}
TRACKS = tuple(("dhl", "DHL „Express“ & Söhne", f"JJD{at}") for at in range(30))

Call = Callable[[MagentoClient], Any]
WRITES: list[tuple[str, str, str, Call]] = [
    ("/V1/order/{orderId}/ship", "post", "210", lambda client: client.create_shipment(
        1, ShipmentRequest(MANY, TRACKS, "SAP delivery 0080001234", notify=True))),
    ("/V1/order/{orderId}/ship", "post", "210", lambda client: client.create_shipment(
        1, ShipmentRequest({1: Decimal("1.0000")}, (), "x", notify=False))),
    ("/V1/order/{orderId}/invoice", "post", "320", lambda client: client.create_invoice(
        1, InvoiceRequest(MANY, "SAP billing document 0090001234", notify=True))),
    ("/V1/orders", "post", "430", lambda client: client.set_ext_order_id(1, "0004711000")),
    ("/V1/shipment/track", "post", "270", lambda client: client.add_track(
        parse_shipment(answer_body("208")), "dhl", "DHL", "JJD1")),
    ("/V1/shipment/{id}/emails", "post", "289", lambda client: client.send_shipment_email(1)),
    ("/V1/invoices/{id}/emails", "post", "363", lambda client: client.send_invoice_email(1)),
    ("/V1/shipment/track/{id}", "delete", "279", lambda client: client.delete_track(1)),
]  # fmt: skip
READS: list[tuple[str, Call]] = [
    ("/V1/orders", lambda client: list(client.search_orders(updated_from=NOW))),
    ("/V1/orders", lambda client: list(
        client.search_orders(updated_from=NOW, store_ids={1, 2}, after=(NOW, 7)))),
    ("/V1/orders", lambda client: client.search_orders_by_increment_id("000000001")),
    ("/V1/shipments", lambda client: client.search_shipments(1)),
    ("/V1/invoices", lambda client: client.search_invoices(1)),
]  # fmt: skip
# The shop takes these entities with fewer members than its document requires: they are saved as
# changes, and README "Storing an ERP number" forbids to send any other [430, 270].
CHANGES = ("/V1/orders", "/V1/shipment/track")


@cache
def swagger() -> Any:
    return json.loads((FOLDER / "magento-2.4.7-sales.openapi.json").read_text("utf-8"))


def strict(schema: Any, *, whole: bool) -> Any:
    """The schema with no members but its own allowed, and none required of a change."""
    if isinstance(schema, list):
        return [strict(part, whole=whole) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(part, whole=whole) for name, part in schema.items()}
    if "properties" in schema:
        made["additionalProperties"] = False
        if not whole:
            made.pop("required", None)
    return made


def body_schema(path: str, method: str) -> Any:
    """The strict schema of a body; None where the route takes none."""
    operation = swagger()["paths"][path][method]
    bodies = [p["schema"] for p in operation.get("parameters", []) if p["in"] == "body"]
    if not bodies:
        return None
    whole = {**copy.deepcopy(bodies[0]), "definitions": swagger()["definitions"]}
    return strict(whole, whole=path not in CHANGES)


@pytest.mark.parametrize(("path", "method", "answer", "write"), WRITES)
def test_a_write_sends_only_what_the_schema_allows(
    client: MagentoClient,
    shop: responses.RequestsMock,
    path: str,
    method: str,
    answer: str,
    write: Call,
) -> None:
    route = re.sub(r"\{\w+\}", "1", path)
    shop.add(method.upper(), f"{SHOP}/rest{route}", json=exchange(answer)["response"]["body"])

    write(client)

    sent = shop.calls[-1].request.body
    schema = body_schema(path, method)
    if schema is None:
        assert not sent or sent == b"{}"
        return
    assert isinstance(sent, bytes)
    jsonschema.validate(json.loads(sent), schema, cls=jsonschema.Draft4Validator)


def test_the_strict_schema_refuses_what_the_shop_refuses() -> None:
    body = {"items": [{"order_item_id": 1, "qty": 1, "nonsense": 1}]}

    with pytest.raises(jsonschema.ValidationError, match="nonsense"):
        jsonschema.validate(
            body, body_schema("/V1/order/{orderId}/ship", "post"), cls=jsonschema.Draft4Validator
        )


@pytest.mark.parametrize(("path", "read"), READS)
def test_a_search_sends_only_parameters_the_schema_knows(
    client: MagentoClient, shop: responses.RequestsMock, path: str, read: Call
) -> None:
    shop.get(f"{SHOP}/rest{path}", json={"items": [], "total_count": 0})
    known = {p["name"]: p["type"] for p in swagger()["paths"][path]["get"]["parameters"]}

    read(client)

    for name, value in parse_qsl(urlsplit(str(shop.calls[-1].request.url)).query):
        # Inner names may be snake or camel case [163]; the document shows camel case and index 0.
        camel = re.sub(r"_(\w)", lambda found: found.group(1).upper(), name)
        kind = known[re.sub(r"\[\d+\]", "[0]", camel)]
        assert kind != "integer" or value.isdigit()
