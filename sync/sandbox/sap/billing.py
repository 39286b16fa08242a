"""The billing clerk: invoices per delivery or order, pro forma, credit memos, cancellation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from .documents import ZERO, BillingDocument, BillingItem, FlowLink, SalesOrder
from .pricing import header_charges, rounded
from .progress import Progress, billed_of_delivery, is_relevant_for_billing, progress_of
from .system import SapSystem
from .warehouse import NotFound, NotPossible, delivery_of, order_of, padded

TYPES = {"F2": "M", "F8": "U", "G2": "O", "FAZ": "M"}
DOWN_PAYMENT_REQUEST, WITHOUT_FREIGHT = "FAZ", {"F8", "FAZ"}
CLERK = "BILLING"


@dataclass(slots=True)
class BillingRequest:
    """What to bill: deliveries and orders; quantities by item number of the one reference."""

    deliveries: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    quantities: dict[int, Decimal] = field(default_factory=dict)
    billing_type: str = "F2"


@dataclass(slots=True)
class _Due:
    progress: Progress
    reference: str
    reference_item: int
    order_item: int
    quantity: Decimal


def billing_of(system: SapSystem, number: str) -> BillingDocument:
    """The billing document, number padded or not; ``NotFound``."""
    document = system.store.get(BillingDocument, padded(number))
    if document is None:
        raise NotFound(f"billing document {number} does not exist")
    return document


def bill(system: SapSystem, request: BillingRequest) -> list[str]:
    """Create billing documents, split by payer and currency; returns the numbers."""
    if request.billing_type not in TYPES:
        raise NotPossible(f"billing type {request.billing_type} is not one of {', '.join(TYPES)}")
    with system.store.transaction():
        known: dict[str, Progress] = {}
        due = [
            row
            for number in request.deliveries
            for row in _due_of_delivery(system, number, request, known)
        ]
        due += [
            row
            for number in request.orders
            for row in _due_of_order(system, number, request, known)
        ]
        if not due:
            raise NotPossible("nothing is open for billing")
        groups: dict[tuple[str, str, str], list[_Due]] = {}
        for row in due:
            order = row.progress.order
            groups.setdefault((order.sold_to, order.currency, order.sales_organization), []).append(
                row
            )
        return [_save(system, rows, request.billing_type) for rows in groups.values()]


def _progress(system: SapSystem, number: str, known: dict[str, Progress]) -> Progress:
    key = padded(number)
    if key not in known:
        known[key] = progress_of(order_of(system, key), system.store, system.customising)
    if known[key].order.header.get("BILL_BLOCK"):
        raise NotPossible("order has a billing block")
    return known[key]


def _due_of_delivery(
    system: SapSystem, number: str, request: BillingRequest, known: dict[str, Progress]
) -> list[_Due]:
    delivery = delivery_of(system, number)
    if not delivery.goods_issue_at and request.billing_type == "F2":
        raise NotPossible(f"delivery {delivery.number} has no goods issue yet")
    billed = billed_of_delivery(delivery, system.store)
    rows = []
    for item in delivery.items:
        if not is_relevant_for_billing(item.item_category, system.customising):
            continue
        done = billed[item.item_number] if request.billing_type == "F2" else ZERO
        quantity = _wanted(item.item_number, item.quantity - done, request)
        if quantity > 0:
            rows.append(
                _Due(
                    _progress(system, item.sales_order, known),
                    delivery.number,
                    item.item_number,
                    item.order_item,
                    quantity,
                )
            )
    return rows


def _due_of_order(
    system: SapSystem, number: str, request: BillingRequest, known: dict[str, Progress]
) -> list[_Due]:
    progress = _progress(system, number, known)
    any_item = request.billing_type != "F2"
    rows = []
    for item in progress.order.items:
        if item.rejection_reason or not (any_item or progress.billed_from(item) == "order"):
            continue
        done = ZERO if any_item else progress.billed[item.item_number]
        quantity = _wanted(item.item_number, item.quantity - done, request)
        if quantity > 0:
            rows.append(
                _Due(progress, progress.order.number, item.item_number, item.item_number, quantity)
            )
    return rows


def _wanted(item_number: int, open_quantity: Decimal, request: BillingRequest) -> Decimal:
    if not request.quantities:
        return open_quantity
    wanted = request.quantities.get(item_number, ZERO)
    if wanted > open_quantity:
        raise NotPossible(f"item {item_number}: only {open_quantity} open for billing")
    return wanted


def _save(system: SapSystem, rows: list[_Due], billing_type: str) -> str:
    first = rows[0].progress.order
    now = system.clock.now()
    items: list[BillingItem] = []
    for position, row in enumerate(rows, 1):
        items.append(_item(row, position * 10, system, items))
    payer = first.partner("RG") or first.partner("RE") or first.partner("AG")
    document = BillingDocument(
        number=system.store.draw("billing"),
        billing_type=billing_type,
        category=TYPES[billing_type],
        created_at=now,
        created_by=CLERK,
        billing_date=system.clock.today(),
        sales_organization=first.sales_organization,
        distribution_channel=first.distribution_channel,
        currency=first.currency,
        payer=payer.number if payer else first.sold_to,
        sold_to=first.sold_to,
        payment_terms=first.header.get("PMNTTRMS", ""),
        customer_reference=first.customer_reference,
        items=items,
        posting_status="C" if billing_type != "F8" else "D",
        billing_category="P" if billing_type == DOWN_PAYMENT_REQUEST else "",
    )
    if billing_type != "F8":
        document.accounting_document = system.store.draw("accounting")
    if billing_type not in WITHOUT_FREIGHT:
        _add_freight(system, document, rows)
    system.store.save(document)
    system.store.add_flow(
        link for item in document.items for link in _links(document, item, document.category)
    )
    return document.number


def _item(row: _Due, position: int, system: SapSystem, done: list[BillingItem]) -> BillingItem:
    item = row.progress.order.item(row.order_item)
    if item is None:
        raise NotPossible(f"order item {row.order_item} does not exist")
    decimals = system.customising.decimals(row.progress.order.currency)
    so_far = row.progress.billed[row.order_item] + row.quantity
    is_last = so_far >= item.quantity
    earlier = [] if not is_last else _billed_before(row, done)
    part = row.quantity / item.quantity
    whole = max(Decimal(1), so_far / item.quantity)  # more where more was delivered than ordered
    net, tax = (
        rounded(value * whole, decimals) - sum((getattr(one, name) for one in earlier), ZERO)
        if is_last
        else rounded(value * part, decimals)
        for name, value in (("net_value", item.net_value), ("tax_value", item.tax_value))
    )
    row.progress.billed[row.order_item] += row.quantity
    return BillingItem(
        position,
        item.material,
        item.short_text,
        row.quantity,
        item.unit,
        net,
        tax,
        row.reference,
        row.reference_item,
        row.progress.order.number,
        row.order_item,
        item.item_category,
        item.packed_in,
    )


def _billed_before(row: _Due, done: list[BillingItem]) -> list[BillingItem]:
    """The other parts of the line: the last one is worth what they leave, so that all add up, and
    a part billed anew is worth what it was."""
    earlier = [
        item
        for document in row.progress.billing
        if document.is_valid_invoice
        for item in document.items
    ]
    wanted = (row.progress.order.number, row.order_item)
    return [one for one in (*earlier, *done) if (one.sales_order, one.order_item) == wanted]


def _add_freight(system: SapSystem, document: BillingDocument, rows: list[_Due]) -> None:
    """Header freight goes to the first live billing document of each order."""
    for progress in {row.progress.order.number: row.progress for row in rows}.values():
        order = progress.order
        taken = any(
            order.number in earlier.freight_orders
            for earlier in progress.billing
            if earlier.is_valid_invoice
        )
        net, tax = header_charges(order, system.customising)
        if not taken and (net or tax):
            document.freight_orders[order.number] = [str(net), str(tax)]
            document.freight_net += net
            document.freight_tax += tax


def _links(document: BillingDocument, item: BillingItem, category: str) -> list[FlowLink]:
    gross = item.net_value
    common = (item.quantity, item.unit, document.created_at)
    links = [
        FlowLink(
            item.sales_order,
            item.order_item,
            "C",
            document.number,
            item.item_number,
            category,
            *common,
            int(item.reference != item.sales_order),
            gross,
            document.currency,
            item.material,
        )
    ]
    if item.reference != item.sales_order:
        links.append(
            FlowLink(
                item.reference,
                item.reference_item,
                "J",
                document.number,
                item.item_number,
                category,
                *common,
                0,
                gross,
                document.currency,
                item.material,
            )
        )
    return links


def cancel(system: SapSystem, number: str) -> str:
    """Cancel an invoice or credit memo; returns the number of the cancellation document."""
    with system.store.transaction():
        original = billing_of(system, number)
        if original.is_cancelled:
            raise NotPossible("billing document is already cancelled")
        if original.category not in "MO":
            raise NotPossible("only invoices and credit memos can be cancelled")
        reversal = _reversal(system, original)
        original.is_cancelled = True
        original.changed_on = system.clock.today()
        system.store.save(original)
        system.store.save(reversal)
        links = [ln for item in reversal.items for ln in _links(reversal, item, reversal.category)]
        system.store.add_flow(
            links + [_reversal_link(original, reversal, item) for item in reversal.items]
        )
        return reversal.number


def _reversal(system: SapSystem, original: BillingDocument) -> BillingDocument:
    is_invoice = original.category == "M"
    return replace(
        original,
        number=system.store.draw("billing"),
        billing_type="S1" if is_invoice else "S2",
        category="N" if is_invoice else "S",
        created_at=system.clock.now(),
        created_by=CLERK,
        billing_date=system.clock.today(),
        freight_orders={},
        accounting_document=system.store.draw("accounting"),
        posting_status="C",
        cancels=original.number,
        changed_on=None,
    )


def _reversal_link(
    original: BillingDocument, reversal: BillingDocument, item: BillingItem
) -> FlowLink:
    return FlowLink(
        original.number,
        item.item_number,
        original.category,
        reversal.number,
        item.item_number,
        reversal.category,
        item.quantity,
        item.unit,
        reversal.created_at,
        0,
        item.net_value,
        reversal.currency,
        item.material,
    )


def sales_orders_of(system: SapSystem, document: BillingDocument) -> list[SalesOrder]:
    """The orders a billing document bills."""
    numbers = dict.fromkeys(item.sales_order for item in document.items)
    return [order_of(system, number) for number in numbers]
