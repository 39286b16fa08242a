"""Deliveries, picking, goods issue, billing, cancellation, and how SAP tells of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from sync.sandbox.sap import Connection, SapSystem, billing, warehouse
from sync.sandbox.sap.autopilot import play_round
from sync.sandbox.sap.billing import BillingRequest
from sync.sandbox.sap.warehouse import DeliveryRequest, NotPossible

from .conftest import MovingClock

FLAGS = dict.fromkeys(
    (
        "BYPASSING_BUFFER",
        "HEAD_STATUS",
        "HEAD_PARTNER",
        "ITEM",
        "ITEM_STATUS",
        "DOC_FLOW",
        "HU_DATA",
    ),
    "X",
)
LINE = ("S-001", "4", "10.00")
Place = Callable[..., str]


def read(connection: Connection, sales_order: str) -> dict[str, Any]:
    return connection.call(
        "BAPI_DELIVERY_GETLIST",
        IS_DLV_DATA_CONTROL=FLAGS,
        IT_VGBEL=[{"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": sales_order}],
    )


def flow(connection: Connection, sales_order: str) -> list[tuple[str, str]]:
    answer = connection.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"FLOW": "X"},
        SALES_DOCUMENTS=[{"VBELN": sales_order}],
    )
    return [
        (row["DOCCATEGOR"], row["SUBSSDDOC"])
        for row in answer["ORDER_FLOWS_OUT"]
        if row["PRECSDDOC"] == sales_order
    ]


def deliver(sap: SapSystem, number: str, **quantities: Decimal) -> str:
    wanted = {int(key[1:]): value for key, value in quantities.items()}
    return warehouse.create_delivery(sap, DeliveryRequest([number], wanted))[0]


def issue(sap: SapSystem, number: str, *tracking: str) -> str:
    delivery = deliver(sap, number)
    warehouse.post_goods_issue(sap, delivery, "DHL", list(tracking or ["JD01"]))
    return delivery


def test_a_picked_delivery_says_when_in_the_document_flow(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)
    warehouse.pick(sap, deliver(sap, number), {10: Decimal(1)})
    partly = read(connection, number)["ET_DELIVERY_HEADER_STS"][0]["KOSTK"]

    warehouse.pick(sap, read(connection, number)["ET_DELIVERY_HEADER"][0]["VBELN"])

    answer = read(connection, number)
    picks = [row for row in answer["ET_DOCUMENT_FLOW"] if row["VBTYP_N"] == "Q"]
    assert (partly, answer["ET_DELIVERY_HEADER_STS"][0]["KOSTK"]) == ("B", "C")
    assert (picks[0]["ERDAT"], picks[0]["ERZET"]) == ("20260116", "003000")


def test_goods_issue_shows_carrier_and_every_tracking_number(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)

    issue(sap, number, "JD01", "JD02")

    answer = read(connection, number)
    header = answer["ET_DELIVERY_HEADER"][0]
    assert (header["BOLNR"], header["WADAT_IST"]) == ("JD01", "20260116")
    assert [row["EXIDV2"] for row in answer["ET_HU_HEADER"]] == ["JD01", "JD02"]
    assert [row["LIFNR"] for row in answer["ET_DELIVERY_PARTNER"] if row["PARVW"] == "SP"] == [
        "0000070001"
    ]
    assert answer["ET_DELIVERY_HEADER_STS"][0]["WBSTK"] == "C"


def test_goods_issue_can_be_reversed(sap: SapSystem, connection: Connection, place: Place) -> None:
    number = place(LINE)
    delivery = issue(sap, number)

    warehouse.reverse_goods_issue(sap, delivery)

    answer = read(connection, number)
    assert answer["ET_DELIVERY_HEADER_STS"][0]["WBSTK"] == "A"
    assert answer["ET_DELIVERY_HEADER"][0]["WADAT_IST"] == ""


def test_partial_deliveries_leave_the_rest_open(sap: SapSystem, place: Place) -> None:
    number = place(LINE)
    deliver(sap, number, i10=Decimal(1))

    with pytest.raises(NotPossible, match="only 3 open"):
        deliver(sap, number, i10=Decimal("3.5"))

    assert deliver(sap, number)
    with pytest.raises(NotPossible, match="nothing is open"):
        deliver(sap, number)


def test_one_delivery_can_hold_two_orders(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    first, second = place(LINE), place(LINE, reference="000000005")

    created = warehouse.create_delivery(sap, DeliveryRequest([first, second]))

    items = read(connection, second)["ET_DELIVERY_ITEM"]
    assert len(created) == 1
    assert [row["VGBEL"] for row in items] == [first, second]


def test_batch_split_items_point_at_their_main_item(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)

    warehouse.create_delivery(sap, DeliveryRequest([number], split_batches=True))

    items = read(connection, number)["ET_DELIVERY_ITEM"]
    assert [(row["UECHA"], row["LFIMG"]) for row in items] == [
        ("000000", Decimal("0.000")),
        ("000010", Decimal("2.000")),
        ("000010", Decimal("2.000")),
    ]


def test_an_incomplete_order_is_not_delivered(sap: SapSystem, place: Place) -> None:
    number = place(LINE, PMNTTRMS="")

    with pytest.raises(NotPossible, match="incomplete"):
        deliver(sap, number)


def test_a_virtual_line_is_billed_from_the_order(sap: SapSystem, place: Place) -> None:
    number = place(("V-001", "1", "49.00"))

    created = billing.bill(sap, BillingRequest(orders=[number]))

    document = billing.billing_of(sap, created[0])
    assert document.net_value == Decimal("49.00")
    assert document.items[0].reference == number


def test_partial_billing_adds_up_and_freight_is_billed_once(sap: SapSystem, place: Place) -> None:
    number = place(
        ("S-001", "3", "3.3333"), conditions=[{"COND_TYPE": "HD00", "COND_VALUE": Decimal("5.00")}]
    )
    deliveries = [deliver(sap, number, i10=Decimal(1)) for _ in range(3)]

    documents = []
    for delivery in deliveries:
        warehouse.post_goods_issue(sap, delivery, "", [])
        created = billing.bill(sap, BillingRequest(deliveries=[delivery]))
        documents.append(billing.billing_of(sap, created[0]))

    assert sum(d.items[0].net_value for d in documents) == Decimal("10.00")
    assert [d.freight_net for d in documents] == [Decimal("5.00"), 0, 0]


def test_billing_documents_are_found_by_delivery_and_by_order(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)
    delivery = issue(sap, number)
    created = billing.bill(sap, BillingRequest(deliveries=[delivery]))

    found = [
        connection.call(
            "BAPI_BILLINGDOC_GETLIST",
            REFDOCRANGE={"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": reference},
        )
        for reference in (delivery, number)
    ]

    assert [answer["SUCCESS"][0]["BILL_DOC"] for answer in found] == created * 2
    assert found[0]["BILLINGDOCUMENTDETAIL"][0]["NET_VALUE"] == Decimal("40.0000")


def test_a_cancelled_invoice_points_both_ways(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)
    created = billing.bill(sap, BillingRequest(deliveries=[issue(sap, number)]))[0]

    reversal = billing.cancel(sap, created)

    detail = connection.call("BAPI_BILLINGDOC_GETDETAIL", BILLINGDOCUMENT=created)
    rows = connection.call(
        "RFC_READ_TABLE",
        QUERY_TABLE="VBRK",
        DELIMITER="|",
        FIELDS=[{"FIELDNAME": "VBELN"}, {"FIELDNAME": "VBTYP"}, {"FIELDNAME": "SFAKN"}],
        OPTIONS=[{"TEXT": f"VBELN EQ '{reversal}'"}],
    )["DATA"]
    assert detail["BILLINGDOCUMENTDETAIL"]["CANCELLED"] == "X"
    assert [row["WA"].replace(" ", "").split("|") for row in rows] == [[reversal, "N", created]]
    assert ("N", reversal) in flow(connection, number)


def test_a_cancelled_delivery_can_be_billed_again(sap: SapSystem, place: Place) -> None:
    delivery = issue(sap, place(LINE))
    billing.cancel(sap, billing.bill(sap, BillingRequest(deliveries=[delivery]))[0])

    assert billing.bill(sap, BillingRequest(deliveries=[delivery]))


def test_the_web_invoice_is_for_its_partner_only(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    created = billing.bill(sap, BillingRequest(deliveries=[issue(sap, place(LINE))]))[0]

    answers = [
        connection.call(
            "BAPI_WEBINVOICE_GETDETAIL",
            BILLINGDOC=created,
            PARTNER_ROLE="AG",
            PARTNER_NUMBER=partner,
        )
        for partner in ("0000099001", "0000099002")
    ]

    assert answers[0]["WEBINVOICEITEMS"][0]["INV_QTY"] == Decimal("4.000")
    assert [answer["RETURN"]["TYPE"] for answer in answers] == ["", "E"]


DOWNLOAD = ("V-001", "1", "49.00")


def order_status(connection: Connection, number: str) -> tuple[dict[str, str], list[Any]]:
    """The order's status, and that of its items."""
    answer = connection.call(
        "BAPISDORDER_GETDETAILEDLIST",
        I_BAPI_VIEW={"STATUS_H": "X", "STATUS_I": "X"},
        SALES_DOCUMENTS=[{"VBELN": number}],
    )
    return answer["ORDER_STATUSHEADERS_OUT"][0], answer["ORDER_STATUSITEMS_OUT"]


