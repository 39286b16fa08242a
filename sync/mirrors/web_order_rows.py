"""A web order as the columns of its mirror, and what tells whether it is stored as it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Self

from sync.magento.records import MagentoOrder
from sync.mirrors.column_limits import must_fit
from sync.mirrors.compared import fingerprint_in_shop
from sync.models import SalesOrder, SalesOrderLine
from sync.translate.magento_values import sales_order_line_values, sales_order_values

FORM = 2  # of the mirror: raise it when something else is stored of the same order


@dataclass(frozen=True)
class WebOrderRow:
    order: MagentoOrder
    values: dict[str, Any]
    lines: list[dict[str, Any]]

    @classmethod
    def of(cls, order: MagentoOrder) -> Self:
        return cls(order, sales_order_values(order), sales_order_line_values(order))

    def must_fit(self) -> None:
        """Raises ``UnexpectedRecord`` for a value that the mirror cannot hold."""
        must_fit(SalesOrder, [self.values], system="magento")
        must_fit(SalesOrderLine, self.lines, system="magento")

    @cached_property
    def lines_fingerprint(self) -> str:
        return _fingerprint(self.lines)

    @cached_property
    def fingerprint(self) -> str:
        return _fingerprint([self.values, self.lines_fingerprint])

    @cached_property
    def shop_fingerprint(self) -> str:
        return fingerprint_in_shop(self.order)

    def is_stored_in(self, mirror: SalesOrder) -> bool:
        """The columns are looked at as well, because somebody may have repaired one by hand."""
        return mirror.stored_fingerprint == self.fingerprint and all(
            getattr(mirror, name) == value
            for name, value in self.values.items()
            if name != "payload"
        )

    def columns(self, now: datetime) -> dict[str, Any]:
        return self.values | {
            "shop_fingerprint": self.shop_fingerprint,
            "stored_fingerprint": self.fingerprint,
            "lines_fingerprint": self.lines_fingerprint,
            "pulled_at": now,
        }


def _fingerprint(values: object) -> str:
    return sha256(repr((FORM, values)).encode("utf-8", "backslashreplace")).hexdigest()
