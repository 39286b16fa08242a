"""Billing documents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync.errors import RemoteUnavailable
from sync.reading import Read
from sync.sap.records import SapBillingDocument
from sync.sap.refusals import SapRejected
from tests.sap.builders import a_client
from tests.sap.fake_sap import (
    INTERFACES,
    ABAPApplicationError,
    ABAPRuntimeError,
    CommunicationError,
    FakeSap,
    message,
)

GETLIST = "BAPI_BILLINGDOC_GETLIST"
TABLE = "RFC_READ_TABLE"
WEB = "BAPI_WEBINVOICE_GETDETAIL"
DELIVERIES = "BAPI_DELIVERY_GETLIST"
DELIVERY, BILL = "0080000001", "0090000001"
WIDTHS = {"VBELN": 10, "FKART": 4, "VBTYP": 1, "WAERK": 5, "FKDAT": 8, "ERDAT": 8, "ERZET": 6,
          "KUNRG": 10, "KUNAG": 10, "NETWR": 16, "MWSBK": 14, "FKSTO": 1, "SFAKN": 10,
          "POSNR": 6, "FKIMG": 15, "VRKME": 3, "VGBEL": 10, "VGPOS": 6, "AUBEL": 10, "AUPOS": 6,
          "MATNR": 40, "MWSBP": 15, "FKTYP": 1}  # fmt: skip
VBRK = {"VBELN": BILL, "FKART": "F2", "VBTYP": "M", "WAERK": "EUR", "FKDAT": "20260304",
        "ERDAT": "20260304", "ERZET": "100000", "KUNRG": "0000100009", "KUNAG": "0000100001",
        "NETWR": "39.80", "MWSBK": "7.56", "FKSTO": "", "SFAKN": "0000000000",
        "FKTYP": "L"}  # fmt: skip
VBRP = {"VBELN": BILL, "POSNR": "000010", "FKIMG": "1.000", "VRKME": "ST", "NETWR": "19.90",
        "MWSBP": "3.78", "VGBEL": DELIVERY, "VGPOS": "000010", "AUBEL": "0000004711",
        "AUPOS": "000020", "MATNR": "MAT-1"}  # fmt: skip
LISTED: dict[str, Any] = {
    "SUCCESS": [
        {"REF_DOC": DELIVERY, "REF_DOC_ITEM": "000010", "BILL_DOC": BILL,
         "BILL_DOC_ITEM": "000010", "NET_VALUE": Decimal("39.80"), "TAX_VALUE": Decimal("7.56"),
         "NET_VALUE_ITEM": Decimal("39.80"), "TAX_VALUE_ITEM": Decimal("7.56")},
    ],
    "BILLINGDOCUMENTDETAIL": [
        {"BILLINGDOC": BILL, "BILL_TYPE": "F2", "SD_DOC_CAT": "M", "CURRENCY": "EUR",
         "NET_VALUE": Decimal("39.80"), "TAX_VALUE": Decimal("7.56"), "CANCELLED": ""},
    ],
}  # fmt: skip
WEB_INVOICE: dict[str, Any] = {
    "WEBINVOICEDOCUMENT": {"BILL_DATE": "20260304", "PAYER": "0000100009"},
    "WEBINVOICEITEMS": [
        {"ITEM_NUMBER": "000010", "MATERIAL": "MAT-1", "INV_QTY": Decimal(2), "SALES_UNIT": "ST"},
    ],
}
DELIVERED: dict[str, Any] = {
    "ET_DELIVERY_HEADER": [
        {"VBELN": DELIVERY, "KUNAG": "0000100001", "KOSTK": "C", "WBSTK": "C", "FKSTK": "C"}
    ],
    "ET_DELIVERY_ITEM": [
        {"VBELN": DELIVERY, "POSNR": "000010", "MATNR": "MAT-1", "LFIMG": Decimal(2),
         "VRKME": "ST", "VGBEL": "0000004711", "VGPOS": "000020"},
    ],
}  # fmt: skip


def table_answer(*rows: dict[str, str], lines: tuple[dict[str, str], ...] = ()) -> Any:
    """RFC_READ_TABLE: fixed places, the delimiter between them, blanks on the right stripped.

    VBRP may only be read when ``lines`` are given.
    """
    headers = rows

    def answer(**sent: Any) -> dict[str, Any]:
        is_lines = sent["QUERY_TABLE"] == "VBRP"
        if is_lines and not lines:
            raise ABAPApplicationError("", 5, "NOT_AUTHORIZED")
        rows = lines if is_lines else headers
        names = [field["FIELDNAME"] for field in sent["FIELDS"]]
        fields, offset = [], 0
        for name in names:
            fields.append(
                {"FIELDNAME": name, "OFFSET": f"{offset:06}", "LENGTH": f"{WIDTHS[name]:06}"}
            )
            offset += WIDTHS[name] + 1
        data = ["|".join(row[name].ljust(WIDTHS[name]) for name in names) for row in rows]
        return {"FIELDS": fields, "DATA": [{"WA": line.rstrip()} for line in data]}

    return answer


def a_system(**changes: Any) -> FakeSap:
    return FakeSap(
        {
            GETLIST: LISTED,
            TABLE: table_answer(VBRK),
            WEB: WEB_INVOICE,
            DELIVERIES: DELIVERED,
            **changes,
        }
    )


def read(sap: FakeSap, **options: Any) -> SapBillingDocument:
    client = a_client(sap, **{"reads_tables": True, **options})
    (document,) = client.search_billing_documents(reference_documents=[DELIVERY]).complete()
    return document


def test_a_billing_document_is_complete_with_dates_and_payer() -> None:
    document = read(a_system(), time_zone="Europe/Berlin")

    assert (document.billing_document_number, document.category) == (BILL, "M")
    assert document.billing_date == date(2026, 3, 4)
    assert document.created_at == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert (document.payer, document.sold_to) == ("0000100009", "0000100001")
    assert document.gross_value == Decimal("47.36")
    assert (document.is_cancelled, document.cancels) == (False, "")


def test_a_billed_line_leads_to_delivery_and_order() -> None:
    (item,) = read(a_system()).items

    assert (item.reference_document, item.reference_item) == (DELIVERY, 10)
    assert (item.sap_sales_order_number, item.sap_item_number) == ("0000004711", 20)
    assert (item.material, item.quantity, item.unit) == ("MAT-1", Decimal(2), "ST")
    assert (item.net_value, item.tax_value) == (Decimal("39.80"), Decimal("7.56"))


def test_p0_10_a_billed_batch_split_leads_to_the_order_line_it_was_split_from() -> None:
    split = {**DELIVERED["ET_DELIVERY_ITEM"][0], "POSNR": "900001", "UECHA": "000010",
             "LFIMG": Decimal(1)}  # fmt: skip
    delivered = {**DELIVERED, "ET_DELIVERY_ITEM": [*DELIVERED["ET_DELIVERY_ITEM"], split]}
    listed = {"SUCCESS": [{**LISTED["SUCCESS"][0], "REF_DOC_ITEM": "900001"}]}

    (item,) = read(a_system(**{GETLIST: listed, DELIVERIES: delivered, WEB: {}})).items

    assert (item.sap_sales_order_number, item.sap_item_number) == ("0000004711", 20)
    assert item.quantity == Decimal(1)


def test_a_cancellation_names_what_it_reverses() -> None:
    reversal = {**VBRK, "VBTYP": "N", "SFAKN": "0090000000", "FKSTO": ""}

    document = read(a_system(**{TABLE: table_answer(reversal)}))

    assert (document.category, document.cancels) == ("N", "0090000000")


def test_a_cancelled_document_says_so() -> None:
    assert read(a_system(**{TABLE: table_answer({**VBRK, "FKSTO": "X"})})).is_cancelled


def test_one_document_for_two_references_is_listed_once_with_all_lines() -> None:
    second = [{**LISTED["SUCCESS"][0], "BILL_DOC_ITEM": "000020"}]
    sap = a_system(**{GETLIST: [LISTED, {"SUCCESS": second}]})

    found = (
        a_client(sap)
        .search_billing_documents(reference_documents=[DELIVERY, "80000002"])
        .complete()
    )

    assert [d.billing_document_number for d in found] == [BILL]
    assert [item.item_number for item in found[0].items] == [10, 20]


def test_the_table_read_stays_within_its_line_length_and_asks_in_bulk() -> None:
    rows = [{**LISTED["SUCCESS"][0], "BILL_DOC": f"009{number:07}"} for number in range(60)]
    (detail,) = LISTED["BILLINGDOCUMENTDETAIL"]
    details = [{**detail, "BILLINGDOC": row["BILL_DOC"]} for row in rows]
    listed = {"SUCCESS": rows, "BILLINGDOCUMENTDETAIL": details}
    sap = a_system(**{GETLIST: listed, TABLE: table_answer(), WEB: {}})

    a_client(sap, reads_tables=True).search_billing_documents(reference_documents=[DELIVERY])

    reads = [sent for name, sent in sap.calls if name == TABLE]
    assert [len(sent["OPTIONS"]) for sent in reads] == [50, 10]
    assert all(len(line["TEXT"]) <= 71 for sent in reads for line in sent["OPTIONS"])
    assert reads[0]["OPTIONS"][1]["TEXT"] == "OR VBELN = '0090000001'"


def test_columns_the_table_lacks_are_left_out() -> None:
    calls: list[int] = []

    def answer(**sent: Any) -> Any:
        calls.append(len(sent["FIELDS"]))
        if any(field["FIELDNAME"] == "SFAKN" for field in sent["FIELDS"]):
            raise ABAPApplicationError("", 5, "TABLE_WITHOUT_DATA")
        return table_answer(VBRK)(**sent)

    document = read(a_system(**{TABLE: answer}))

    assert calls == [14, 11, 11]
    assert document.billing_date == date(2026, 3, 4)


FORBIDDEN = [
    ABAPApplicationError("", 5, "NOT_AUTHORIZED"),
    ABAPRuntimeError("", 3, "RFC_NO_AUTHORITY"),
    ABAPApplicationError("", 5, "FU_NOT_FOUND"),
]


@pytest.mark.parametrize("error", FORBIDDEN)
def test_without_table_access_the_list_and_the_web_invoice_must_do(error: Exception) -> None:
    sap = a_system(**{TABLE: error})
    client = a_client(sap)

    (document,) = client.search_billing_documents(reference_documents=[DELIVERY]).complete()

    assert (document.category, document.net_value) == ("M", Decimal("39.80"))
    assert (document.billing_date, document.payer) == (date(2026, 3, 4), "0000100009")
    assert document.items[0].quantity == Decimal(2)
    assert client.is_usable


DETAIL = {"BILLINGDOCUMENTDETAIL": {"SD_DOC_CAT": "M", "BILL_TYPE": "F2", "CURRENCY": "EUR",
                                    "NET_VALUE": "39.80", "TAX_VALUE": "7.56"}}  # fmt: skip


def test_no_table_is_read_unless_it_is_switched_on() -> None:
    sap = a_system(BAPI_BILLINGDOC_GETDETAIL=DETAIL)

    (document,) = a_client(sap).search_billing_documents(reference_documents=[DELIVERY]).complete()

    assert (TABLE in sap.functions, document.category) == (False, "M")


def test_the_table_reader_may_be_a_copy_of_the_customers_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    functions = INTERFACES["functions"]
    monkeypatch.setitem(functions, "Z_READ_TABLE", functions[TABLE])
    sap = a_system(Z_READ_TABLE=table_answer(VBRK))

    document = read(sap, table_reader="Z_READ_TABLE")

    assert "Z_READ_TABLE" in sap.functions
    assert (TABLE in sap.functions, document.category) == (False, "M")


@pytest.mark.parametrize(
    ("told", "billing_type", "category"),
    [("P", "FAZ", "M-P"), ("P", "ZDPR", "M-P"), ("L", "FAZ", "M"), ("", "FAZ", "M-P"),
     ("", "F2", "M")],
)  # fmt: skip
def test_a_down_payment_request_is_told_by_billing_category_else_by_type(
    told: str, billing_type: str, category: str
) -> None:
    row = {**VBRK, "FKTYP": told, "FKART": billing_type}

    assert read(a_system(**{TABLE: table_answer(row)})).category == category


def test_which_types_are_down_payment_requests_is_a_setting() -> None:
    row = {**VBRK, "FKART": "ZAN", "FKTYP": ""}
    sap = a_system(**{TABLE: table_answer(row)})

    assert read(sap, down_payment_types=frozenset({"ZAN"})).category == "M-P"


@pytest.mark.parametrize(
    "answer",
    [
        {"RETURN": message("E", "W1", "001")},
        ABAPApplicationError("", 5, "FU_NOT_FOUND"),
        ABAPRuntimeError("", 3, "RFC_NO_AUTHORITY"),
    ],
)
def test_without_a_web_invoice_the_quantity_is_that_of_the_delivery(answer: Any) -> None:
    (item,) = read(a_system(**{WEB: answer})).items

    assert (item.material, item.quantity, item.unit) == ("MAT-1", Decimal(2), "ST")


def test_a_partial_bill_has_the_quantity_of_its_own_line_not_of_the_delivery() -> None:
    sap = a_system(**{TABLE: table_answer(VBRK, lines=(VBRP,))})

    (item,) = read(sap).items

    assert item.quantity == Decimal(1)
    assert (item.sap_sales_order_number, item.sap_item_number) == ("0000004711", 20)
    assert WEB not in sap.functions


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_a_collective_bill_lists_the_lines_of_other_orders_too(currency: str) -> None:
    other = {**VBRP, "POSNR": "000020", "VGBEL": "0080000009", "AUBEL": "0000004712",
             "NETWR": "100.00", "MWSBP": "19.00"}  # fmt: skip
    table = table_answer({**VBRK, "WAERK": currency}, lines=(VBRP, other))

    _, foreign = read(a_system(**{TABLE: table})).items

    real = {"EUR": "100.00", "JPY": "10000", "KWD": "10.000"}[currency]
    assert (foreign.reference_document, foreign.sap_sales_order_number) == (
        "0080000009",
        "0000004712",
    )
    assert foreign.net_value == Decimal(real)


def test_without_tables_the_web_invoice_shows_the_lines_of_other_orders() -> None:
    line = {"ITEM_NUMBER": "000020", "MATERIAL": "MAT-2", "INV_QTY": Decimal(3),
            "SALES_UNIT": "ST", "NET_VALUE": Decimal(7), "SD_DOC_NUMBER": "0000004712",
            "DOC_ITEM_NUMBER": "000010"}  # fmt: skip
    web = {**WEB_INVOICE, "WEBINVOICEITEMS": [*WEB_INVOICE["WEBINVOICEITEMS"], line]}

    _, foreign = read(a_system(**{WEB: web})).items

    assert (foreign.sap_sales_order_number, foreign.quantity) == ("0000004712", Decimal(3))
    assert foreign.net_value == Decimal(7)


def test_curr_amounts_of_the_table_are_shifted_where_only_the_table_has_them() -> None:
    listed = {"SUCCESS": LISTED["SUCCESS"]}
    table = {**VBRK, "WAERK": "JPY", "NETWR": "100.00", "MWSBK": "10.00-"}

    document = read(a_system(**{GETLIST: listed, TABLE: table_answer(table)}))

    assert (document.net_value, document.tax_value) == (Decimal(10000), Decimal(-1000))


def test_nothing_billed_yet_is_an_empty_list() -> None:
    sap = a_system(**{GETLIST: {"RETURN": message("E", "VF", "041")}})

    assert a_client(sap).search_billing_documents(reference_documents=[DELIVERY]) == Read()
    assert TABLE not in sap.functions


def test_a_refused_list_is_not_an_empty_one() -> None:
    with pytest.raises(SapRejected):
        read(a_system(**{GETLIST: {"RETURN": message("E", "VF", "999")}}))


def test_a_lost_connection_is_not_taken_for_a_missing_authorisation() -> None:
    sap = a_system(**{TABLE: CommunicationError("", 1, "RFC_COMMUNICATION_FAILURE")})

    with pytest.raises(RemoteUnavailable):
        read(sap)
