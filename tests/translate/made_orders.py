"""Orders as a shop would compute them, made up: of any shape, with any price."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import strategies as st

from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder, MagentoOrderItem

ZERO = Decimal(0)
CENT = Decimal("0.01")


def made_item(item_id: int, **members: Any) -> MagentoOrderItem:
    """A line; what is not given is nothing."""
    values: dict[str, Any] = {
        "item_id": item_id, "parent_item_id": None, "product_id": item_id + 1000,
        "product_type": "simple", "sku": f"SKU-{item_id}", "name": f"Thing {item_id}",
        "is_virtual": False, "is_qty_decimal": False, "qty_ordered": Decimal(1),
        "qty_shipped": ZERO, "qty_invoiced": ZERO, "qty_refunded": ZERO, "qty_canceled": ZERO,
        "price": ZERO, "row_total_incl_tax": ZERO, "fixed_product_tax": ZERO, "tax_amount": ZERO,
        "tax_percent": ZERO, "discount_amount": ZERO, "discount_tax_compensation_amount": ZERO,
    }  # fmt: skip
    return MagentoOrderItem(**(values | members))


def made_order(
    items: Iterable[MagentoOrderItem], *, currency: str = "USD", shipping: Decimal = ZERO
) -> MagentoOrder:
    """An order over these lines, whose totals are computed as the shop does."""
    lines = tuple(items)
    empty = parse_order(
        {
            "entity_id": 1, "increment_id": "000000001", "order_currency_code": currency,
            "created_at": "2026-11-23 10:00:00", "updated_at": "2026-11-23 10:00:00",
            "grand_total": 0, "store_id": 1,
        }
    )  # fmt: skip
    counted = [line for line in lines if not _repeats(line, lines)]
    subtotal = sum((line.net_before_discount for line in counted), ZERO)
    discount = sum((line.discount_amount for line in counted), ZERO)
    compensation = sum((line.discount_tax_compensation_amount for line in counted), ZERO)
    tax = sum((line.tax_amount for line in counted), ZERO)
    return replace(
        empty,
        items=lines,
        subtotal=subtotal,
        discount_amount=-discount,
        discount_tax_compensation_amount=compensation,
        tax_amount=tax,
        shipping_amount=shipping,
        grand_total=subtotal - discount + compensation + tax + shipping,
    )


def _repeats(line: MagentoOrderItem, lines: tuple[MagentoOrderItem, ...]) -> bool:
    below = [other for other in lines if other.parent_item_id == line.item_id]
    return line.product_type == "bundle" and any(other.price for other in below)


@st.composite
def priced(draw: st.DrawFn, /, item_id: int, **members: Any) -> MagentoOrderItem:
    """A line with a price, a discount and a tax; gross prices where it has a compensation."""
    price = draw(st.decimals(0, 9999, places=2))
    quantity = Decimal(draw(st.integers(1, 120)))
    total = price * quantity
    percent = Decimal(draw(st.sampled_from(["0", "10", "33.33", "100"])))
    discount = (total * percent / 100).quantize(CENT, ROUND_HALF_UP)
    rate = Decimal(draw(st.sampled_from(["0", "8.25", "19"])))
    is_gross = draw(st.booleans())
    compensation = (discount * rate / (100 + rate)).quantize(CENT) if is_gross else ZERO
    tax = ((total - discount + compensation) * rate / 100).quantize(CENT, ROUND_HALF_UP)
    values: dict[str, Any] = {
        "qty_ordered": quantity, "price": price,
        "row_total_incl_tax": total - discount + compensation + tax, "tax_amount": tax,
        "discount_amount": discount,
        "discount_tax_compensation_amount": compensation,
    }  # fmt: skip
    return made_item(item_id, **(values | members))


@st.composite
def orders(draw: st.DrawFn) -> MagentoOrder:
    """An order of one to five things of any kind."""
    items: list[MagentoOrderItem] = []
    for at in range(draw(st.integers(1, 5))):
        first = at * 10 + 1
        kind = draw(st.sampled_from(["simple", "configurable", "dynamic", "fixed", "virtual"]))
        items += draw(_thing(kind, first))
    shipping = draw(st.decimals(0, 200, places=2))
    return made_order(items, shipping=shipping)


@st.composite
def _thing(draw: st.DrawFn, kind: str, first: int) -> list[MagentoOrderItem]:
    if kind in ("simple", "virtual"):
        return [draw(priced(first, product_type=kind, is_virtual=kind == "virtual"))]
    if kind == "configurable":
        parent = draw(priced(first, product_type="configurable"))
        return [parent, made_item(first + 1, parent_item_id=first, qty_ordered=parent.qty_ordered)]
    if kind == "fixed":
        parent = draw(priced(first, product_type="bundle"))
        per = [draw(st.integers(1, 4)) for _ in range(2)]
        return [parent, *(
            made_item(first + n, parent_item_id=first, qty_ordered=parent.qty_ordered * each)
            for n, each in enumerate(per, start=1)
        )]  # fmt: skip
    parts = [draw(priced(first + n, parent_item_id=first)) for n in (1, 2)]
    total = sum((part.net_before_discount for part in parts), ZERO)
    tax = sum((part.tax_amount for part in parts), ZERO)
    parent = made_item(
        first,
        product_type="bundle",
        price=total,
        row_total_incl_tax=total + tax,
        tax_amount=tax,
    )
    return [parent, *parts]
