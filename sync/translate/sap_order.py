"""A web order as the sales order SAP is asked to create. Pure: the mapping is handed in.

What is left to order is handed in (``order_rest``); the step decides whether to send it at all.
Item numbers are 10, 20, 30 in the shop's sequence of all lines, so that translating the order again
gives the same numbers, whatever is left by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from sync.causes.orders import OrderCause
from sync.errors import UnexpectedRecord
from sync.magento.records import MagentoAddress, MagentoOrder
from sync.mapping_tables import MissingEntry
from sync.sap.records import (
    SapCondition,
    SapItemRequest,
    SapPartner,
    SapSalesOrderRequest,
)
from sync.sap.reference import web_reference
from sync.translate.comparison import Totals
from sync.translate.order_amounts import ANY, OrderAmounts, PricedLine, order_amounts
from sync.translate.order_mapping import (
    MaterialEntry,
    OrderMapping,
    material_of,
    missing_of,
    require_mapping,
)
from sync.translate.order_rest import Left, amounts_left
from sync.translate.sap_prices import fixed_amount, line_price
from sync.translate.sap_texts import SHORT_TEXT, TextCut, TextFitter, sap_address

ITEM_STEP = 10
LONGEST_REFERENCE = 20  # VBAK-BSTNK, SAP sheet 2.1
LONGEST_ITEM_REFERENCE = 6  # PO_ITM_NO
LONGEST_NOTE = 65535
QUANTITY_PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class TranslatedOrder:
    """The request, the SAP item number of each order item id in it, which texts were changed, and
    what was left to order."""

    request: SapSalesOrderRequest
    item_numbers: dict[int, int]
    cuts: tuple[TextCut, ...]
    totals: Totals
    left: Left = field(default_factory=dict)


def sap_order_request(
    order: MagentoOrder, mapping: OrderMapping, left: Left | None = None
) -> TranslatedOrder:
    """For the whole web order, or for the quantities that are ``left`` of it.

    Raises ``MappingMissing`` for the first missing entry, naming all of them in its message, and
    ``UnexpectedRecord`` for an order SAP cannot hold.
    """
    amounts = amounts_left(order_amounts(order, mapping.amounts_may_be_off), left or {})
    _require_lines(order, amounts)
    require_mapping(order, amounts, mapping)
    fitter = TextFitter()
    numbers = item_numbers(order)
    request = SapSalesOrderRequest(
        customer_reference=_customer_reference(order, mapping),
        order_type=mapping.order_type,
        sales_organization=mapping.sales_organization,
        distribution_channel=mapping.distribution_channel,
        division=mapping.division,
        order_date=order.created_at.astimezone(ZoneInfo(mapping.time_zone)).date(),
        requested_date=mapping.requested_date,
        currency=amounts.currency,
        customer_reference_method=mapping.customer_reference_method,
        shipping_condition=mapping.shipping_condition or "",
        payment_terms=mapping.payment_terms or "",
        partners=tuple(_partners(order, mapping, fitter)),
        items=tuple(_item(line, numbers, mapping, fitter) for line in amounts.lines),
        conditions=tuple(_conditions(amounts, numbers, mapping)),
        header_texts=tuple(_texts(order, mapping, fitter)),
    )
    asked = {line.item_id: numbers[line.item_id] for line in amounts.lines}
    totals = _totals(amounts, mapping)
    return TranslatedOrder(request, asked, tuple(fitter.cuts), totals, dict(left or {}))


def _totals(amounts: OrderAmounts, mapping: OrderMapping) -> Totals:
    tax = sum((line.tax for line in amounts.lines), amounts.freight_tax)
    ours = frozenset({mapping.tax_condition, mapping.freight_tax_condition} - {""})
    return Totals(amounts.charged - tax, tax, ours)


def missing_entries(
    order: MagentoOrder, mapping: OrderMapping, left: Left | None = None
) -> list[MissingEntry]:
    amounts = amounts_left(order_amounts(order, mapping.amounts_may_be_off), left or {})
    return missing_of(order, amounts, mapping)


def item_numbers(order: MagentoOrder) -> dict[int, int]:
    """The SAP item number by order item id, as ``sap_order_request`` uses them."""
    lines = order_amounts(order, ANY).lines
    return {line.item_id: at * ITEM_STEP for at, line in enumerate(lines, start=1)}


def _require_lines(order: MagentoOrder, amounts: OrderAmounts) -> None:
    if not amounts.lines:
        raise _unfit(order, "it has no lines")
    for line in amounts.lines:
        if line.quantity <= 0 or line.quantity != line.quantity.quantize(QUANTITY_PLACES):
            raise _unfit(order, f"line {line.item_id} has a quantity of {line.quantity}")
        if not line.sku.strip():
            raise _unfit(order, f"line {line.item_id} has no SKU")


def _customer_reference(order: MagentoOrder, mapping: OrderMapping) -> str:
    """Later look-ups use it as their key: it must not be cut."""
    made = web_reference(mapping.reference_prefix, order.increment_id)
    reference = mapping.reference_sent or made
    if len(reference) > LONGEST_REFERENCE:
        with_prefix = f" with the prefix {prefix}" if (prefix := mapping.reference_prefix) else ""
        problem = f"its number{with_prefix} is longer than {LONGEST_REFERENCE} characters"
        raise _unfit(order, problem)
    if not (reference.isascii() and reference.isprintable()):
        raise _unfit(order, "its number has characters that cannot be searched for in SAP")
    return reference


def _partners(
    order: MagentoOrder, mapping: OrderMapping, fitter: TextFitter
) -> Iterator[SapPartner]:
    billing = order.billing_address or order.shipping_address
    if mapping.is_one_time_customer and billing is None:
        raise _unfit(order, "a one-time customer needs an address, and it has none")
    own = billing if mapping.is_one_time_customer else None
    yield _partner(mapping.sold_to_role, "sold-to", own, order, mapping, fitter)
    if mapping.ship_to_role and order.shipping_address is not None:
        address = order.shipping_address
        yield _partner(mapping.ship_to_role, "ship-to", address, order, mapping, fitter)
    if mapping.bill_to_role and order.billing_address is not None:
        address = order.billing_address
        yield _partner(mapping.bill_to_role, "bill-to", address, order, mapping, fitter)


def _partner(
    role: str,
    label: str,
    address: MagentoAddress | None,
    order: MagentoOrder,
    mapping: OrderMapping,
    fitter: TextFitter,
) -> SapPartner:
    if address is None:
        return SapPartner(role, mapping.sold_to)
    written = sap_address(
        fitter,
        address,
        label=label,
        email=order.customer_email,
        language_iso=mapping.language_iso,
        region_countries=mapping.region_countries,
    )
    return SapPartner(role, mapping.sold_to, written)


def _item(
    line: PricedLine, numbers: dict[int, int], mapping: OrderMapping, fitter: TextFitter
) -> SapItemRequest:
    entry = material_of(line, mapping) or MaterialEntry(line.sku)
    number = numbers[line.item_id]
    reference = str(line.item_id)
    return SapItemRequest(
        item_number=number,
        material=entry.material,
        quantity=line.quantity,
        unit=entry.unit or mapping.default_unit,
        short_text=fitter.fit(f"item {number} text", line.name, SHORT_TEXT),
        # Too long an id is left out: its last six digits could be another line's.
        customer_item_number=reference if len(reference) <= LONGEST_ITEM_REFERENCE else "",
        higher_level_item_number=numbers[line.higher_level_item_id]
        if line.higher_level_item_id is not None
        else 0,
        item_category=entry.item_category,
        ean="" if entry.material else entry.ean,
    )


def _conditions(
    amounts: OrderAmounts, numbers: dict[int, int], mapping: OrderMapping
) -> Iterator[SapCondition]:
    for line in amounts.lines:
        yield from _line_conditions(line, numbers[line.item_id], amounts.currency, mapping)
    freight = amounts.freight - amounts.freight_discount
    if freight:
        yield fixed_amount(0, mapping.freight_condition, freight, amounts.currency)
    if amounts.freight_tax and mapping.freight_tax_condition:
        yield fixed_amount(0, mapping.freight_tax_condition, amounts.freight_tax, amounts.currency)


def _line_conditions(
    line: PricedLine, number: int, currency: str, mapping: OrderMapping
) -> Iterator[SapCondition]:
    """A free line gets a price of 0, or SAP would find one by itself. A part of a bundle with its
    own item category gets none: that category decides whether the part is priced."""
    entry = material_of(line, mapping)
    has_category = entry is not None and bool(entry.item_category)
    if line.higher_level_item_id is None or line.net_before_discount or not has_category:
        yield line_price(
            number,
            mapping.price_condition,
            line.net_before_discount,
            line.quantity,
            currency,
            (entry.unit if entry else "") or mapping.default_unit,
        )
    if line.discount:
        yield fixed_amount(number, mapping.discount_condition, -line.discount, currency)
    if line.tax and mapping.tax_condition:
        yield fixed_amount(number, mapping.tax_condition, line.tax, currency)


def _texts(
    order: MagentoOrder, mapping: OrderMapping, fitter: TextFitter
) -> Iterator[tuple[str, str, str]]:
    if mapping.note_text_id and order.customer_note.strip():
        note = fitter.fit_note("customer note", order.customer_note, LONGEST_NOTE)
        yield mapping.note_text_id, mapping.language_iso, note


def _unfit(order: MagentoOrder, problem: str) -> UnexpectedRecord:
    return UnexpectedRecord(
        f"Order {order.increment_id} cannot be written to SAP: {problem}.",
        cause=OrderCause.UNFIT,
        reference=order.increment_id,
    )
