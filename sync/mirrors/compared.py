"""Notices that an order that was compared is to be compared again: the shop's order or SAP's has
changed, or SAP shows it no longer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from sync.causes.orders import OrderCause
from sync.errors import RecordsDisagree
from sync.magento.records import MagentoAddress, MagentoOrder
from sync.mirrors import unreadable
from sync.mirrors.notes import keep
from sync.models import SalesOrder, Step, clock
from sync.sap.records import SapPartner, SapSalesOrder
from sync.told import told

ZERO = Decimal(0)
Stage, Verification = SalesOrder.Stage, SalesOrder.Verification
ENDED = frozenset({Stage.COMPLETE, Stage.CANCELED})  # archived in the end: that is no alarm


def fingerprint_in_shop(order: MagentoOrder) -> str:
    """64 characters that cover what is compared and what was refunded; progress does not count."""
    lines = [(item.item_id, item.sku, _text(item.qty_ordered)) for item in order.items]
    addresses = [_shop_address(one) for one in (order.billing_address, order.shipping_address)]
    sums = [_text(amount) for amount in (order.grand_total, order.total_refunded)]
    return _of(order.order_currency_code, lines, addresses, sums)


def fingerprint_in_sap(order: SapSalesOrder) -> str:
    """64 characters that cover what is compared; needs the addresses."""
    items = [
        (one.item_number, one.material, _text(one.quantity), one.unit, bool(one.rejection_reason))
        for one in order.items
    ]
    prices = sorted(
        (one.item_number, one.condition_type, _text(one.amount or ZERO), one.currency)
        for one in order.conditions
    )
    partners = sorted(_partner(one) for one in order.partners)
    header = (order.customer_reference, order.order_type, order.sales_organization)
    return _of(*header, order.currency, _text(order.net_value), items, prices, partners)


def refunded_in_shop(order: SalesOrder) -> Decimal:
    """In order currency; as the mirror says."""
    payload = order.payload if isinstance(order.payload, dict) else {}
    try:
        return Decimal(str(payload.get("total_refunded") or 0))
    except InvalidOperation:
        return ZERO


def note_sap_order(order: SalesOrder, read: SapSalesOrder) -> bool:
    """Makes the order due where SAP says something else than when it was compared, or shows the
    order again; returns whether it is."""
    seen = fingerprint_in_sap(read)
    if not order.sap_fingerprint:  # compared by an older version
        keep(order, sap_fingerprint=seen, compared_refund=refunded_in_shop(order))
    elif order.sap_fingerprint != seen or order.sap_missing_since is not None:
        keep(order, sap_fingerprint=seen, sap_missing_since=None)
        make_due([order.pk], clock.now())
        return True
    return False


def make_due(orders: Iterable[int], now: datetime) -> None:
    """Until they were compared again nobody can say that they agree."""
    due = SalesOrder.objects.filter(pk__in=list(orders))
    due.filter(verification=Verification.VERIFIED).update(verification=Verification.SENT)
    due.update(comparison_due_at=now)


def unlisted_orders(orders: Sequence[SalesOrder], listed: Collection[str]) -> list[SalesOrder]:
    """Orders with work left that SAP did not list, and that are not known to be missing."""
    return [
        order
        for order in orders
        if order.sap_sales_order_number not in listed
        and order.sap_missing_since is None
        and order.stage not in ENDED
    ]


def note_missing(order: SalesOrder) -> None:
    """Tells of an order that SAP showed before; the row closes when SAP shows it again."""
    now = clock.now()
    keep(order, sap_missing_since=now)
    make_due([order.pk], now)
    of_order = f"order:{order.pk}"
    task = {"step": Step.PUSH_ORDER, "reference": of_order, "lock": of_order}
    unreadable.stop({**task, "shop": order.shop, "sales_order": order}, gone(order))


def gone(order: SalesOrder) -> RecordsDisagree:
    """An order that was in SAP is never created again: it may have been archived."""
    return RecordsDisagree(
        told(
            "SAP no longer shows order {sap_order} for web order {order}, which it did before.",
            sap_order=order.sap_sales_order_number,
            order=order.increment_id,
        ),
        cause=OrderCause.GONE,
        reference=order.increment_id,
    )


def _shop_address(address: MagentoAddress | None) -> tuple[object, ...]:
    if address is None:
        return ()
    names = (address.first_name, address.last_name, address.company)
    return (*names, address.street, address.postcode, address.city, address.country_id)


def _partner(partner: SapPartner) -> tuple[str, ...]:
    own = partner.address
    place = (
        (own.name, own.name_2, own.street, own.postal_code, own.city, own.country_iso)
        if own
        else ()
    )
    return (partner.role, partner.customer_number, *place)


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _of(*parts: object) -> str:
    return sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()
