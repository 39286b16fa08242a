"""Magento's JSON documents as records. Pure; raises ``UnexpectedRecord`` and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sync.causes.shop import ShopCause
from sync.errors import UnexpectedRecord
from sync.magento.addresses import address_of
from sync.magento.members import LONGEST_NOTE, Members
from sync.magento.order_words import gift_message_of, options_of
from sync.magento.records import (
    PAID_BY_CREDIT,
    MagentoDocumentItem,
    MagentoInvoice,
    MagentoMail,
    MagentoOrder,
    MagentoOrderItem,
    MagentoOrderKey,
    MagentoPayment,
    MagentoShipment,
    MagentoTrack,
)
from sync.told import told

KEY_MEMBERS = (
    "entity_id", "updated_at", "state", "status", "total_invoiced", "total_refunded",
    "total_canceled",
)  # fmt: skip


def parse_order(document: Any) -> MagentoOrder:
    """As ``GET /V1/orders/:id`` or a search gives it. Lines keep the shop's order."""
    members = document_members(document, "order")
    shipping = _shipping(members)
    payment = members.child("payment") or Members({})
    return MagentoOrder(
        **_identity(members),
        **_money(members),
        **_customer(members),
        is_virtual=members.flag("is_virtual"),
        payment_method=payment.text("method"),
        payment=_payment(payment),
        po_number=payment.text("po_number"),
        shipping_method=shipping.text("method") if shipping else "",
        shipping_description=members.text("shipping_description"),
        ext_order_id=members.text("ext_order_id"),
        relation_parent_real_id=members.text("relation_parent_real_id"),
        billing_address=address_of(members.child("billing_address")),
        shipping_address=address_of(shipping.child("address")) if shipping else None,
        items=tuple(_order_item(item) for item in members.children("items")),
        gift_message=gift_message_of(members),
        payload=members.values,
    )


def parse_shipment(document: Any) -> MagentoShipment:
    members = document_members(document, "shipment")
    return MagentoShipment(
        entity_id=members.identifier("entity_id"),
        increment_id=members.text("increment_id"),
        order_id=members.identifier("order_id"),
        created_at=members.moment("created_at", "updated_at"),
        updated_at=members.moment("updated_at", "created_at"),
        **_mail(members),
        items=tuple(_document_item(item) for item in members.children("items")),
        tracks=tuple(_track(track) for track in members.children("tracks")),
        comments=_comments(members),
        payload=members.values,
    )


def parse_invoice(document: Any) -> MagentoInvoice:
    members = document_members(document, "invoice")
    return MagentoInvoice(
        entity_id=members.identifier("entity_id"),
        increment_id=members.text("increment_id"),
        order_id=members.identifier("order_id"),
        state=members.whole_number("state") or 0,
        transaction_id=members.text("transaction_id"),
        created_at=members.moment("created_at", "updated_at"),
        updated_at=members.moment("updated_at", "created_at"),
        **_mail(members),
        paid_by_credit=_paid_by_credit(members),
        currency_code=members.text("order_currency_code"),
        subtotal=members.amount("subtotal"),
        discount_amount=members.amount("discount_amount"),
        shipping_amount=members.amount("shipping_amount"),
        tax_amount=members.amount("tax_amount"),
        grand_total=members.amount("grand_total"),
        items=tuple(_document_item(item) for item in members.children("items")),
        comments=_comments(members),
        payload=members.values,
    )


def parse_track(document: Any) -> MagentoTrack:
    """As ``POST /V1/shipment/track`` answers it [270]."""
    return _track(document_members(document, "track"))


def document_members(document: Any, what: str) -> Members:
    if not isinstance(document, dict):
        raise UnexpectedRecord(
            told("The shop's {what} cannot be read: it is not an object.", what=what),
            cause=ShopCause.UNREADABLE,
            detail=what.split(" ")[0],
        )
    entity_id = document.get("entity_id")
    label = f"{what} {entity_id}" if _is_short_number(entity_id) else what
    return Members(document, label)


def _is_short_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12


def _identity(members: Members) -> dict[str, Any]:
    return {
        "entity_id": members.identifier("entity_id"),
        "increment_id": members.text("increment_id", required=True, limit=50),
        "store_id": members.whole_number("store_id") or 0,
        "store_name": members.text("store_name"),
        "state": members.text("state"),
        "status": members.text("status"),
        "created_at": members.moment("created_at"),
        "updated_at": members.moment("updated_at"),
    }


def _money(members: Members) -> dict[str, Any]:
    shipping_compensation = members.amount("shipping_discount_tax_compensation_amount")
    return {
        "order_currency_code": members.text("order_currency_code", required=True, limit=3),
        "base_currency_code": members.text("base_currency_code", limit=3),
        "base_to_order_rate": members.amount("base_to_order_rate"),
        "grand_total": members.amount("grand_total", required=True),
        "subtotal": members.amount("subtotal"),
        "discount_amount": members.amount("discount_amount"),
        "discount_tax_compensation_amount": members.amount("discount_tax_compensation_amount"),
        "shipping_amount": members.amount("shipping_amount"),
        "shipping_tax_amount": members.amount("shipping_tax_amount"),
        "shipping_discount_amount": members.amount("shipping_discount_amount"),
        "shipping_discount_tax_compensation_amount": shipping_compensation,
        "tax_amount": members.amount("tax_amount"),
        "total_paid": members.amount("total_paid"),
        "paid_by_credit": _paid_by_credit(members),
        "total_refunded": members.amount("total_refunded"),
        "total_canceled": members.amount("total_canceled"),
        "shipping_refunded": members.amount("shipping_refunded"),
        "adjustment_positive": members.amount("adjustment_positive"),
        "adjustment_negative": members.amount("adjustment_negative"),
        "base_total_paid": members.amount("base_total_paid"),
    }


