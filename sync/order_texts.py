"""What is written on a web order, and where in SAP it can go: a text, or a field of the header."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class OrderText(StrEnum):
    OPTIONS = "options"
    ITEM_GIFT_MESSAGE = "item_gift_message"
    GIFT_MESSAGE = "gift_message"
    NOTE = "note"
    PO_NUMBER = "po_number"
    VAT_ID = "vat_id"
    PAYMENT_METHOD = "payment_method"
    PAYMENT_REFERENCE = "payment_reference"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def is_of_item(self) -> bool:
        return self in {OrderText.OPTIONS, OrderText.ITEM_GIFT_MESSAGE}

    @property
    def is_the_customers(self) -> bool:
        """Recorded as left out where it goes nowhere."""
        return self not in {OrderText.PAYMENT_METHOD, OrderText.PAYMENT_REFERENCE}


LABELS = {
    OrderText.OPTIONS: "options of a product",
    OrderText.ITEM_GIFT_MESSAGE: "gift message of a product",
    OrderText.GIFT_MESSAGE: "gift message",
    OrderText.NOTE: "customer note",
    OrderText.PO_NUMBER: "buyer's own order number",
    OrderText.VAT_ID: "VAT number",
    OrderText.PAYMENT_METHOD: "payment method",
    OrderText.PAYMENT_REFERENCE: "payment reference",
}
# ORDER_HEADER_IN (BAPISDHD1), with the length of each. The look-up key is not among them.
HEADER_FIELDS = {"PURCH_NO_S": 35, "NAME": 35, "ASS_NUMBER": 18, "REF_DOC_L": 16, "REF_1": 12}


class SapPlace(NamedTuple):
    """The id of a text, or the name of a header field; with neither the text stays in the shop."""

    text_id: str = ""
    header_field: str = ""


LEFT_OUT = SapPlace()
# Where a store says nothing. SAP's own text procedures know item text 0001.
USUAL_PLACES: Mapping[OrderText, SapPlace] = {
    OrderText.OPTIONS: SapPlace(text_id="0001"),
    OrderText.PO_NUMBER: SapPlace(header_field="PURCH_NO_S"),
}
