"""Amounts as SAP conditions: exact to the smallest coin of the currency.

SAP multiplies a rate by the quantity and rounds; a rate has no more decimals than the currency. So
a line of 3 pieces for 10.00 cannot be 3.33 a piece: it is 10.00 per 3 pieces.
"""

from __future__ import annotations

from decimal import Decimal
from math import gcd

from sync.causes.orders import OrderCause
from sync.currencies import currency_decimals
from sync.errors import UnexpectedRecord
from sync.sap.records import SapCondition
from sync.told import told

LARGEST_PER = 99999  # pricing unit, five digits
LARGEST_VALUE = Decimal("999999999.99")  # a condition rate, SAP sheet 1.5: CURR 11,2


def line_price(
    item_number: int,
    condition_type: str,
    total: Decimal,
    quantity: Decimal,
    currency: str,
    unit: str = "",
) -> SapCondition:
    """The price of a line whose pieces, counted in ``unit``, together cost exactly ``total``.

    A price per piece where that is exact, otherwise per the fewest pieces that make it exact,
    otherwise (quantities such as 123.457) the total as a fixed amount. Raises ``UnexpectedRecord``.
    """
    places = currency_decimals(currency)
    coins = _coins(total, currency)
    pieces, parts = quantity.as_integer_ratio()
    if pieces <= 0:
        raise _impossible(told("a quantity of {quantity} cannot be ordered", quantity=quantity))
    per = pieces // gcd(pieces, coins * parts)
    value = Decimal(coins * parts * per // pieces).scaleb(-places)
    if per <= LARGEST_PER and abs(value) <= LARGEST_VALUE:
        return SapCondition(item_number, condition_type, value, currency, per, unit)
    return fixed_amount(item_number, condition_type, total, currency)


def fixed_amount(
    item_number: int, condition_type: str, amount: Decimal, currency: str
) -> SapCondition:
    """For the whole line, or for the whole order where ``item_number`` is 0."""
    value = Decimal(_coins(amount, currency)).scaleb(-currency_decimals(currency))
    return SapCondition(item_number, condition_type, value, currency, is_fixed_amount=True)


def _coins(amount: Decimal, currency: str) -> int:
    """In the currency's smallest unit; raises ``UnexpectedRecord`` where that is not exact."""
    scaled = amount.scaleb(currency_decimals(currency))
    if scaled != scaled.to_integral_value():
        raise _impossible(
            told("{amount} is not an amount of {currency}", amount=amount, currency=currency)
        )
    if abs(amount) > LARGEST_VALUE:
        raise _impossible(
            told("{amount} {currency} is more than SAP can hold", amount=amount, currency=currency)
        )
    return int(scaled)


def _impossible(problem: str) -> UnexpectedRecord:
    return UnexpectedRecord(
        told("The order cannot be written to SAP: {problem}.", problem=problem),
        cause=OrderCause.AMOUNT,
    )
