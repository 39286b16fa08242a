"""A web order's prices beside those of a dry run, by line, freight and total. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from sync.magento.records import MagentoOrder
from sync.sap.records import SapCondition, SapSalesOrderItem, SapSimulation
from sync.told import told
from sync.translate.order_amounts import OrderAmounts, PricedLine, amounts_in_coins, order_amounts
from sync.translate.order_mapping import OrderMapping
from sync.translate.order_rest import amounts_left
from sync.translate.sap_order import TranslatedOrder

ZERO = Decimal(0)
ELEMENTS = ("net", "discount", "tax", "total")
Amounts = dict[str, Decimal]
Row = dict[str, Any]


def price_table(
    order: MagentoOrder,
    mapping: OrderMapping,
    translated: TranslatedOrder,
    simulation: SapSimulation,
    tolerance: Decimal,
) -> list[Row]:
    """A row for each line, one for freight where there is any, and one for the whole order.

    Each row holds ``label``, ``item``, the four amounts of ``shop`` and of ``sap`` as text, and the
    names of those that differ by more than ``tolerance``. ``sap`` is None where SAP tells no
    prices. The discount is positive; ``net`` is what is left after it.
    """
    whole_order = order_amounts(order, mapping.amounts_may_be_off, mapping.further)
    amounts = amounts_left(amounts_in_coins(whole_order), translated.left)
    of_sap = _Told(simulation, mapping, translated)
    rows = [
        _row(
            f"{line.sku} × {line.quantity.normalize():f}",
            translated.item_numbers[line.item_id],
            _of_line(line),
            of_sap.line(translated.item_numbers[line.item_id]),
            tolerance,
        )
        for line in amounts.lines
    ]
    freight = _freight(amounts, mapping)
    if freight["total"]:
        has_fees = any(one.is_fee for one in amounts.further)
        label = told("Freight and fees") if has_fees else told("Freight")
        rows.append(_row(label, 0, freight, of_sap.freight(), tolerance))
    whole = _sum([*(_of_line(line) for line in amounts.lines), freight])
    rows.append(_row(told("Total"), 0, whole, of_sap.whole(), tolerance))
    return rows


class _Told:
    """SAP's prices as the same four amounts; header charges are taken out of the lines."""

    def __init__(
        self, simulation: SapSimulation, mapping: OrderMapping, translated: TranslatedOrder
    ) -> None:
        self._items = {item.item_number: item for item in simulation.items}
        self._conditions = simulation.conditions
        self._discount = mapping.discount_condition
        asked = translated.request.conditions
        of_header = {one.condition_type for one in asked if not one.item_number}
        self._of_header = of_header - translated.totals.payment_types
        self._knows_taxes = any(one.is_tax for one in simulation.conditions)

    def line(self, item_number: int) -> Amounts | None:
        item = self._items.get(item_number)
        if item is None:
            return None
        of_header = self._sum(item_number, lambda one: self._is_charge(one) and not one.is_tax)
        net = item.net_value - of_header
        tax = self._tax(item)
        discount = -self._sum(item_number, lambda one: one.condition_type == self._discount)
        return {"net": net, "discount": discount, "tax": tax, "total": net + tax}

    def freight(self) -> Amounts | None:
        """The charges of the whole order, wherever SAP lists them."""
        if not self._items:
            return None
        spread = {one.condition_type for one in self._conditions if one.item_number}
        charges = [
            one
            for one in self._conditions
            if self._is_charge(one) and (one.item_number or one.condition_type not in spread)
        ]
        net = sum((one.amount or ZERO for one in charges if not one.is_tax), ZERO)
        tax = sum((one.amount or ZERO for one in charges if one.is_tax), ZERO)
        return {"net": net, "discount": ZERO, "tax": tax, "total": net + tax}

    def whole(self) -> Amounts | None:
        lines = [self.line(number) for number in self._items]
        freight = self.freight()
        if freight is None:
            return None
        return _sum([*(line for line in lines if line is not None), freight])

    def _tax(self, item: SapSalesOrderItem) -> Decimal:
        """From the elements where SAP marks any as taxes, otherwise from the line itself."""
        if not self._knows_taxes:
            return item.tax_value or ZERO
        return self._sum(item.item_number, lambda one: one.is_tax and not self._is_charge(one))

    def _is_charge(self, condition: SapCondition) -> bool:
        return condition.condition_type in self._of_header

    def _sum(self, item_number: int, wanted: Callable[[SapCondition], bool]) -> Decimal:
        own = (one for one in self._conditions if one.item_number == item_number and wanted(one))
        return sum((one.amount or ZERO for one in own), ZERO)


def _of_line(line: PricedLine) -> Amounts:
    net = line.net_before_discount - line.discount
    return {"net": net, "discount": line.discount, "tax": line.tax, "total": line.total}


def _freight(amounts: OrderAmounts, mapping: OrderMapping) -> Amounts:
    """All the charges of the whole order that SAP is sent."""
    fees = [one for one in amounts.further if one.is_fee]
    net = amounts.freight - amounts.freight_discount + sum((one.amount for one in fees), ZERO)
    net += amounts.rounding if mapping.rounding_condition else ZERO
    tax = amounts.freight_tax + sum((one.tax for one in fees), ZERO)
    return {"net": net, "discount": ZERO, "tax": tax, "total": net + tax}


def _sum(rows: Iterable[Amounts]) -> Amounts:
    listed = list(rows)
    return {name: sum((row[name] for row in listed), ZERO) for name in ELEMENTS}


def _row(label: str, item: int, shop: Amounts, sap: Amounts | None, tolerance: Decimal) -> Row:
    differing = [n for n in ELEMENTS if sap is not None and abs(shop[n] - sap[n]) > tolerance]
    return {
        "label": label,
        "item": item,
        "shop": _written(shop),
        "sap": None if sap is None else _written(sap),
        "differs": differing,
    }


def _written(amounts: Amounts) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}
