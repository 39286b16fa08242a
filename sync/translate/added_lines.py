"""Items of a SAP order that stand for no line of the web order (SAP sheet 13.5), and what stands
for one all the same: parts SAP delivers for a set, and an item a person tied to its line. Pure.

An item that stands for no line is nothing the shop can ship or invoice, and holds up nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Protocol

from sync.told import told
from sync.translate.sap_progress import NOTHING

FREE_GOODS = "TANN"  # SAP's own item category for them
ZERO = Decimal(0)

Quantities = Mapping[int, Decimal]


class SapItem(Protocol):
    @property
    def sap_item_number(self) -> int: ...
    @property
    def ordered_quantity(self) -> Decimal: ...
    @property
    def higher_level_item_number(self) -> int: ...
    @property
    def item_category(self) -> str: ...
    @property
    def is_delivered(self) -> bool | None: ...
    @property
    def billed_from(self) -> str: ...
    @property
    def is_rejected(self) -> bool: ...
    @property
    def net_value(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of the web order; ``own_item`` is the item it was sent as, 0 where that is unknown."""

    item_id: int
    sku: str
    own_item: int
    asked: Decimal
    is_virtual: bool


@dataclass(frozen=True, slots=True)
class SapQuantities:
    """Quantities of one SAP document by order item id, with those of the documents before it, and
    what the document holds beyond what was ordered."""

    now: dict[int, Decimal]
    before: dict[int, Decimal]
    beyond: dict[int, Decimal]
    items: OrderItems


