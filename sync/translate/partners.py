"""The partners of the SAP order, and which of them carry an address of the web order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sync.magento.records import MagentoAddress, MagentoOrder

SOLD_TO, SHIP_TO, BILL_TO, PAYER = "AG", "WE", "RE", "RG"
NAMES = {SOLD_TO: "sold-to", SHIP_TO: "ship-to", BILL_TO: "bill-to", PAYER: "payer"}


class Sent(NamedTuple):
    role: str
    address: MagentoAddress | None

    @property
    def name(self) -> str:
        return NAMES[self.role]


@dataclass(frozen=True, slots=True)
class PartnerRules:
    """Which addresses SAP demands of a one-time customer is customising (SAP sheet 13.10)."""

    sent: tuple[str, ...] = (SOLD_TO, SHIP_TO)
    with_address: frozenset[str] = frozenset({SOLD_TO, SHIP_TO})

    def partners(self, order: MagentoOrder, *, is_one_time: bool) -> Iterator[Sent]:
        """A customer with an account of their own has sold-to, bill-to and payer in SAP's master:
        only the ship-to is the web order's."""
        billing = order.billing_address or order.shipping_address
        yield Sent(SOLD_TO, self._address(SOLD_TO, billing) if is_one_time else None)
        if SHIP_TO in self.sent and order.shipping_address is not None:
            yield Sent(SHIP_TO, self._address(SHIP_TO, order.shipping_address))
        for role in (BILL_TO, PAYER):
            if role in self.sent and is_one_time:
                yield Sent(role, self._address(role, billing))

    def _address(self, role: str, address: MagentoAddress | None) -> MagentoAddress | None:
        return address if role in self.with_address else None
