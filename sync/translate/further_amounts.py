"""What a web order costs beside lines, freight and tax, and what was paid of it in advance. Pure.

Fees and surcharges come from extensions of the shop, each under a name of its own. Gift cards,
store credit and reward points are payments: the shop takes them off its grand total, but the goods
cost what they cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sync.currencies import currency_decimals
from sync.errors import UnexpectedRecord
from sync.magento.members import Members
from sync.magento.records import PAID_BY_CREDIT, MagentoOrder
from sync.told import told

ZERO = Decimal(0)
IN_WORDS = {
    "gift_cards_amount": told("Gift card"),
    "customer_balance_amount": told("Store credit"),
    "reward_currency_amount": told("Reward points"),
}
BASE = "base_"


class Booking(StrEnum):
    """What becomes of such an amount in SAP."""

    FEE = "fee"
    PAYMENT = "payment"  # by a condition that does not count in the net value
    LEFT_OUT = "left_out"  # a payment that SAP does not get to see


@dataclass(frozen=True, slots=True)
class FurtherEntry:
    """What a mapping says of the order's member ``attribute``."""

    attribute: str
    booking: Booking
    condition_type: str = ""
    tax_attribute: str = ""
    tax_condition: str = ""  # empty: with the tax on freight, or by SAP itself
    name: str = ""


@dataclass(frozen=True, slots=True)
class FurtherAmount:
    """In order currency. A payment is positive, and has no tax."""

    attribute: str
    amount: Decimal
    tax: Decimal = ZERO
    entry: FurtherEntry | None = None  # None: nobody has said what becomes of it

    @property
    def name(self) -> str:
        name = self.entry.name if self.entry else ""
        return name or IN_WORDS.get(self.attribute, self.attribute)

    @property
    def condition_type(self) -> str:
        """Blank where SAP does not get to see it."""
        is_sent = self.entry is not None and self.entry.booking != Booking.LEFT_OUT
        return self.entry.condition_type if self.entry is not None and is_sent else ""

    @property
    def tax_condition(self) -> str:
        return self.entry.tax_condition if self.entry is not None else ""

    @property
    def is_fee(self) -> bool:
        return self.entry is not None and self.entry.booking == Booking.FEE

    @property
    def cost(self) -> Decimal:
        """What it adds to the order's total."""
        return self.amount + self.tax if self.is_fee else ZERO

    @property
    def paid(self) -> Decimal:
        return ZERO if self.is_fee else self.amount


def further_amounts(
    order: MagentoOrder, entries: Sequence[FurtherEntry]
) -> tuple[FurtherAmount, ...]:
    """Those that are not 0: the payments every shop knows, and what is mapped for this one."""
    known = {entry.attribute: entry for entry in entries}
    found = (_further(order, name, known.get(name)) for name in {**_payments(), **known})
    return tuple(one for one in found if one.amount or one.tax)


def credit_on(payload: dict[str, Any]) -> Decimal:
    """What a stored document says was paid by gift card, store credit or points."""
    found = payload.get("extension_attributes")
    attributes = found if isinstance(found, dict) else {}
    return sum((Decimal(str(attributes.get(name) or 0)) for name in PAID_BY_CREDIT), ZERO)


def unexplained(order: MagentoOrder, entries: Iterable[FurtherEntry]) -> dict[str, Decimal]:
    """The amounts among the extension attributes that nothing accounts for, by name."""
    known = {name for entry in entries for name in (entry.attribute, entry.tax_attribute)}
    attributes = order.payload.get("extension_attributes")
    if not isinstance(attributes, dict):
        return {}
    members = Members(attributes)
    return {
        name: amount
        for name in attributes
        if not name.startswith(BASE) and name not in {*known, *PAID_BY_CREDIT}
        if (amount := _readable(members, name))
    }


def _payments() -> dict[str, None]:
    return dict.fromkeys(PAID_BY_CREDIT)


def _further(order: MagentoOrder, name: str, entry: FurtherEntry | None) -> FurtherAmount:
    amount = _amount(order, name)
    if entry is None or entry.booking != Booking.FEE:
        return FurtherAmount(name, abs(amount), ZERO, entry)
    tax = _amount(order, entry.tax_attribute) if entry.tax_attribute else ZERO
    return FurtherAmount(name, amount, tax, entry)


def _amount(order: MagentoOrder, name: str) -> Decimal:
    """From the extension attributes or the order itself; converted where only the amount in base
    currency is there."""
    for members in _places(order):
        if members.values.get(name) not in (None, ""):
            return members.amount(name)
    for members in _places(order):
        if base := members.amount(BASE + name):
            coin = Decimal(1).scaleb(-currency_decimals(order.order_currency_code))
            return (base * (order.base_to_order_rate or 1)).quantize(coin, ROUND_HALF_UP)
    return ZERO


def _places(order: MagentoOrder) -> Iterator[Members]:
    document = Members(order.payload, "order")
    if (extension := document.child("extension_attributes")) is not None:
        yield extension
    yield document


def _readable(members: Members, name: str) -> Decimal:
    value: Any = members.values[name]
    if isinstance(value, bool | dict | list | None):
        return ZERO
    try:
        return members.amount(name)
    except UnexpectedRecord:
        return ZERO
