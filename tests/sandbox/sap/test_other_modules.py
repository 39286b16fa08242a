"""Texts, customers, dictionary, locks on demand, bundles and long material numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from sync.sandbox.sap import Connection, SapSystem, billing, warehouse
from sync.sandbox.sap.billing import BillingRequest
from sync.sandbox.sap.documents import SalesOrder
from sync.sandbox.sap.exceptions import ABAPApplicationError
from sync.sandbox.sap.warehouse import DeliveryRequest

from .conftest import keys, order

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
LINE = ("S-001", "2", "10.00")


def test_header_texts_are_read_back_by_the_padded_number(connection: Connection) -> None:
    text = {"TEXT_ID": "0001", "LANGU_ISO": "EN", "TEXT_LINE": "Leave at the door"}
    number = connection.call(CREATE, ORDER_TEXT=[text], **order(LINE))["SALESDOCUMENT"]
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    answer = connection.call(
        "RFC_READ_TEXT",
        TEXT_LINES=[{"TDOBJECT": "VBBK", "TDNAME": number, "TDID": "0001", "TDSPRAS": "E"}],
    )

    assert [row["TDLINE"] for row in answer["TEXT_LINES"]] == ["Leave at the door"]


def test_the_tracking_text_of_a_delivery_names_carrier_and_number(
    connection: Connection, sap: SapSystem, place: Callable[..., str]
) -> None:
    delivery = warehouse.create_delivery(sap, DeliveryRequest([place(LINE)]))[0]
    warehouse.post_goods_issue(sap, delivery, "UPS", ["1Z1", "1Z2"])

    answer = connection.call(
        "RFC_READ_TEXT", TEXT_LINES=[{"TDOBJECT": "VBBK", "TDNAME": delivery, "TDID": "ZTRK"}]
    )

    assert [row["TDLINE"] for row in answer["TEXT_LINES"]] == ["UPS;1Z1", "UPS;1Z2"]


def test_a_customer_is_found_by_its_padded_number_only(connection: Connection) -> None:
    answers = [
        connection.call("BAPI_CUSTOMER_GETDETAIL2", CUSTOMERNO=number)
        for number in ("0000010001", "10001")
    ]

    assert answers[0]["CUSTOMERADDRESS"]["CITY"] == "Chicago"
    assert answers[1]["RETURN"]["TYPE"] == "E"


def test_the_dictionary_answers_the_release_probe(connection: Connection) -> None:
    answer = connection.call("DDIF_FIELDINFO_GET", TABNAME="LIKP", FIELDNAME="WBSTK")

    assert answer["DFIES_TAB"][0]["DATATYPE"] == "CHAR"
    with pytest.raises(ABAPApplicationError, match="NOT_FOUND"):
        connection.call("DDIF_FIELDINFO_GET", TABNAME="ZNONE")


def test_a_lock_on_demand_strikes_a_change_once(
    connection: Connection, sap: SapSystem, place: Callable[..., str]
) -> None:
    number = place(LINE)
    sap.faults.arm("locked", operation="BAPI_SALESORDER_CHANGE")

    answers = [
        connection.call(
            "BAPI_SALESORDER_CHANGE", SALESDOCUMENT=number, ORDER_HEADER_INX={"UPDATEFLAG": "U"}
        )
        for _ in range(2)
    ]

    assert keys(answers[0]["RETURN"]) == ["E V1 042", "E V4 219"]
    assert keys(answers[1]["RETURN"])[-1] == "S V1 311"


def test_a_component_without_price_is_delivered_and_billed_with_nothing(
    connection: Connection, sap: SapSystem
) -> None:
    parameters = order(("B-FIX", "1", "110.00"), ("S-002", "1", ""))
    parameters["ORDER_ITEMS_IN"][1]["HG_LV_ITEM"] = "000010"
    number = connection.call(CREATE, **parameters)["SALESDOCUMENT"]
    connection.call("BAPI_TRANSACTION_COMMIT", WAIT="X")

    delivery = warehouse.create_delivery(sap, DeliveryRequest([number]))[0]
    warehouse.post_goods_issue(sap, delivery, "", [])
    billed = billing.bill(sap, BillingRequest(deliveries=[delivery]))[0]

    saved = sap.store.get(SalesOrder, number)
    assert saved is not None
    assert [item.item_category for item in saved.items] == ["TAQ", "TANN"]
    values = [item.net_value for item in billing.billing_of(sap, billed).items]
    assert values == [Decimal("110.00"), Decimal("0.00")]


def test_a_long_material_number_goes_into_its_long_field(connection: Connection) -> None:
    parameters = order(("S-001", "1", "5.00"))
    parameters["ORDER_ITEMS_IN"][0] = {
        "ITM_NUMBER": "000010",
        "MATERIAL_LONG": "A-VERY-LONG-MATERIAL-NUMBER-0001",
    }

    assert connection.call(CREATE, **parameters)["SALESDOCUMENT"]


def test_one_collective_billing_document_bills_two_orders(
    sap: SapSystem, place: Callable[..., str]
) -> None:
    numbers = [place(LINE), place(LINE, reference="000000005")]
    delivery = warehouse.create_delivery(sap, DeliveryRequest(numbers))[0]
    warehouse.post_goods_issue(sap, delivery, "", [])

    created = billing.bill(sap, BillingRequest(deliveries=[delivery]))

    document = billing.billing_of(sap, created[0])
    assert len(created) == 1
    assert [item.sales_order for item in document.items] == numbers
