"""A web order as the sales order SAP is asked to create. Pure: the mapping is handed in.

What is left to order is handed in (``order_rest``); the step decides whether to send it at all.
Item numbers are 10, 20, 30 in the shop's sequence of all lines, so that translating the order again
gives the same numbers, whatever is left by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from sync.causes.orders import OrderCause
from sync.errors import UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.mapping_tables import MissingEntry
from sync.sap.records import (
    SapAddress,
    SapCondition,
    SapItemRequest,
    SapPartner,
    SapSalesOrderRequest,
)
from sync.sap.reference import web_reference
from sync.told import told
from sync.translate.comparison import Totals
from sync.translate.further_amounts import Booking
from sync.translate.order_amounts import (
    ANY,
    OrderAmounts,
    PricedLine,
    amounts_in_coins,
    order_amounts,
)
from sync.translate.order_mapping import (
    MaterialEntry,
    OrderMapping,
    material_of,
    missing_of,
    require_mapping,
)
from sync.translate.order_rest import Left, amounts_left
from sync.translate.partners import Sent
from sync.translate.sap_prices import fixed_amount, line_price
from sync.translate.sap_texts import SHORT_TEXT, TextCut, TextFitter, sap_address
from sync.translate.written_texts import placed_texts

ITEM_STEP = 10
LONGEST_REFERENCE = 20  # VBAK-BSTNK, SAP sheet 2.1
LONGEST_ITEM_REFERENCE = 6  # PO_ITM_NO
QUANTITY_PLACES = Decimal("0.001")
ZERO = Decimal(0)


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
    amounts = amounts_left(_amounts_of(order, mapping), left or {})
    _require_lines(order, amounts)
    require_mapping(order, amounts, mapping)
    fitter = TextFitter()
    numbers = item_numbers(order)
    asked = {line.item_id: numbers[line.item_id] for line in amounts.lines}
    ordered = order.created_at.astimezone(ZoneInfo(mapping.time_zone)).date()
    written = placed_texts(order, mapping.texts, asked, fitter)
    request = SapSalesOrderRequest(
        customer_reference=_customer_reference(order, mapping),
        order_type=mapping.order_type,
        sales_organization=mapping.sales_organization,
        distribution_channel=mapping.distribution_channel,
        division=mapping.division,
        order_date=ordered,
        requested_date=mapping.requested_date.of(ordered, fitter),
        currency=amounts.currency,
        customer_reference_method=mapping.customer_reference_method,
        shipping_condition=mapping.shipping_condition or "",
        payment_terms=mapping.payment_terms or "",
        partners=tuple(_partners(order, mapping, fitter)),
        items=tuple(_item(line, numbers, mapping, fitter) for line in amounts.lines),
        conditions=tuple(_conditions(amounts, numbers, mapping)),
        texts=written.texts,
        language_iso=mapping.language_iso,
        header_fields=written.header_fields,
        payment_method=mapping.payment_method,
    )
    totals = _totals(amounts, mapping)
    return TranslatedOrder(request, asked, tuple(fitter.cuts), totals, dict(left or {}))


def _amounts_of(order: MagentoOrder, mapping: OrderMapping) -> OrderAmounts:
    return amounts_in_coins(order_amounts(order, mapping.amounts_may_be_off, mapping.further))


def _totals(amounts: OrderAmounts, mapping: OrderMapping) -> Totals:
    """Before gift cards and the like were taken off."""
    tax = sum((line.tax for line in amounts.lines), amounts.freight_tax)
    tax += sum((one.tax for one in amounts.further), ZERO)
    entries = mapping.further
    taxes = {mapping.tax_condition, mapping.freight_tax_condition}
    taxes |= {entry.tax_condition for entry in entries}
    payments = {entry.condition_type for entry in entries if entry.booking == Booking.PAYMENT}
    return Totals(
        amounts.charged - tax,
        tax,
        frozenset(taxes - {""}),
        frozenset(payments),
        ZERO if mapping.rounding_condition else amounts.rounding,
    )


def missing_entries(
    order: MagentoOrder, mapping: OrderMapping, left: Left | None = None
) -> list[MissingEntry]:
    amounts = amounts_left(_amounts_of(order, mapping), left or {})
    return missing_of(order, amounts, mapping)


def item_numbers(order: MagentoOrder) -> dict[int, int]:
    """The SAP item number by order item id, as ``sap_order_request`` uses them."""
    lines = order_amounts(order, ANY).lines
    return {line.item_id: at * ITEM_STEP for at, line in enumerate(lines, start=1)}


def _require_lines(order: MagentoOrder, amounts: OrderAmounts) -> None:
    if not amounts.lines:
        raise _unfit(order, told("it has no lines"))
    for line in amounts.lines:
        if line.quantity <= 0 or line.quantity != line.quantity.quantize(QUANTITY_PLACES):
            raise _unfit(
                order,
                told(
                    "line {line} has a quantity of {quantity}",
                    line=line.item_id,
                    quantity=line.quantity,
                ),
            )
        if not line.sku.strip():
            raise _unfit(order, told("line {line} has no SKU", line=line.item_id))


def _customer_reference(order: MagentoOrder, mapping: OrderMapping) -> str:
    """Later look-ups use it as their key: it must not be cut."""
    made = web_reference(mapping.reference_prefix, order.increment_id)
    reference = mapping.reference_sent or made
    if len(reference) > LONGEST_REFERENCE:
        raise _unfit(order, _too_long(mapping.reference_prefix))
    if not (reference.isascii() and reference.isprintable()):
        raise _unfit(order, told("its number has characters that cannot be searched for in SAP"))
    return reference


def _too_long(prefix: str) -> str:
    if not prefix:
        return told("its number is longer than {limit} characters", limit=LONGEST_REFERENCE)
    return told(
        "its number with the prefix {prefix} is longer than {limit} characters",
        prefix=prefix,
        limit=LONGEST_REFERENCE,
    )


def _partners(
    order: MagentoOrder, mapping: OrderMapping, fitter: TextFitter
) -> Iterator[SapPartner]:
    is_one_time = mapping.is_one_time_customer
    if is_one_time and not (order.billing_address or order.shipping_address):
        raise _unfit(order, told("a one-time customer needs an address, and it has none"))
    for sent in mapping.partners.partners(order, is_one_time=is_one_time):
        yield SapPartner(sent.role, mapping.sold_to, _address(sent, order, mapping, fitter))


def _address(
    sent: Sent, order: MagentoOrder, mapping: OrderMapping, fitter: TextFitter
) -> SapAddress | None:
    if sent.address is None:
        return None
    return sap_address(
        fitter,
        sent.address,
        label=sent.name,
        email=order.customer_email,
        language_iso=mapping.language_iso,
        regions=mapping.regions,
    )


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
        short_text=fitter.fit(told("item {number} text", number=number), line.name, SHORT_TEXT),
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
    for condition_type, amount in _of_header(amounts, mapping).items():
        if amount:
            yield fixed_amount(0, condition_type, amount, amounts.currency)


def _of_header(amounts: OrderAmounts, mapping: OrderMapping) -> dict[str, Decimal]:
    """By condition type: SAP takes each once."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    found[mapping.freight_condition] += amounts.freight - amounts.freight_discount
    found[mapping.freight_tax_condition] += amounts.freight_tax
    for fee in (one for one in amounts.further if one.is_fee):
        found[fee.condition_type] += fee.amount
        found[fee.tax_condition or mapping.freight_tax_condition] += fee.tax
    found[mapping.rounding_condition] += amounts.rounding
    for payment in (one for one in amounts.further if not one.is_fee):
        found[payment.condition_type] -= payment.amount  # blank where it is left out
    found.pop("", None)  # a tax that SAP computes, a rounding that stays out
    return found


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


def _unfit(order: MagentoOrder, problem: str) -> UnexpectedRecord:
    return UnexpectedRecord(
        told(
            "Order {order} cannot be written to SAP: {problem}.",
            order=order.increment_id,
            problem=problem,
        ),
        cause=OrderCause.UNFIT,
        reference=order.increment_id,
    )
