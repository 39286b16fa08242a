"""How much of a bundle a SAP document names: its parent, its parts, and the whole bundles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from sync.magento.records import MagentoOrderItem

ZERO = Decimal(0)

Quantities = Mapping[int, Decimal]  # by order item id


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle's parent and those of its parts that count, with SAP's quantities."""

    parent: MagentoOrderItem
    parts: list[MagentoOrderItem]
    now: Quantities
    before: Quantities

    @property
    def is_touched(self) -> bool:
        return any(self.now.get(item.item_id) for item in (self.parent, *self.parts))

    @property
    def parent_quantity(self) -> Decimal:
        return self.now.get(self.parent.item_id, ZERO)

    @property
    def parent_was_ever_given(self) -> bool:
        return bool(self.parent_quantity or self.before.get(self.parent.item_id))

    @property
    def changed_sides(self) -> bool:
        """Earlier documents named only the parent and this one only parts, or the reverse: both may
        mean the same goods."""
        had_parent = bool(self.before.get(self.parent.item_id))
        had_parts = any(self.before.get(part.item_id) for part in self.parts)
        has_parts = any(self.now.get(part.item_id) for part in self.parts)
        if had_parent == had_parts:
            return False
        return has_parts if had_parent else bool(self.parent_quantity) and not has_parts

    @property
    def parts_were_ever_given(self) -> bool:
        return any(self.so_far(part) for part in self.parts)

    def so_far(self, part: MagentoOrderItem) -> Decimal:
        return self.before.get(part.item_id, ZERO) + self.now.get(part.item_id, ZERO)

    def per_bundle(self, part: MagentoOrderItem) -> Fraction:
        """A part's ordered quantity is that of all bundles together (README "Lines")."""
        return Fraction(part.qty_ordered) / Fraction(self.parent.qty_ordered)

    def completed(self) -> Decimal:
        if not self.parts_were_ever_given:
            return self.parent_quantity
        before = self._whole(
            {part.item_id: self.before.get(part.item_id, ZERO) for part in self.parts}
        )
        so_far = self._whole({part.item_id: self.so_far(part) for part in self.parts})
        return Decimal(so_far - before)

    def unfinished(self) -> dict[int, Decimal]:
        """What was given of each part beyond the whole bundles."""
        whole = self._whole({part.item_id: self.so_far(part) for part in self.parts})
        rest: dict[int, Decimal] = {}
        for part in self.parts:
            left = Fraction(self.so_far(part)) - whole * self.per_bundle(part)
            if left > 0 and self.now.get(part.item_id):
                rest[part.item_id] = Decimal(left.numerator) / Decimal(left.denominator)
        return rest

    def _whole(self, quantities: Quantities) -> int:
        counted = [part for part in self.parts if part.qty_ordered > 0]
        if not counted:
            return 0
        return min(
            floor(Fraction(quantities[part.item_id]) / self.per_bundle(part)) for part in counted
        )
