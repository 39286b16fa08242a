"""Sales orders: look up, create and commit, simulate, read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from sync.errors import OutcomeUnknown, RemoteRejected, UnexpectedRecord
from sync.exchanges import Exchange
from sync.sap.client import SapClient
from sync.sap.explanations import Kind
from sync.sap.records import SapCondition, SapItemRequest, SapOrderHeader, SapPartner, SapSalesOrder
from sync.sap.refusals import SapFieldRefused, SapLocked, SapRejected, SapUpdateFailed
from tests.sap.builders import a_client, a_request, an_address
from tests.sap.fake_sap import ABAPApplicationError, CommunicationError, FakeSap, message

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
COMMIT = "BAPI_TRANSACTION_COMMIT"
ROLLBACK = "BAPI_TRANSACTION_ROLLBACK"
GETLIST = "BAPI_SALESORDER_GETLIST"
DETAIL = "BAPISDORDER_GETDETAILEDLIST"
SIMULATE = "BAPI_SALESORDER_SIMULATE"
LOST = CommunicationError("lost", 1, "RFC_COMMUNICATION_FAILURE")
SAVED = {"SALESDOCUMENT": "0000004711", "RETURN": [message("S", "V1", "311", "", "4711")]}


def create_and_commit(client: SapClient) -> None:
    with client.unit_of_work() as unit:
        unit.create_sales_order(a_request())
        unit.commit()


# ---- create and commit -------------------------------------------------------------------------
def test_create_and_commit_share_one_session() -> None:
    sap = FakeSap({CREATE: SAVED})

    with a_client(sap).unit_of_work() as unit:
        created = unit.create_sales_order(a_request())
        unit.commit()

    assert created.sap_sales_order_number == "0000004711"
    assert sap.functions == [CREATE, COMMIT]
    assert sap.sent(COMMIT) == {"WAIT": "X"}
    assert len(sap.connections) == 1


def test_without_a_commit_sap_is_told_to_forget() -> None:
    sap = FakeSap({CREATE: SAVED})

    with a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert sap.functions == [CREATE, ROLLBACK]


def test_p0_01_a_lost_answer_of_the_create_is_unknown_and_nothing_more_is_sent() -> None:
    sap = FakeSap({CREATE: LOST})
    client = a_client(sap)

    with pytest.raises(OutcomeUnknown) as caught, client.unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert caught.value.reference == "100000123"
    assert sap.functions == [CREATE]
    assert not client.is_usable


@pytest.mark.parametrize(
    "error", [LOST, ABAPApplicationError("", 5, "X"), ValueError("unreadable")]
)
def test_p0_01_any_trouble_with_the_commit_is_unknown(error: Exception) -> None:
    sap = FakeSap({CREATE: SAVED, COMMIT: error})
    client = a_client(sap)

    with pytest.raises(OutcomeUnknown):
        create_and_commit(client)

    assert sap.functions == [CREATE, COMMIT]
    assert not client.is_usable


def test_an_update_that_failed_leaves_the_outcome_unknown() -> None:
    sap = FakeSap({CREATE: SAVED, COMMIT: {"RETURN": message("E", "00", "350")}})

    client = a_client(sap)

    with pytest.raises(SapUpdateFailed):
        create_and_commit(client)

    assert not client.is_usable


def test_a_refused_order_says_why_and_is_rolled_back() -> None:
    refusal = [message("E", "V1", "382", "4711"), message("E", "V4", "219")]
    sap = FakeSap({CREATE: {"SALESDOCUMENT": "", "RETURN": refusal}})
    client = a_client(sap)

    with pytest.raises(SapRejected) as caught, client.unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert caught.value.explanation.kind is Kind.MISSING_MASTER_DATA
    assert [m.key for m in caught.value.messages] == ["V1 382", "V4 219"]
    assert sap.functions == [CREATE, ROLLBACK]
    assert client.is_usable


def test_a_locked_document_may_be_tried_again() -> None:
    sap = FakeSap({CREATE: {"RETURN": [message("E", "V1", "042"), message("E", "V4", "219")]}})

    with pytest.raises(SapLocked), a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request())


def test_an_incomplete_order_is_saved_and_told() -> None:
    answer = {"SALESDOCUMENT": "4711", "RETURN": [message("W", "V1", "555")]}
    sap = FakeSap({CREATE: answer})

    with a_client(sap).unit_of_work() as unit:
        created = unit.create_sales_order(a_request())

    assert created.is_incomplete
    assert created.sap_sales_order_number == "0000004711"


def test_success_without_a_number_is_not_believed() -> None:
    sap = FakeSap({CREATE: {"SALESDOCUMENT": "", "RETURN": []}})

    with pytest.raises(UnexpectedRecord), a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert sap.functions == [CREATE, ROLLBACK]


def test_a_failing_rollback_does_not_hide_the_refusal() -> None:
    sap = FakeSap({CREATE: {"RETURN": [message("E", "V1", "382")]}, ROLLBACK: LOST})
    client = a_client(sap)

    with pytest.raises(SapRejected), client.unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert not client.is_usable


def test_what_was_refused_is_never_committed() -> None:
    sap = FakeSap({CREATE: {"RETURN": [message("E", "V1", "382")]}})

    with a_client(sap).unit_of_work() as unit:
        with pytest.raises(SapRejected):
            unit.create_sales_order(a_request())
        with pytest.raises(RuntimeError, match="Nothing was created"):
            unit.commit()

    assert COMMIT not in sap.functions


def test_a_unit_is_not_used_after_its_end() -> None:
    with a_client(FakeSap({CREATE: SAVED})).unit_of_work() as unit:
        unit.create_sales_order(a_request())
        unit.commit()

    with pytest.raises(RuntimeError):
        unit.commit()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"customer_reference": "1" * 36}, "ORDER_HEADER_IN.PURCH_NO_C"),
        ({"order_type": "TOOLONG"}, "ORDER_HEADER_IN.DOC_TYPE"),
        (
            {"items": (SapItemRequest(10, "M", Decimal("1.0001"), "ST", "", ""),)},
            "ORDER_SCHEDULES_IN.REQ_QTY",
        ),
        (
            {"items": (SapItemRequest(10, "M", Decimal(1), "ST", "S" * 41, ""),)},
            "ORDER_ITEMS_IN.SHORT_TEXT",
        ),
        ({"partners": (SapPartner("AG", "1" * 11),)}, "ORDER_PARTNERS.PARTN_NUMB"),
        (
            {"partners": (SapPartner("AG", "1", an_address(name="N" * 41)),)},
            "PARTNERADDRESSES.NAME",
        ),
    ],
)
def test_a_value_too_long_for_its_field_is_never_sent(changes: dict[str, Any], field: str) -> None:
    sap = FakeSap({CREATE: SAVED})

    with pytest.raises(SapFieldRefused) as caught, a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request(**changes))

    assert caught.value.field == f"{CREATE}.{field}"
    assert CREATE not in sap.functions


def test_amounts_are_sent_as_exact_plain_text() -> None:
    sap = FakeSap({CREATE: SAVED})

    with a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert sap.sent(CREATE)["ORDER_CONDITIONS_IN"][0]["COND_VALUE"] == "19.900000000"
    assert sap.sent(CREATE)["ORDER_SCHEDULES_IN"][0]["REQ_QTY"] == "2.000"


def test_the_ledger_keeps_no_personal_data() -> None:
    seen: list[Exchange] = []
    partners = (SapPartner("AG", "CPD", an_address(email="erika@example.com")),)

    with a_client(FakeSap({CREATE: SAVED}), seen).unit_of_work() as unit:
        unit.create_sales_order(
            a_request(partners=partners, texts=((0, "0001", "Bitte klingeln"),), language_iso="DE")
        )

    kept = str([(exchange.request, exchange.answer) for exchange in seen])
    for personal in ("Erika", "Heidestr", "Köln", "erika@", "0221", "klingeln"):
        assert personal not in kept
    assert "000000000000004711" in kept


# ---- look-up -----------------------------------------------------------------------------------
def a_hit(document: str, reference: str, item: str = "000010") -> dict[str, Any]:
    return {
        "SD_DOC": document,
        "ITM_NUMBER": item,
        "PURCH_NO": reference[:20],
        "PURCH_NO_C": reference,
        "CREATION_DATE": "20260301",
    }


def look_up(sap: FakeSap, reference: str = "100000123", **options: Any) -> list[SapOrderHeader]:
    return a_client(sap, **options).search_sales_orders(
        reference, sold_to="100001", sales_organization="1000", created_from=date(2026, 2, 1)
    )


def test_p0_02_the_look_up_lists_each_document_once() -> None:
    rows = [a_hit("0000004711", "100000123", item) for item in ("000010", "000020")]
    rows.append(a_hit("0000004712", "100000123"))

    found = look_up(FakeSap({GETLIST: {"SALES_ORDERS": rows}}))

    assert [hit.sap_sales_order_number for hit in found] == ["0000004711", "0000004712"]
    assert found[0].created_date == date(2026, 3, 1)


def test_the_look_up_asks_by_the_long_reference_and_a_date() -> None:
    sap = FakeSap()

    look_up(sap, " web-1 ")

    assert sap.sent(GETLIST) == {
        "CUSTOMER_NUMBER": "0000100001",
        "SALES_ORGANIZATION": "1000",
        "PURCHASE_ORDER_NUMBER": "WEB-1",
        "DOCUMENT_DATE": "20260201",
    }


def test_the_look_up_falls_back_to_the_short_reference_on_old_systems() -> None:
    reference = "A" * 20 + "REST"
    row = {"SD_DOC": "0000004711", "PURCH_NO": "A" * 20}
    sap = FakeSap({GETLIST: {"SALES_ORDERS": [row]}}, missing={"PURCHASE_ORDER_NUMBER"})

    found = look_up(sap, reference)

    assert sap.sent(GETLIST)["PURCHASE_ORDER"] == "A" * 20
    assert [hit.sap_sales_order_number for hit in found] == ["0000004711"]


def test_a_system_that_fills_the_short_reference_alone_is_understood() -> None:
    hit = a_hit("0000004711", "100000123") | {"PURCH_NO_C": ""}

    assert len(look_up(FakeSap({GETLIST: {"SALES_ORDERS": [hit]}}))) == 1


def test_half_a_reference_is_neither_a_hit_nor_none() -> None:
    hit = a_hit("0000004711", "A" * 24) | {"PURCH_NO_C": ""}

    with pytest.raises(UnexpectedRecord, match="without its customer reference"):
        look_up(FakeSap({GETLIST: {"SALES_ORDERS": [hit]}}), "A" * 24)


@pytest.mark.parametrize("other", ["1000001234", "10000012", "X100000123"])
def test_the_look_up_takes_exact_hits_only(other: str) -> None:
    sap = FakeSap({GETLIST: {"SALES_ORDERS": [a_hit("0000004711", other)]}})

    assert look_up(sap) == []


def test_case_and_blanks_do_not_hide_a_hit() -> None:
    sap = FakeSap({GETLIST: {"SALES_ORDERS": [a_hit("0000004711", " web-1 ")]}})

    assert len(look_up(sap, "WEB-1")) == 1


def test_a_look_up_that_failed_is_not_an_empty_one() -> None:
    answer = {"SALES_ORDERS": [], "RETURN": {"TYPE": "E", "CODE": "VP199", "MESSAGE": "x"}}

    with pytest.raises(RemoteRejected):
        look_up(FakeSap({GETLIST: answer}))


def test_a_message_known_to_mean_nothing_found_is_an_empty_look_up() -> None:
    answer = {"SALES_ORDERS": [], "RETURN": {"TYPE": "E", "CODE": "ZZ001", "MESSAGE": "x"}}
    sap = FakeSap({GETLIST: answer})

    assert look_up(sap, nothing_found_messages=frozenset({"ZZ 001"})) == []


def test_a_look_up_without_a_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="customer reference"):
        look_up(FakeSap(), " ")


# ---- read --------------------------------------------------------------------------------------
DETAILS: dict[str, Any] = {
    "ORDER_HEADERS_OUT": [
        {"DOC_NUMBER": "0000004711", "DOC_TYPE": "TA", "SALES_ORG": "1000", "CURRENCY": "JPY",
         "NET_VAL_HD": Decimal("1000.000000000"), "REC_DATE": "20260301", "PURCH_NO": "SHORT",
         "SOLD_TO": "0000100001"},
    ],
    "ORDER_ITEMS_OUT": [
        {"DOC_NUMBER": "0000004711", "ITM_NUMBER": "000010", "MATERIAL": "000000000000004711",
         "REQ_QTY": Decimal("2.000"), "SALES_UNIT": "ST", "NET_VALUE": Decimal(1000),
         "PO_ITM_NO": "000042", "REA_FOR_RE": "", "HG_LV_ITEM": "000000"},
    ],
    "ORDER_BUSINESS_OUT": [
        {"SD_DOC": "0000004711", "ITM_NUMBER": "000010", "PURCH_NO_C": "OF THE ITEM"},
        {"SD_DOC": "0000004711", "ITM_NUMBER": "000000", "PURCH_NO_C": "100000123"},
    ],
    "ORDER_STATUSHEADERS_OUT": [
        {"SD_DOC": "0000004711", "DLV_STAT_H": "B", "BILLINGSTA": "A", "PRC_STAT_H": "B",
         "OVERALLREJ": "A", "TOTINCOMPL": "C", "TOTINCOMIT": "C"},
    ],
    "ORDER_CONDITIONS_OUT": [
        {"SD_DOC": "0000004711", "ITM_NUMBER": "000010", "COND_TYPE": "PR00", "CURRENCY": "JPY",
         "COND_VALUE": Decimal(500), "COND_P_UNT": Decimal(1), "CONDVALUE": Decimal(1000)},
        {"SD_DOC": "0000004711", "ITM_NUMBER": "000010", "COND_TYPE": "OLD", "CONDISACTI": "X"},
        {"SD_DOC": "0000004711", "ITM_NUMBER": "000010", "COND_TYPE": "MWST", "CALCTYPCON": "A",
         "COND_VALUE": Decimal(190), "COND_P_UNT": Decimal(0)},
    ],
    "ORDER_FLOWS_OUT": [
        {"SD_DOC": "0000004711", "PRECSDDOC": "0000004711", "PREDITDOC": "000010",
         "SUBSSDDOC": "0080000001", "SUBSITDOC": "000010", "DOCCATEGOR": "J",
         "REF_QTY": Decimal(1), "CREAT_DATE": "20260302", "REC_TIME": "090000"},
    ],
}  # fmt: skip


def test_an_order_is_read_with_all_its_parts() -> None:
    sap = FakeSap({DETAIL: DETAILS})

    (order,) = a_client(sap, time_zone="Europe/Berlin").get_sales_orders(["4711"]).complete()

    assert sap.sent(DETAIL)["SALES_DOCUMENTS"] == [{"VBELN": "0000004711"}]
    assert order.customer_reference == "100000123"
    assert (order.delivery_status, order.billing_status, order.overall_status) == ("B", "A", "B")
    assert order.net_value == Decimal(1000)
    assert not order.is_incomplete
    (item,) = order.items
    assert (item.material, item.quantity, item.customer_item_number) == ("4711", Decimal(2), "42")
    (link,) = order.flow
    assert (link.subsequent_document, link.category) == ("0080000001", "J")
    assert link.created_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize("told", ["A", "B", "", None])
def test_how_a_line_is_billed_is_read_and_not_told_is_not_blank(told: str | None) -> None:
    (item,) = DETAILS["ORDER_ITEMS_OUT"]
    item = item if told is None else {**item, "REL_FOR_BI": told}
    sap = FakeSap({DETAIL: {**DETAILS, "ORDER_ITEMS_OUT": [item]}})

    (order,) = a_client(sap).get_sales_orders(["4711"]).complete()

    assert [one.billing_relevance for one in order.items] == [told]


def test_inactive_conditions_are_left_out_and_percentages_marked() -> None:
    (order,) = a_client(FakeSap({DETAIL: DETAILS})).get_sales_orders(["4711"]).complete()

    price, tax = order.conditions
    assert (price.condition_type, price.value, price.amount) == (
        "PR00",
        Decimal(500),
        Decimal(1000),
    )
    assert (tax.is_percentage, tax.per) == (True, 1)


@pytest.mark.parametrize(("at_once", "expected"), [(200, [200, 50]), (100, [100, 100, 50])])
def test_orders_are_read_so_many_at_a_time(at_once: int, expected: list[int]) -> None:
    sap = FakeSap()
    client = a_client(sap, documents_per_read=at_once)

    client.get_sales_orders([str(number) for number in range(1, 251)])

    sizes = [len(parameters["SALES_DOCUMENTS"]) for _, parameters in sap.calls]
    assert sizes == expected


def with_statuses(**statuses: str) -> SapSalesOrder:
    (told,) = DETAILS["ORDER_STATUSHEADERS_OUT"]
    answer = {**DETAILS, "ORDER_STATUSHEADERS_OUT": [{**told, **statuses}]}
    (order,) = a_client(FakeSap({DETAIL: answer})).get_sales_orders(["4711"]).complete()
    return order


@pytest.mark.parametrize(("status", "expected"), [("A", True), ("B", True), ("C", False)])
def test_an_order_that_is_incomplete_says_so(status: str, expected: bool) -> None:
    assert with_statuses(TOTINCOMPL=status).is_incomplete is expected


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("TOTINCOMPL", "general"), ("TOTINCOMIT", "delivery"), ("TOTINCOMBI", "billing"),
        ("GENINCOMHD", "general"), ("HDIMCOMDEL", "delivery"), ("HDINCOMBIL", "billing"),
        ("DOCIMCOMPR", "pricing"), ("TOTINCOMI1", "picking"), ("HDINCOMPL1", "picking"),
        ("TOTINCOMI", "packing"), ("HDINCOMPL", "packing"), ("TOTINCOMI2", "goods issue"),
        ("HDINCOMPL2", "goods issue"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_for_header_and_items_by_kind_of_work(
    field: str, kind: str
) -> None:
    order = with_statuses(**{"TOTINCOMPL": "C", field: "A"})

    assert (order.is_incomplete, order.incomplete_for) == (True, (kind,))


@pytest.mark.parametrize(
    ("field", "block"),
    [("TOTSTATCCH", "credit"), ("TODELBLOST", "delivery"), ("TOBILBLOST", "billing")],
)
@pytest.mark.parametrize(
    ("status", "is_set"), [("B", True), ("C", True), ("", False), ("A", False), ("D", False)]
)
def test_a_block_is_read_with_its_order(field: str, block: str, status: str, is_set: bool) -> None:
    assert with_statuses(**{field: status}).blocks == ((block,) if is_set else ())


# ---- simulate ----------------------------------------------------------------------------------
def test_a_dry_run_saves_nothing_and_tells_saps_prices() -> None:
    items = [{"ITM_NUMBER": "000010", "MATERIAL": "000000000000004711", "REQ_QTY": Decimal(2),
              "NET_VALUE": "000000000003980", "NET_VALUE1": Decimal("39.80")}]  # fmt: skip
    sap = FakeSap({SIMULATE: {"ORDER_ITEMS_OUT": items, "RETURN": {}}})

    simulation = a_client(sap).simulate_sales_order(a_request())

    assert sap.sent(CREATE)["TESTRUN"] == "X"
    assert COMMIT not in sap.functions
    assert simulation.net_value == Decimal("39.80")
    assert sap.sent(SIMULATE)["ORDER_ITEMS_IN"][0]["REQ_QTY"] == "0000000002000"


@pytest.mark.parametrize(
    ("currency", "told"), [("EUR", "39.80"), ("JPY", "3980"), ("KRW", "3980"), ("KWD", "3.980")]
)
def test_a_dry_run_reads_digits_with_implied_decimals_where_there_is_nothing_else(
    currency: str, told: str
) -> None:
    items = [{"ITM_NUMBER": "000010", "NET_VALUE": "000000000003980"}]
    sap = FakeSap({SIMULATE: {"ORDER_ITEMS_OUT": items, "RETURN": {}}})

    simulation = a_client(sap).simulate_sales_order(a_request(currency=currency))

    assert simulation.net_value == Decimal(told)


def test_a_dry_run_sends_our_prices_along() -> None:
    sap = FakeSap()

    a_client(sap).simulate_sales_order(a_request())

    item = sap.sent(SIMULATE)["ORDER_ITEMS_IN"][0]
    assert (item["COND_TYPE"], item["COND_VAL1"]) == ("PR00", "19.9000")
    assert (item["COND_P_UNT"], item["COND_D_UNT"]) == ("00001", "ST")


def test_a_dry_run_sends_freight_and_each_discount_in_its_own_currency() -> None:
    sap = FakeSap()
    conditions = (
        SapCondition(10, "PR00", Decimal("19.90"), "EUR", unit="PCE"),
        SapCondition(10, "ZDIS", Decimal("-1.80"), "EUR", is_fixed_amount=True),
        SapCondition(0, "HD00", Decimal("5.00"), "EUR", is_fixed_amount=True),
    )

    a_client(sap).simulate_sales_order(a_request(conditions=conditions))

    item, header = sap.sent(SIMULATE)["ORDER_ITEMS_IN"][0], sap.sent(SIMULATE)["ORDER_HEADER_IN"]
    assert item["COND_D_UNT"] == "ST"
    assert (item["CD_TYPE2"], item["CD_VALUE2"], item["CD_CURR2"]) == ("ZDIS", "-1.8000", "EUR")
    assert (header["CD_TYPE1"], header["CD_VALUE1"]) == ("HD00", "5.0000")


@pytest.mark.parametrize("email", ["", "erika@example.com"])
def test_a_dry_run_knows_the_address_of_a_one_time_customer(email: str) -> None:
    sap = FakeSap()
    partners = (SapPartner("AG", "CPD", an_address(email=email)),)

    a_client(sap).simulate_sales_order(a_request(partners=partners))

    sent = sap.sent(SIMULATE)
    assert bool(sent.get("PARTNERADDRESSES")) is bool(email)
    assert sent["ORDER_PARTNERS"][0].get("COUNTRY_ISO") == (None if email else "DE")


def test_a_dry_run_shows_a_refusal_instead_of_failing() -> None:
    sap = FakeSap({CREATE: {"RETURN": [message("E", "V1", "382")]}})

    simulation = a_client(sap).simulate_sales_order(a_request())

    assert [m.key for m in simulation.messages] == ["V1 382"]
    assert simulation.net_value is None


def test_a_dry_run_goes_on_without_prices_where_sap_cannot_simulate() -> None:
    sap = FakeSap(missing={SIMULATE})

    simulation = a_client(sap).simulate_sales_order(a_request())

    assert (simulation.net_value, simulation.items) == (None, ())


# ---- the rest of the client --------------------------------------------------------------------
def test_a_ping_names_the_system() -> None:
    info = {"RFCSYSID": "PRD", "RFCSAPRL": "758", "RFCHOST": "sap01"}
    sap = FakeSap({"RFC_SYSTEM_INFO": {"RFCSI_EXPORT": info}})

    assert a_client(sap).ping() == "SAP system PRD, release 758, host sap01"


def test_a_closed_client_is_spent() -> None:
    sap = FakeSap()
    client = a_client(sap)
    client.ping()

    client.close()

    assert not client.is_usable
    assert sap.connections[0].is_closed
