"""Orders whose sums hold more than lines, freight and tax, made of recorded ones.

Gift cards and fees are extension attributes, as the shop's edition or an extension of it adds them
(not recorded); quantities with decimals and rows that are not rounded are [248-118].
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sync.sandbox.shop.documents import Doc, add, cents, dec, num

SIDES = ("", "base_")
CREDITS = ("gift_cards", "customer_balance", "reward_currency")
FEE, FEE_TAX = "cod_fee_amount", "cod_fee_tax_amount"


def _gift_card(order: Doc) -> None:
    _pay_before(order, "gift_cards", Decimal(20))


def _store_credit(order: Doc) -> None:
    _pay_before(order, "customer_balance", Decimal("12.50"))


def _reward_points(order: Doc) -> None:
    _pay_before(order, "reward_currency", Decimal("7.77"))


def _pay_before(order: Doc, name: str, amount: Decimal) -> None:
    for side in SIDES:
        order["extension_attributes"][f"{side}{name}_amount"] = num(amount)
        _charge(order, side, -amount)


def _fee(order: Doc) -> None:
    for side in SIDES:
        order["extension_attributes"] |= {f"{side}{FEE}": 4.9, f"{side}{FEE_TAX}": 0.41}
        add(order, f"{side}tax_amount", Decimal("0.41"))
        _charge(order, side, Decimal("5.31"))


def _charge(order: Doc, side: str, more: Decimal) -> None:
    for name in ("grand_total", "total_due"):
        add(order, f"{side}{name}", more)
    add(order["payment"], f"{side}amount_ordered", more)


def _odd_decimals(order: Doc) -> None:
    """2.5 m for 3.33 a metre: 8.325, which no shop rounds."""
    _sell(order["items"][0], Decimal("2.5"), Decimal("3.33"))
    _sum_up(order)


def _yen(order: Doc) -> None:
    """A shop that prices in hundredths of a yen."""
    for at, item in enumerate(order["items"]):
        _sell(item, dec(item["qty_ordered"]), Decimal(["349.85", "1200.25"][at % 2]))
    for name in ("order", "base", "store", "global"):
        order[f"{name}_currency_code"] = "JPY"
    _sum_up(order)


def _sell(item: Doc, quantity: Decimal, price: Decimal) -> None:
    item["qty_ordered"] = num(quantity)
    item["is_qty_decimal"] = int(quantity != quantity.to_integral_value())
    for side in SIDES:
        for name in ("price", "original_price", "price_incl_tax"):
            item[f"{side}{name}"] = num(price)
        for name in ("row_total", "row_total_incl_tax"):
            item[f"{side}{name}"] = num(price * quantity)


def _sum_up(order: Doc) -> None:
    for side in SIDES:
        rows = sum((dec(item[f"{side}row_total"]) for item in order["items"]), Decimal(0))
        total = rows + dec(order[f"{side}shipping_amount"])
        order |= {f"{side}subtotal": num(rows), f"{side}subtotal_incl_tax": num(rows)}
        _charge(order, side, total - dec(order[f"{side}grand_total"]))
    pieces = sum((dec(item["qty_ordered"]) for item in order["items"]), Decimal(0))
    order["total_qty_ordered"] = num(pieces)


def _all_by_coupon(order: Doc) -> None:
    """A coupon of 100 % that also covers freight, with a tax of 10 % that counts before it: the
    discount covers that tax as well, and rows are cut to 0."""
    for side in SIDES:
        tax = Decimal(0)
        for item in order["items"]:
            net = dec(item[f"{side}row_total"])
            own = cents(net / 10)
            tax += own
            item |= {
                f"{side}tax_amount": num(own),
                f"{side}discount_amount": num(net + own),
                f"{side}row_total": 0,
                f"{side}row_total_incl_tax": 0,
                f"{side}price_incl_tax": num(dec(item[f"{side}price"]) * Decimal("1.1")),
                "tax_percent": 10,
                "discount_percent": 100,
            }
        freight = dec(order[f"{side}shipping_amount"])
        on_freight = cents(freight / 10)
        whole = dec(order[f"{side}subtotal"]) + freight + tax + on_freight
        order |= {
            f"{side}shipping_tax_amount": num(on_freight),
            f"{side}shipping_incl_tax": num(freight + on_freight),
            f"{side}shipping_discount_amount": num(freight + on_freight),
            f"{side}tax_amount": num(tax + on_freight),
            f"{side}discount_amount": num(-whole),
        }
        _charge(order, side, -dec(order[f"{side}grand_total"]))


GIFT_CARD, STORE_CREDIT, REWARD_POINTS = "gift-card", "store-credit", "reward-points"
COD_FEE, ODD_DECIMALS, YEN, ALL_BY_COUPON = "fee", "odd-decimals", "yen", "all-by-coupon"
CHANGES: dict[str, Callable[[Doc], None]] = {
    GIFT_CARD: _gift_card,
    STORE_CREDIT: _store_credit,
    REWARD_POINTS: _reward_points,
    COD_FEE: _fee,
    ODD_DECIMALS: _odd_decimals,
    YEN: _yen,
    ALL_BY_COUPON: _all_by_coupon,
}
MEANING = {
    GIFT_CARD: "20.00 of it paid with a gift card",
    STORE_CREDIT: "12.50 of it paid with store credit",
    REWARD_POINTS: "7.77 of it paid with reward points",
    COD_FEE: "With a fee for cash on delivery, and tax on it",
    ODD_DECIMALS: "2.5 m of a product; its row is not rounded",
    YEN: "In yen, with prices in hundredths",
    ALL_BY_COUPON: "A coupon pays for everything, freight and tax too",
}


def invoice_share(order: Doc, document: Doc, side: str, *, is_first: bool) -> None:
    """Fees come with the first invoice, and so do gift cards and credits as far as it reaches; the
    source of the editions that have them, not recorded."""
    own = order.get("extension_attributes", {})
    its: Doc = {}
    if is_first and (fee := dec(own.get(f"{side}{FEE}"))):
        tax = dec(own.get(f"{side}{FEE_TAX}"))
        its |= {f"{side}{FEE}": num(fee), f"{side}{FEE_TAX}": num(tax)}
        add(document, f"{side}tax_amount", tax)
        add(document, f"{side}grand_total", fee + tax)
    for name in CREDITS:
        left = dec(own.get(f"{side}{name}_amount")) - dec(own.get(f"{side}{name}_invoiced"))
        used = min(left, dec(document[f"{side}grand_total"]))
        if used > 0:
            its[f"{side}{name}_amount"] = num(used)
            add(own, f"{side}{name}_invoiced", used)
            add(document, f"{side}grand_total", -used)
    if its:
        document.setdefault("extension_attributes", {}).update(its)
