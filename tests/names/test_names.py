"""Codes of shop and SAP by the names people know; what has none is quoted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.mapping_tables import MappingTable, MissingEntry
from sync.models.steps import Step
from sync.names import calls, sap, shop
from sync.sap import functions
from sync.translate.sap_values import TRACKING_SOURCES


@pytest.mark.parametrize(
    ("method", "title", "name"),
    [
        ("checkmo", "Check / Money order", "Check / Money order"),
        ("checkmo", "", "Check or money order"),
        ("acme_pay", "", "“acme_pay”"),
        ("", "", ""),
    ],
)
def test_a_payment_method_is_called_as_the_shop_calls_it(
    method: str, title: str, name: str
) -> None:
    assert shop.payment_name(method, title) == name


@pytest.mark.parametrize(
    ("method", "description", "name"),
    [
        ("flatrate_flatrate", "Flat Rate - Fixed", "Flat Rate - Fixed"),
        ("flatrate_flatrate", "", "Flat rate"),
        ("acme_next_day", "", "“acme_next_day”"),
        ("", "", ""),
    ],
)
def test_a_shipping_method_is_called_as_the_shop_calls_it(
    method: str, description: str, name: str
) -> None:
    assert shop.shipping_name(method, description) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [("holded", "On hold"), ("payment_review", "Payment under review"), ("odd_one", "“odd_one”")],
)
def test_states_and_statuses_of_the_shop_have_names(code: str, name: str) -> None:
    assert shop.order_state_name(code) == name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("F2", "Invoice (F2)"),
        ("G2", "Credit memo (G2)"),
        ("S1", "Cancellation of an invoice (S1)"),
        ("ZF2", "“ZF2”"),
        ("", ""),
    ],
)
def test_a_billing_type_has_its_name_beside_it(code: str, name: str) -> None:
    assert sap.billing_type_name(code) == name


@pytest.mark.parametrize(
    ("quantity", "unit", "words"),
    [
        ("1.000", "ST", "1 pc"),
        ("2.000", "ST", "2 pcs"),
        ("2", "EA", "2 each"),
        ("1.5", "KG", "1.5 kg"),
        ("3", "KAR", "3 cartons"),
        ("3", "ZZ", "3 “ZZ”"),
        ("3", "", "3"),
    ],
)
def test_a_quantity_has_the_name_of_its_unit(quantity: str, unit: str, words: str) -> None:
    assert sap.measured(Decimal(quantity), unit) == words


def test_two_units_of_one_name_are_told_apart_by_their_codes() -> None:
    assert (sap.unit_with_code("ST"), sap.unit_with_code("PC")) == ("pcs (ST)", "pcs (PC)")


def test_a_price_element_of_the_company_is_told_by_its_code() -> None:
    assert sap.price_element_name("PR00") == "price (PR00)"
    assert sap.price_element_name("ZPR1") == "price element “ZPR1”"


def test_every_place_of_parcel_numbers_has_a_name() -> None:
    assert set(sap.PARCEL_SOURCES) == set(TRACKING_SOURCES)


def test_every_function_module_the_portal_calls_says_what_it_is_asked_for() -> None:
    called = {value for name, value in vars(functions).items() if name.isupper()}

    assert called <= set(calls.SAP_CALLS)


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ("POST order/17/ship", "make the shipment"),
        ("POST invoices/17/emails", "mail the invoice"),
        ("GET orders", "list its orders"),
        ("GET orders/17", "show the order"),
        ("GET acme/things", "show acme/things"),
    ],
)
def test_a_call_of_the_shop_is_what_it_was_asked_for(operation: str, words: str) -> None:
    assert calls.shop_call_name(operation) == words


def test_a_missing_entry_of_a_code_is_named() -> None:
    named = MissingEntry(MappingTable.PAYMENT, "checkmo").named_key
    assert named == "Check or money order (checkmo)"
    assert MissingEntry(MappingTable.PAYMENT, "acme_pay").named_key == "acme_pay"
    assert MissingEntry(MappingTable.MATERIAL, "24-MB01").named_key == "24-MB01"


def test_steps_have_words_for_people() -> None:
    assert all("_" not in step.label for step in Step)