def delivery_status(connection: Connection, order: str) -> list[str]:
    """FKSTK of each delivery of the order."""
    answer = connection.call(
        "BAPI_DELIVERY_GETLIST",
        IS_DLV_DATA_CONTROL={"HEAD_STATUS": "X"},
        IT_VGBEL=[{"SIGN": "I", "OPTION": "EQ", "REF_DOC_LOW": order}],
    )
    return [row["FKSTK"] for row in answer["ET_DELIVERY_HEADER_STS"]]


def test_order_status_follows_its_deliveries(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE)
    billing.bill(sap, BillingRequest(deliveries=[issue(sap, number)]))

    status, _items = order_status(connection, number)

    wanted = ("DLV_STAT_H", "TOTGOODSMV", "OVERALLPIC", "PRC_STAT_H")
    assert [status[name] for name in wanted] == ["C"] * 4
    assert [category for category, _ in flow(connection, number)] == ["J", "Q", "R", "M"]


def test_what_is_billed_by_its_delivery_leaves_every_billing_status_of_the_order_blank(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    """Billing relevance A: only the delivery's own status moves (SAP sheet 13.1)."""
    number = place(LINE)
    delivery = issue(sap, number)
    before = delivery_status(connection, number)
    billing.bill(sap, BillingRequest(deliveries=[delivery]))

    status, (item,) = order_status(connection, number)

    assert (status["BILLINGSTA"], status["BILLSTATUS"]) == ("", "")
    assert (item["BILLSTATIT"], item["BILLSTATHD"]) == ("", "")
    assert (before, delivery_status(connection, number)) == (["A"], ["C"])


def test_what_is_billed_by_the_order_moves_the_order_s_own_billing_status(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    number = place(LINE, DOWNLOAD)
    issue(sap, number)
    before, _items = order_status(connection, number)
    billing.bill(sap, BillingRequest(orders=[number]))

    status, (goods, download) = order_status(connection, number)

    assert (before["BILLINGSTA"], status["BILLINGSTA"]) == ("A", "C")
    assert (goods["BILLSTATIT"], download["BILLSTATIT"]) == ("", "C")
    assert (goods["DLV_STAT_I"], download["DLV_STAT_I"]) == ("C", "")
    assert delivery_status(connection, number) == ["A"]


def test_goods_nobody_bills_have_no_billing_status(
    sap: SapSystem, connection: Connection, place: Place
) -> None:
    sap.customising.item_categories["TAN"] = {
        **sap.customising.item_categories["TAN"],
        "billed": "none",
    }
    number = place(LINE)
    delivery = issue(sap, number)

    assert delivery_status(connection, number) == [""]
    with pytest.raises(NotPossible, match="nothing is open for billing"):
        billing.bill(sap, BillingRequest(deliveries=[delivery]))


def test_the_autopilot_takes_an_order_to_its_invoice(
    sap: SapSystem, connection: Connection, place: Place, clock: MovingClock
) -> None:
    number = place(LINE, DOWNLOAD)

    for _ in range(5):
        play_round(sap)

    categories = [category for category, _ in flow(connection, number)]
    assert sorted(categories) == ["J", "M", "M", "Q", "R"]
