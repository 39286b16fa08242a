"""Where what is written on a web order goes."""

from __future__ import annotations

from dataclasses import replace

from sync.magento.parsing import parse_order
from sync.order_texts import HEADER_FIELDS, OrderText, SapPlace
from sync.translate.sap_texts import TextFitter
from sync.translate.written_texts import placed_texts
from tests.translate.made_orders import made_item, made_order


def test_each_text_is_sent_or_told_as_left_out() -> None:
    order = replace(
        made_order([made_item(1, options=(("2", "Für Käthe"),), gift_message="To Tom")]),
        customer_note="Ring twice.",
        gift_message="Happy birthday",
        po_number="PO-1",
        customer_taxvat="DE1",
    )
    fitter = TextFitter()

    placed = placed_texts(order, {}, {1: 10}, fitter)

    assert (placed.texts, placed.header_fields) == ((), ())
    assert {cut.field for cut in fitter.cuts} == {
        "item 10 options of a product", "item 10 gift message of a product", "customer note",
        "gift message", "buyer's own order number", "VAT number",
    }  # fmt: skip


def test_a_field_is_never_written_twice() -> None:
    order = replace(made_order([made_item(1)]), po_number="PO-1", customer_taxvat="DE1")
    places = dict.fromkeys((OrderText.PO_NUMBER, OrderText.VAT_ID), SapPlace("", "REF_1"))
    fitter = TextFitter()

    placed = placed_texts(order, places, {1: 10}, fitter)

    assert placed.header_fields == (("REF_1", "PO-1"),)
    assert [cut.field for cut in fitter.cuts] == ["VAT number"]


def test_the_option_of_a_part_is_written_on_the_line_it_belongs_to() -> None:
    parent, child = made_item(1), made_item(2, parent_item_id=1, options=(("7", "A"), ("8", "B")))
    places = {OrderText.OPTIONS: SapPlace("0001")}

    placed = placed_texts(made_order([parent, child]), places, {1: 10}, TextFitter())

    assert placed.texts == ((10, "0001", "Option 7: A\nOption 8: B"),)


def test_options_are_read_as_the_shop_gives_them() -> None:
    option = {
        "extension_attributes": {
            "custom_options": [
                {"option_id": "2", "option_value": "Für Käthe"},
                {"option_id": 3, "option_value": 5},
                {"option_id": "4", "option_value": ""},
                {"option_id": "5", "option_value": "file",
                 "extension_attributes": {"file_info": {"name": "logo.png"}}},
            ]
        }
    }  # fmt: skip
    document = {
        "entity_id": 1, "increment_id": "1", "order_currency_code": "USD", "grand_total": 0,
        "created_at": "2026-11-23 10:00:00", "updated_at": "2026-11-23 10:00:00", "store_id": 1,
        "items": [{"item_id": 1, "product_option": option}, {"item_id": 2, "product_option": []}],
    }  # fmt: skip

    first, second = parse_order(document).items

    assert first.options == (("2", "Für Käthe"), ("3", "5"), ("5", "logo.png"))
    assert second.options == ()


def test_the_key_of_the_look_up_is_no_field_to_choose() -> None:
    assert "PURCH_NO_C" not in HEADER_FIELDS
