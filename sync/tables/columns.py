"""The column types of the lists: each draws one kind of cell from a row's document."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.forms.utils import flatatt
from django.utils.safestring import SafeString

from sync.templatetags.markup import joined, markup
from sync.templatetags.portal import DASH, badge, moment, money

Draw = Callable[[Any], SafeString | None]  # from the row's document
NAME, WORDS = "table__name", "table__words"  # they share what the other columns leave
FROM_1024, FROM_1280, FROM_1440, FROM_1600 = (  # pixels; a phone's cards show all
    f"table__from-{width}" for width in (1024, 1280, 1440, 1600)
)


def classed(css: str) -> dict[str, Any]:
    """Attributes of a column's cells and heading."""
    return {"th": {"class": css}, "td": {"class": css}}


def text(css: str, content: object, **attributes: str) -> SafeString:
    more = flatatt(attributes) if attributes else ""
    return markup('<span class="{}"{}>{}</span>', css, more, content)


def small(content: object, **attributes: str) -> SafeString:
    """The smaller second line of a cell."""
    return text("cell-sub", content, **attributes)


def link(document: Any, css: str = "number cell-main") -> SafeString:
    return markup('<a class="{}" href="{}">{}</a>', css, document.get_absolute_url(), document)


class CellColumn(tables.Column):  # type: ignore[misc]  # untyped package
    """The record's value, or the result of the table's ``render_…``; sortable only with
    ``order_by``; ``below`` draws a second line under ``main``."""

    def __init__(
        self,
        heading: Any,
        *,
        css: str = "",
        below: Draw | None = None,
        order_by: Any = None,
        **options: Any,
    ) -> None:
        if css:
            options["attrs"] = classed(css)
        sorts = order_by is not None
        super().__init__(heading, empty_values=(), orderable=sorts, order_by=order_by, **options)
        self.below = below

    def render(self, value: Any, record: Any) -> SafeString:
        """Whatever is not HTML yet is escaped."""
        main = self.main(value, record)
        return joined(main, self.below(record)) if self.below else main

    def draw(self, name: str, record: Any) -> SafeString:
        """The cell of the column called ``name``, as ``render`` has it."""
        field = self.accessor or name
        display = getattr(record, f"get_{field}_display", None)
        return self.render(display() if display else getattr(record, field, None), record)

    def main(self, value: Any, record: Any) -> SafeString:
        """``value`` is the label where the record's field has choices."""
        return markup("{}", value)


class LinkColumn(CellColumn):
    """The document's number, leading to its page."""

    def __init__(self, heading: Any, *, main: str = "number cell-main", **options: Any) -> None:
        super().__init__(heading, **options)
        self.main_css = main

    def main(self, value: Any, record: Any) -> SafeString:
        return link(record, self.main_css)


class MoneyColumn(CellColumn):
    """An amount in the document's currency, aligned right; ``amount`` computes it."""

    def __init__(
        self,
        heading: Any,
        *,
        amount: Callable[[Any], Decimal | None] | None = None,
        css: str = "",
        **options: Any,
    ) -> None:
        super().__init__(heading, css=f"table__number {css}".strip(), **options)
        self.amount = amount

    def main(self, value: Any, record: Any) -> SafeString:
        return money(self.amount(record) if self.amount else value, record.currency)


class DateColumn(CellColumn):
    def main(self, value: Any, record: Any) -> SafeString:
        return moment(value)


class MomentColumn(CellColumn):
    def main(self, value: Any, record: Any) -> SafeString:
        if value is None:
            return DASH
        return joined(text("cell-main", moment(value, "date")), small(moment(value, "time")))


class BadgeColumn(CellColumn):
    """The state in a field, as icon, word and colour; ``kind`` is its group in ``BADGES``."""

    def __init__(self, heading: Any, kind: str, *, field: str, **options: Any) -> None:
        super().__init__(heading, accessor=field, **options)
        self.kind, self.field = kind, field

    def main(self, value: Any, record: Any) -> SafeString:
        state = getattr(record, self.field)
        return badge(self.kind, state, "" if value == state else value)
