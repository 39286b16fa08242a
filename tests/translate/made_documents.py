"""Order documents as Magento would compute and send them: any shape, catalogue, currency.

An independent model of the shop's arithmetic, checked against the recordings [101, 804-806]:

- net catalogue: the row is price x quantity, the tax is taken of the row less its discount.
- gross catalogue: the gross row is stored net; the discount is taken of the gross row; the
  ``discount_tax_compensation_amount`` is the tax that the discount saved.
- ``row_total_incl_tax`` is what the customer pays for the row, and floating point shows.
- ``row_total`` is the row less its discount up to 2.4.7, and from 2.4.8 on the piece less the row's
  discount, never below 0 [248-111].
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)
HUNDRED = Decimal(100)
KINDS = ("simple", "virtual", "downloadable", "grouped", "configurable", "dynamic", "fixed")
Document = dict[str, Any]


@dataclass
class Money:
    """What one line costs."""

    price: Decimal = ZERO
    row: Decimal = ZERO
    discount: Decimal = ZERO
    compensation: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.row - self.discount + self.compensation + self.tax


@dataclass
class Shop:
    """The rules an order is computed by."""

    chance: random.Random
    currency: str
    is_gross: bool
    rate: Decimal
    discount_percent: Decimal
    free: bool = False
    is_newer: bool = False  # 2.4.8, where row_total is of one piece
    lines: list[Document] = field(default_factory=list)
    counted: list[Money] = field(default_factory=list)

    @property
    def unit(self) -> Decimal:
        return Decimal(1) if self.currency == "JPY" else Decimal("0.01")

    def rounded(self, amount: Decimal) -> Decimal:
        return amount.quantize(self.unit, ROUND_HALF_UP)

    def some_price(self) -> Decimal:
        """Up to 9999, a free piece now and then; in EUR a converted price."""
        if self.free or self.chance.random() < 0.05:
            return ZERO
        price = Decimal(self.chance.randrange(1, 10 ** self.chance.randrange(2, 7))) / 100
        rate = Decimal("0.92") if self.currency == "EUR" else Decimal(1)
        return self.rounded(max(price * rate, self.unit))

    def row_total(self, money: Money) -> Decimal:
        """What this version of Magento calls so."""
        if self.is_newer:
            return max(money.price - money.discount, ZERO)
        return money.row - money.discount

    def money(self, shown: Decimal, quantity: Decimal) -> Money:
        """Of a line whose catalogue price is ``shown``."""
        row = self.rounded(shown * quantity)
        discount = self.rounded(row * self.discount_percent / HUNDRED)
        if not self.is_gross:
            tax = self.rounded((row - discount) * self.rate / HUNDRED)
            return Money(shown, row, discount, ZERO, tax)
        share = self.rate / (HUNDRED + self.rate)
        whole_tax = self.rounded(row * share)
        tax = self.rounded((row - discount) * share)
        net = self.rounded(shown - shown * share)
        return Money(net, row - whole_tax, discount, whole_tax - tax, tax)


def as_sent(amount: Decimal, chance: random.Random) -> Any:
    """A number as PHP writes it: whole, with decimals, or with the noise of floating point."""
    if amount == amount.to_integral_value() and chance.random() < 0.9:
        return int(amount)
    noise = Decimal("0.000000000000007") if chance.random() < 0.1 else ZERO
    return amount + noise if abs(amount) < 1000 else amount


def item(shop: Shop, item_id: int, money: Money, quantity: Decimal, **more: Any) -> Document:
    """A line of the document."""
    made: Document = {
        "item_id": item_id, "product_id": 1000 + item_id, "product_type": "simple",
        "sku": f"SKU-{item_id}", "name": f"Thing {item_id}", "is_virtual": 0,
        "qty_ordered": as_sent(quantity, shop.chance), "qty_shipped": 0, "qty_invoiced": 0,
        "qty_refunded": 0, "qty_canceled": 0, "price": as_sent(money.price, shop.chance),
        "row_total": as_sent(shop.row_total(money), shop.chance),
        "row_total_incl_tax": as_sent(money.total, shop.chance),
        "tax_amount": as_sent(money.tax, shop.chance), "tax_percent": shop.rate,
    }  # fmt: skip
    if money.discount:
        made["discount_amount"] = as_sent(money.discount, shop.chance)
    if money.compensation:
        made["discount_tax_compensation_amount"] = as_sent(money.compensation, shop.chance)
    shop.lines.append({**made, **more})
    return shop.lines[-1]


def add_thing(shop: Shop, kind: str, first: int) -> None:
    """A product of that kind with all its lines."""
    chance = shop.chance
    quantity = Decimal(chance.choice((1, 1, 2, 3, 7, 120)))
    if kind == "simple" and chance.random() < 0.1:
        quantity = Decimal("1.5")
    if kind == "dynamic":
        _add_dynamic(shop, first, quantity)
        return
    money = shop.money(shop.some_price(), quantity)
    shop.counted.append(money)
    kinds = {"grouped": "simple", "fixed": "bundle"}
    more: Document = {"product_type": kinds.get(kind, kind)}
    more["is_virtual"] = int(kind in ("virtual", "downloadable"))
    item(shop, first, money, quantity, **more)
    for at in range({"configurable": 1, "fixed": 3}.get(kind, 0)):
        item(shop, first + at + 1, Money(), quantity * (at + 1), parent_item_id=first)


def _add_dynamic(shop: Shop, first: int, quantity: Decimal) -> None:
    """The parent repeats what its children cost; its own discount stays with them."""
    parts = []
    for at in range(shop.chance.randrange(1, 4)):
        count = quantity * (at + 1)
        parts.append((shop.money(shop.some_price(), count), count))
    costs = [money for money, _ in parts if money.price]
    # One without any money cannot be told from a bundle of fixed price, whose parent counts.
    shop.counted += [money for money, _ in parts] if costs else [Money()]
    both = Money(sum((m.price for m, _ in parts), ZERO), sum((m.row for m, _ in parts), ZERO))
    both.tax = sum((m.tax for m, _ in parts), ZERO)
    item(shop, first, both, quantity, product_type="bundle")
    for at, (money, count) in enumerate(parts, start=1):
        item(shop, first + at, money, count, parent_item_id=first)


def made_document(seed: int) -> tuple[Document, Shop]:
    """An order of one to six products, and how it was computed."""
    chance = random.Random(seed)
    shop = Shop(
        chance,
        currency=chance.choice(("USD", "EUR", "EUR", "JPY")),
        is_gross=chance.random() < 0.5,
        rate=Decimal(chance.choice(("0", "7", "8.25", "8.875", "19", "25"))),
        discount_percent=Decimal(chance.choice(("0", "0", "10", "33.33", "100"))),
        free=chance.random() < 0.05,
        is_newer=chance.random() < 0.5,
    )
    for at in range(chance.randrange(1, 7)):
        add_thing(shop, chance.choice(KINDS), at * 10 + 1)
    freight = shop.money(ZERO if shop.free else shop.some_price(), Decimal(1))
    return _totals(shop, freight, seed), shop


def _totals(shop: Shop, freight: Money, seed: int) -> Document:
    def of(name: str) -> Decimal:
        return sum((getattr(money, name) for money in shop.counted), ZERO)

    grand = of("total") + freight.total
    amounts = {
        "subtotal": of("row"), "shipping_amount": freight.row,
        "shipping_discount_amount": freight.discount,
        "shipping_discount_tax_compensation_amount": freight.compensation,
        "shipping_tax_amount": freight.tax, "tax_amount": of("tax") + freight.tax,
        "discount_amount": -of("discount") - freight.discount,
        "discount_tax_compensation_amount": of("compensation"), "grand_total": grand,
    }  # fmt: skip
    base = Decimal("0.92") if shop.currency == "EUR" else Decimal(1)
    return {
        "entity_id": seed + 1, "increment_id": f"{seed + 1:09d}", "store_id": 1, "state": "new",
        "status": "pending", "created_at": "2026-11-23 10:00:00",
        "updated_at": "2026-11-23 10:00:00", "order_currency_code": shop.currency,
        "base_currency_code": "USD", "base_to_order_rate": base, "items": shop.lines,
        **{name: as_sent(amount, shop.chance) for name, amount in amounts.items()},
    }  # fmt: skip
