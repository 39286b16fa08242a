"""Returns orders and credit memo requests keep the order's reference and are another category."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.sandbox.sap import Connection, SapSystem, returning, warehouse
from sync.sandbox.sap.autopilot import play_round
from sync.sandbox.sap.warehouse import DeliveryRequest, NotPossible

LINE = ("S-001", "4", "10.00")


@pytest.mark.parametrize(("order_type", "category"), [("RE", "H"), ("G2", "K")])
def test_it_is_listed_beside_its_order_and_read_as_what_it_is(
    sap: SapSystem,
    connection: Connection,
    place: Callable[..., str],
    order_type: str,
    category: str,
) -> None:
    number = place(LINE)
    made = returning.create_from(sap, number, order_type)

    listed = connection.call(
        "BAPI_SALESORDER_GETLIST",
        CUSTOMER_NUMBER=made.sold_to,
        SALES_ORGANIZATION=made.sales_organization,
        PURCHASE_ORDER_NUMBER=made.customer_reference,
    )["SALES_ORDERS"]
    headers = connection.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"HEADER": "X"},
        SALES_DOCUMENTS=[{"VBELN": number}, {"VBELN": made.number}],
    )["ORDER_HEADERS_OUT"]

    assert {row["SD_DOC"] for row in listed} == {number, made.number}
    assert {row["DOC_NUMBER"]: row["SD_DOC_CAT"] for row in headers} == {
        number: "C",
        made.number: category,
    }


def test_it_is_never_delivered_as_an_order(sap: SapSystem, place: Callable[..., str]) -> None:
    made = returning.create_from(sap, place(LINE))

    with pytest.raises(NotPossible, match="only an order is delivered"):
        warehouse.create_delivery(sap, DeliveryRequest([made.number]))
    play_round(sap)

    assert not sap.store.flow(preceding=made.number)


def test_only_its_kinds_are_made_from_an_order(sap: SapSystem, place: Callable[..., str]) -> None:
    with pytest.raises(NotPossible, match="no type of returns"):
        returning.create_from(sap, place(LINE), "TA")
