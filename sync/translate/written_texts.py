"""What is written on a web order, put where SAP keeps it, or recorded as left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sync.magento.records import MagentoOrder, MagentoOrderItem
from sync.order_texts import HEADER_FIELDS, LEFT_OUT, OrderText, SapPlace
from sync.translate.sap_texts import TextFitter

LONGEST_NOTE = 65535


class Written(NamedTuple):
    """``item_number`` 0 means the header; None a line that SAP is not asked for by itself."""

    what: OrderText
    text: str
    item_number: int | None = 0


@dataclass(frozen=True, slots=True)
class PlacedTexts:
    """``texts`` as item number (0 for the header), text id, text."""

    header_fields: tuple[tuple[str, str], ...]
    texts: tuple[tuple[int, str, str], ...]


def placed_texts(
    order: MagentoOrder,
    places: Mapping[OrderText, SapPlace],
    numbers: Mapping[int, int],
    fitter: TextFitter,
) -> PlacedTexts:
    """``numbers`` are the SAP items of the order items that SAP is asked for. Text of one id that
    comes from several places is one text in SAP."""
    fields: dict[str, str] = {}
    texts: list[tuple[int, str, str]] = []
    for written in (*_of_header(order), *_of_items(order, numbers)):
        place = places.get(written.what, LEFT_OUT)
        label = _label(written)
        if place.header_field and place.header_field not in fields and not written.what.is_of_item:
            limit = HEADER_FIELDS[place.header_field]
            fields[place.header_field] = fitter.fit(label, written.text, limit)
        elif place.text_id and written.item_number is not None:
            text = fitter.fit_note(label, written.text, LONGEST_NOTE)
            texts.append((written.item_number, place.text_id, text))
        elif written.what.is_the_customers:
            fitter.leave_out(label, written.text)
    return PlacedTexts(tuple(fields.items()), tuple(sorted(texts, key=lambda one: one[:2])))


def _of_header(order: MagentoOrder) -> Iterator[Written]:
    billing = order.billing_address
    vat_ids = (order.customer_taxvat.strip(), billing.vat_id.strip() if billing else "")
    found = {
        OrderText.PO_NUMBER: order.po_number,
        OrderText.VAT_ID: ", ".join(dict.fromkeys(one for one in vat_ids if one)),
        OrderText.NOTE: order.customer_note,
        OrderText.GIFT_MESSAGE: order.gift_message,
        OrderText.PAYMENT_METHOD: order.payment_method,
        OrderText.PAYMENT_REFERENCE: order.payment.last_transaction_id,
    }
    for what, text in found.items():
        if text.strip():
            yield Written(what, text)


def _of_items(order: MagentoOrder, numbers: Mapping[int, int]) -> Iterator[Written]:
    for item in order.items:
        number = numbers.get(item.item_id, numbers.get(item.parent_item_id or 0))
        for what, text in _of_item(item):
            yield Written(what, text, number)


def _of_item(item: MagentoOrderItem) -> Iterator[tuple[OrderText, str]]:
    if item.options:
        lines = (f"Option {number}: {value}" for number, value in item.options)
        yield OrderText.OPTIONS, "\n".join(lines)
    if item.gift_message:
        yield OrderText.ITEM_GIFT_MESSAGE, item.gift_message


def _label(written: Written) -> str:
    label = written.what.label
    return f"item {written.item_number} {label}" if written.item_number else label
