"""Ready-made requests and clients for the SAP tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sync.exchanges import SENT, Exchange
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from sync.sap.records import (
    SapAddress,
    SapCondition,
    SapItemRequest,
    SapPartner,
    SapSalesOrderRequest,
)
from tests.sap.fake_sap import FakeSap

PARAMETERS = {"ashost": "sap", "sysnr": "00", "client": "100", "user": "PORTAL", "passwd": "x"}


def an_address(**changes: Any) -> SapAddress:
    address = SapAddress(
        name="Erika Mustermann",
        name_2="",
        street="Heidestr. 17",
        postal_code="51147",
        city="Köln",
        region="NW",
        country_iso="DE",
        telephone="0221 1234",
        email="",
        language_iso="DE",
    )
    return replace(address, **changes)


def a_request(**changes: Any) -> SapSalesOrderRequest:
    request = SapSalesOrderRequest(
        customer_reference="100000123",
        order_type="TA",
        sales_organization="1000",
        distribution_channel="10",
        division="00",
        order_date=date(2026, 3, 1),
        requested_date=date(2026, 3, 4),
        currency="EUR",
        customer_reference_method="WEB",
        shipping_condition="01",
        payment_terms="0001",
        partners=(SapPartner("AG", "100001"),),
        items=(SapItemRequest(10, "4711", Decimal("2"), "ST", "A thing", "42"),),
        conditions=(SapCondition(10, "PR00", Decimal("19.90"), "EUR", unit="ST"),),
    )
    return replace(request, **changes)


def a_client(sap: FakeSap, seen: list[Exchange] | None = None, **options: Any) -> SapClient:
    observed = seen if seen is not None else []

    def keep(exchange: Exchange) -> None:
        if exchange.outcome != SENT:  # told again once it has ended
            observed.append(exchange)

    return SapClient(sap.connect, PARAMETERS, SapOptions(**options), observe=keep)