@dataclass(frozen=True, slots=True)
class OrderItems:
    """All items of a SAP order beside the lines of its web order."""

    lines: dict[int, OrderedLine]  # by the shop's order item id
    items: Mapping[int, SapItem]  # by item number
    tied: dict[int, int] = field(default_factory=dict)  # item number -> order item id

    @property
    def item_ids(self) -> dict[int, int]:
        """The order item id by SAP's item number, where an item stands for a line."""
        own = {one.own_item: one.item_id for one in self.lines.values() if one.own_item}
        return own | self.tied

    def added(self) -> list[int]:
        """Also those a person has tied."""
        own = {line.own_item for line in self.lines.values()}
        return sorted(set(self.items) - own)

    def origin(self, number: int) -> int:
        """The item of a web line that an added item belongs to; 0 where it belongs to none."""
        known, seen = self.item_ids, {number}
        while number not in known:
            above = self.items[number].higher_level_item_number if number in self.items else 0
            if not above or above in seen:
                return 0
            seen.add(above)
            number = above
        return number

    def short_lines(self) -> list[OrderedLine]:
        """Lines of which SAP's items hold less than it was asked for: another item may stand for
        the rest."""
        held: defaultdict[int, Decimal] = defaultdict(Decimal)
        for number, item_id in self.item_ids.items():
            item = self.items.get(number)
            if item is not None and not item.is_rejected:
                held[item_id] += item.ordered_quantity
        known = [one for one in self.lines.values() if self.items or not one.own_item]
        return [line for line in known if held[line.item_id] < line.asked]

    def may_replace(self, number: int) -> bool:
        """Whether a person has to say if an item stands for a line: it belongs to no other item,
        and a line lacks one."""
        if number in self.item_ids or self.origin(number):
            return False
        item = self.items.get(number)
        return not (item and item.is_rejected) and bool(self.short_lines())

    def parts_of(self, number: int) -> list[SapItem]:
        """The added items that make up the set, without headers of further sets, and without free
        goods where there is more. None where the web order names the parts itself."""
        known = self.item_ids.keys()
        if any(
            self.items[one].higher_level_item_number == number for one in known & self.items.keys()
        ):
            return []
        live = [
            self.items[part]
            for part in self.added()
            if not self.items[part].is_rejected and self.origin(part) == number
        ]
        headers = {part.higher_level_item_number for part in live}
        parts = [part for part in live if part.sap_item_number not in headers]
        return [part for part in parts if part.item_category != FREE_GOODS] or parts

    def delivered(self, now: Quantities, before: Quantities) -> SapQuantities:
        """For quantities by SAP's item number, each in its line's unit."""
        sets = [
            line.own_item
            for line in self.lines.values()
            if not line.is_virtual and self.is_delivered_by_parts(line.own_item)
        ]
        return self._by_line(now, before, sets)

    def billed(self, now: Quantities, before: Quantities) -> SapQuantities:
        own = [line.own_item for line in self.lines.values()]
        return self._by_line(now, before, [item for item in own if self.is_billed_by_parts(item)])

    def in_sets(self) -> set[int]:
        """Added items that stand for their part of a line."""
        return {
            number
            for number in self.added()
            if (origin := self.origin(number))
            and (self.is_delivered_by_parts(origin) or self.is_billed_by_parts(origin))
            and any(part.sap_item_number == number for part in self.parts_of(origin))
        }

    def is_billed_by_parts(self, number: int) -> bool:
        item = self.items.get(number)
        return item is not None and item.billed_from == NOTHING

    def is_delivered_by_parts(self, number: int) -> bool:
        item = self.items.get(number)
        return item is not None and item.is_delivered is False

    def _by_line(self, now: Quantities, before: Quantities, sets: list[int]) -> SapQuantities:
        held_now: dict[int, Decimal] = defaultdict(Decimal)
        held_before: dict[int, Decimal] = defaultdict(Decimal)
        for number, item_id in self.item_ids.items():
            held_now[item_id] += now.get(number, ZERO)
            held_before[item_id] += before.get(number, ZERO)
        for number in sets:
            if not (now.get(number) or before.get(number)):
                item_id = self.item_ids[number]
                earlier = self._whole_sets(number, before)
                held_before[item_id] += earlier
                held_now[item_id] += self._whole_sets(number, _sum(now, before)) - earlier
        return self._within_the_order(held_now, held_before)

    def _whole_sets(self, number: int, given: Quantities) -> Decimal:
        sets = Fraction(self.items[number].ordered_quantity)
        parts = [part for part in self.parts_of(number) if part.ordered_quantity > 0]
        if not parts or not sets:
            return ZERO
        return Decimal(
            min(
                floor(
                    Fraction(given.get(part.sap_item_number, ZERO))
                    * sets
                    / Fraction(part.ordered_quantity)
                )
                for part in parts
            )
        )

    def _within_the_order(
        self, now: Mapping[int, Decimal], before: Mapping[int, Decimal]
    ) -> SapQuantities:
        found = SapQuantities({}, {}, {}, self)
        for item_id, line in self.lines.items():
            earlier, so_far = before[item_id], before[item_id] + now[item_id]
            kept = min(earlier, line.asked)
            found.before[item_id] = kept
            is_taken_back = now[item_id] <= 0
            found.now[item_id] = now[item_id] if is_taken_back else min(so_far, line.asked) - kept
            beyond = max(ZERO, so_far - line.asked) - max(ZERO, earlier - line.asked)
            if beyond > 0:
                found.beyond[item_id] = beyond
        return found


def _sum(now: Quantities, before: Quantities) -> dict[int, Decimal]:
    return {number: now.get(number, ZERO) + before.get(number, ZERO) for number in {*now, *before}}


def said_of(items: OrderItems, number: int) -> str:
    """Why the web order has no such line, in a few words."""
    item, origin = items.items[number], items.origin(number)
    if origin and item.item_category == FREE_GOODS:
        return told("free goods with item {origin}", origin=origin)
    if origin and number not in items.tied:
        return told("part of item {origin}", origin=origin)
    return told("added by hand") if item.net_value else told("added without a price")


def added_numbers(items: OrderItems, given: Quantities) -> Iterator[int]:
    """The items of a document that stand for no line, and are no part of a set."""
    known = items.item_ids
    for number in sorted(given):
        if given[number] and number not in known:
            yield number
