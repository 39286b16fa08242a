"""The two Magento versions the shop can play, and all in which they differ over REST.

The facts are those of ``magento/exchanges-2.4.8/differences.md``; ``#n`` is a row of its table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sync.sandbox.shop.documents import Doc, dec, expand, expand_items, num

API_ACTIONS, CREATE = "Magento_Sales::api_actions", "Magento_Sales::create"
SIDES = ("", "base_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one version does where the other does something else."""

    name: str
    # The right asked for instead of one that only the newer version knows (#3).
    older_rights: Mapping[str, str] = field(default_factory=dict)
    row_total_of_unit: bool  # a line's row_total comes from the price of one piece (#1, #2)
    completes_when_refunded: bool  # shipped and refunded pieces together make complete (#4)
    waits_for_open_invoices: bool  # an open invoice keeps the state while money is due (#10)
    refuses_scripts: bool  # no text may hold a script element (#5)
    checks_own_status: bool  # a comment's status is checked even if the order has it (#6)
    not_part_of_order: str  # the end of that refusal (#7)
    replies_with_time: bool  # a new comment of a document is answered with created_at (#8)
    counts_mail_attempts: bool  # the cron job gives a mail up in the end (#9)
    switches_mail_off: bool  # no mail type is on while mail is disabled altogether (#11)

    def right(self, resource: str) -> str:
        """The name of the right this version asks for."""
        return self.older_rights.get(resource, resource)


OLDER = Version(
    name="2.4.7",
    older_rights={API_ACTIONS: CREATE},
    row_total_of_unit=False,
    completes_when_refunded=True,
    waits_for_open_invoices=False,
    refuses_scripts=False,
    checks_own_status=False,
    not_part_of_order="is not part of the order\n                 status history.",
    replies_with_time=False,
    counts_mail_attempts=False,
    switches_mail_off=False,
)
NEWER = Version(
    name="2.4.8",
    row_total_of_unit=True,
    completes_when_refunded=False,
    waits_for_open_invoices=True,
    refuses_scripts=True,
    checks_own_status=True,
    not_part_of_order="is not part of the order status history.",
    replies_with_time=True,
    counts_mail_attempts=True,
    switches_mail_off=True,
)
VERSIONS = {version.name: version for version in (OLDER, NEWER)}


@dataclass(frozen=True, slots=True)
class Shown:
    """How lines of orders leave the shop; the books keep ``row_total`` as 2.4.7 sends it."""

    version: Version
    includes_tax: bool = False  # tax/sales_display/price = 2

    def order(self, order: Doc) -> Doc:
        """A stored order as GET sends it."""
        return expand({**order, "items": [self.item(item) for item in order["items"]]})

    def items(self, order: Doc) -> list[Doc]:
        """The lines of a stored order, each child with its whole parent inside."""
        return expand_items({**order, "items": [self.item(item) for item in order["items"]]})

    def item(self, item: Doc) -> Doc:
        """A stored line: on 2.4.8 its row total is the price of one piece less the whole row's
        discount, never below 0, and with the tax off a price that includes it (#1, #2)."""
        if not self.version.row_total_of_unit:
            return item
        return {**item, **{f"{side}row_total": self._of_unit(item, side) for side in SIDES
                           if f"{side}row_total" in item}}  # fmt: skip

    def _of_unit(self, item: Doc, side: str) -> int | float:
        amount = dec(item.get(f"{side}price")) - dec(item.get(f"{side}discount_amount"))
        if self.includes_tax:
            gross = dec(item.get(f"{side}price_incl_tax", item.get(f"{side}price")))
            amount = gross - dec(item.get(f"{side}discount_amount"))
            amount -= dec(item.get(f"{side}tax_amount"))
        return num(max(amount, Decimal(0)))
