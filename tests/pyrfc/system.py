"""Which SAP system the suite talks to: ``SAP_RFC_TEST_*`` variables (docs/sap.md)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal

from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapPartner,
    SapSalesOrderRequest,
)

PREFIX = "SAP_RFC_TEST_"
CONNECTION = ("ashost", "sysnr", "mshost", "msserv", "r3name", "group", "saprouter", "client",
              "user", "passwd", "lang", "snc_lib", "snc_partnername", "snc_qop")  # fmt: skip
ORDER = ("ORDER_TYPE", "SALES_ORGANIZATION", "DISTRIBUTION_CHANNEL", "DIVISION", "SOLD_TO",
         "MATERIAL", "UNIT", "CURRENCY", "PRICE_CONDITION")  # fmt: skip


def connection_parameters() -> dict[str, str]:
    """As ``SAP_RFC_PARAMETERS``, from one variable each, such as SAP_RFC_TEST_ASHOST."""
    return {
        name: os.environ[PREFIX + name.upper()]
        for name in CONNECTION
        if os.environ.get(PREFIX + name.upper())
    }


def why_not() -> str:
    """Why the suite cannot run; blank when it can."""
    try:
        from pyrfc import Connection  # noqa: F401 - the class, not the package, is the test
    except ImportError:
        return "pyrfc cannot be imported with its Connection (docs/sap.md says how to install it)"
    if not {"ashost", "mshost"} & set(connection_parameters()):
        return f"no SAP system is named: set {PREFIX}ASHOST, _SYSNR, _CLIENT, _USER, _PASSWD"
    return ""


def missing_order_values() -> list[str]:
    """Variables a dry run needs and that are not set."""
    return [PREFIX + name for name in ORDER if not os.environ.get(PREFIX + name)]


def order_request() -> SapSalesOrderRequest:
    """One piece for 1.00; only ever checked by SAP, never saved."""
    given = {name: os.environ[PREFIX + name] for name in ORDER}
    today = datetime.now(UTC).date()
    return SapSalesOrderRequest(
        customer_reference="PORTAL-DRY-RUN",
        order_type=given["ORDER_TYPE"],
        sales_organization=given["SALES_ORGANIZATION"],
        distribution_channel=given["DISTRIBUTION_CHANNEL"],
        division=given["DIVISION"],
        order_date=today,
        requested_date=today,
        currency=given["CURRENCY"],
        customer_reference_method="",
        shipping_condition="",
        payment_terms="",
        partners=(SapPartner("AG", given["SOLD_TO"]),),
        items=(SapItemRequest(10, given["MATERIAL"], Decimal(1), given["UNIT"], "", "1"),),
        conditions=(
            SapCondition(
                10, given["PRICE_CONDITION"], Decimal("1.00"), given["CURRENCY"],
                unit=given["UNIT"],
            ),
        ),
    )  # fmt: skip
