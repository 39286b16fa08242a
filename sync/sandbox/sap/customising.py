"""Master data and customising of the stand-in, held as data (``data/customising.json``)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Material:
    """A material; ``is_delivered`` false for services, virtual goods and downloads."""

    number: str
    text: str
    is_delivered: bool
    item_category: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer; a one-time customer (CPD) has no address of its own."""

    number: str
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    is_one_time: bool
    sales_areas: tuple[str, ...]
    payment_terms: str


@dataclass(frozen=True, slots=True)
class ConditionType:
    """A condition type: ``calculation`` per_unit, fixed or percent; ``role`` price, discount…"""

    key: str
    text: str
    role: str  # price, discount, tax, freight, freight_tax, after_tax, statistical
    calculation: str
    level: str  # item, header


@dataclass(frozen=True, slots=True)
class Customising:
    """Everything that is neither a document nor a setting."""

    sales_areas: dict[str, dict[str, str]]
    order_types: dict[str, dict[str, str]]
    item_categories: dict[str, dict[str, Any]]
    condition_types: dict[str, ConditionType]
    customers: dict[str, Customer]
    materials: dict[str, Material]
    units: dict[str, dict[str, str]]
    currencies: dict[str, int]
    payment_terms: dict[str, str]
    shipping_conditions: dict[str, dict[str, str]]
    rejection_reasons: dict[str, str]
    partner_roles: dict[str, dict[str, str]]
    carriers: dict[str, dict[str, str]]
    shipping_points: dict[str, str]
    eans: dict[str, str]

    @classmethod
    def load(cls) -> Customising:
        """Read the data file."""
        path = Path(__file__).parent / "data" / "customising.json"
        raw: dict[str, Any] = json.loads(path.read_text("utf-8"))
        raw.pop("about")
        raw["condition_types"] = {
            key: ConditionType(key, **row) for key, row in raw["condition_types"].items()
        }
        raw["customers"] = {
            key: Customer(key, **{**row, "sales_areas": tuple(row["sales_areas"])})
            for key, row in raw["customers"].items()
        }
        raw["materials"] = {key: Material(key, *row) for key, row in raw["materials"].items()}
        return cls(**raw)

    def decimals(self, currency: str) -> int:
        """Decimals of the currency (TCURX); 2 unless stated otherwise."""
        return self.currencies.get(currency, 2)

    def unit(self, internal: str, iso: str) -> str | None:
        """The internal unit from the internal or the ISO key; ``None`` if unknown."""
        if internal:
            return internal if internal in self.units else None
        return next((key for key, unit in self.units.items() if unit["iso"] == iso), None)

    def base_unit(self, unit: str) -> str:
        """The unit stock is kept in: what a carton holds, for a carton."""
        return self.units.get(unit, {}).get("base", unit)

    def in_base_unit(self, quantity: Decimal, unit: str) -> Decimal:
        """A quantity in the base unit (LGMNG, FKLMG)."""
        return quantity * Decimal(self.units.get(unit, {}).get("factor", "1"))

    def in_sales_unit(self, quantity: Decimal, unit: str, packed_in: str) -> tuple[Decimal, str]:
        """As a delivery or bill tells it (LFIMG, FKIMG): three decimals, so 0.167 KAR for 2 ST."""
        if not packed_in:
            return quantity, unit
        factor = Decimal(self.units[packed_in]["factor"])
        return (quantity / factor).quantize(THOUSANDTH), packed_in

    def internal_amount(self, amount: Decimal, currency: str) -> Decimal:
        """What a CURR field holds: two stored decimals, shifted by the currency's (SAP 1.6)."""
        return amount.scaleb(self.decimals(currency) - 2)

    def document_category(self, order_type: str) -> str:
        """VBTYP: C order, H returns, K credit memo request; an unknown type is an order."""
        return str(self.order_types.get(order_type, {}).get("category", "C"))

    def iso_unit(self, internal: str) -> str:
        """The ISO key of an internal unit."""
        return self.units.get(internal, {}).get("iso", "")