def _paid_by_credit(members: Members) -> Decimal:
    """Gift cards, store credit and reward points, which the grand total no longer includes."""
    extension = members.child("extension_attributes")
    if extension is None:
        return Decimal(0)
    return sum((extension.amount(name) for name in PAID_BY_CREDIT), Decimal(0))


def _payment(members: Members) -> MagentoPayment:
    return MagentoPayment(
        amount_authorized=members.amount("amount_authorized"),
        base_amount_authorized=members.amount("base_amount_authorized"),
        base_amount_paid_online=members.amount("base_amount_paid_online"),
        last_transaction_id=members.text("last_trans_id"),
    )


def _customer(members: Members) -> dict[str, Any]:
    return {
        "customer_id": members.optional_identifier("customer_id"),
        "customer_group_id": members.whole_number("customer_group_id"),
        "customer_email": members.text("customer_email"),
        "customer_first_name": members.text("customer_firstname"),
        "customer_last_name": members.text("customer_lastname"),
        "customer_note": members.text("customer_note", limit=LONGEST_NOTE),
        "customer_taxvat": members.text("customer_taxvat"),
        "is_guest": members.flag("customer_is_guest"),
    }


def _shipping(members: Members) -> Members | None:
    extension = members.child("extension_attributes")
    assignments = extension.children("shipping_assignments") if extension else []
    return assignments[0].child("shipping") if assignments else None


def _order_item(members: Members) -> MagentoOrderItem:
    return MagentoOrderItem(
        item_id=members.identifier("item_id"),
        parent_item_id=members.optional_identifier("parent_item_id"),
        product_id=members.optional_identifier("product_id"),
        product_type=members.text("product_type"),
        sku=members.text("sku"),
        name=members.text("name"),
        is_virtual=members.flag("is_virtual"),
        is_qty_decimal=members.flag("is_qty_decimal"),
        qty_ordered=members.amount("qty_ordered"),
        qty_shipped=members.amount("qty_shipped"),
        qty_invoiced=members.amount("qty_invoiced"),
        qty_refunded=members.amount("qty_refunded"),
        qty_canceled=members.amount("qty_canceled"),
        price=members.amount("price"),
        row_total_incl_tax=members.amount("row_total_incl_tax"),
        fixed_product_tax=members.amount("weee_tax_applied_row_amount"),
        tax_amount=members.amount("tax_amount"),
        tax_percent=members.amount("tax_percent"),
        discount_amount=members.amount("discount_amount"),
        discount_tax_compensation_amount=members.amount("discount_tax_compensation_amount"),
        options=options_of(members),
        gift_message=gift_message_of(members),
    )


def parse_order_key(document: Any) -> MagentoOrderKey:
    members = document_members(document, "order")
    return MagentoOrderKey(
        entity_id=members.identifier("entity_id"),
        updated_at=members.moment("updated_at"),
        told={name: members.values.get(name) for name in KEY_MEMBERS},
    )


def parse_mail(document: Any) -> MagentoMail:
    members = document_members(document, "document")
    return MagentoMail(entity_id=members.identifier("entity_id"), **_mail(members))


def _mail(members: Members) -> dict[str, bool]:
    """A count below 0 is the tries that 2.4.8 has left for a queued mail; without the member, the
    shop sends later or was not asked to send ("Versions" 4)."""
    sent = members.values.get("email_sent")
    is_queued = isinstance(sent, int) and sent < 0
    return {
        "email_sent": not is_queued and members.flag("email_sent"),
        "mail_is_queued": is_queued,
        "mail_is_untold": sent is None,
    }


def _document_item(members: Members) -> MagentoDocumentItem:
    return MagentoDocumentItem(
        order_item_id=members.identifier("order_item_id"),
        sku=members.text("sku"),
        qty=members.amount("qty"),
    )


def _track(members: Members) -> MagentoTrack:
    return MagentoTrack(
        entity_id=members.identifier("entity_id"),
        carrier_code=members.text("carrier_code"),
        title=members.text("title"),
        track_number=members.text("track_number", limit=LONGEST_NOTE),
    )


def _comments(members: Members) -> tuple[str, ...]:
    """Keeps all of them: any may be the marker by which the document is found again."""
    if members.values.get("comments") is None:
        raise members.unreadable("comments", told("is missing"))
    for row in (rows := members.children("comments")):
        if row.values.get("comment") is None:
            raise row.unreadable("comment", told("is missing"))
    return tuple(row.text("comment", limit=LONGEST_NOTE) for row in rows)
