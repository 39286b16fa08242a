"""The columns a list is declared with: each draws one kind of cell from a row's document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_tables2 as tables
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sync.templatetags.portal import badge, moment, money

Draw = Callable[[Any], SafeString | None]  # from the row's document
NUMBER = {"class": "table__number"}


def text(css: str, content: object, **attributes: str) -> SafeString:
    """A piece of a cell."""
    return format_html('<span class="{}"{}>{}</span>', css, flatatt(attributes), content)


def small(content: object, **attributes: str) -> SafeString:
    """What stands below the main thing of a cell."""
    return text("cell-sub", content, **attributes)


def link(document: Any, css: str = "number cell-main") -> SafeString:
    """A document's number, leading to its page."""
    return format_html('<a class="{}" href="{}">{}</a>', css, document.get_absolute_url(), document)


def joined(*pieces: str | None) -> SafeString:
    """Pieces one after the other, escaped, without those that are not there."""
    return format_html_join("", "{}", ((piece,) for piece in pieces if piece))


class CellColumn(tables.Column):  # type: ignore[misc]  # untyped package
    """The record's value, or what the table's ``render_…`` makes of it; sorted by ``order_by``, or
    not at all; ``below`` draws what stands under the cell's ``main``."""

    def __init__(
        self, heading: str, *, below: Draw | None = None, order_by: Any = None, **options: Any
    ) -> None:
        sorts = order_by is not None
        super().__init__(heading, empty_values=(), orderable=sorts, order_by=order_by, **options)
        self.below = below

    def render(self, value: Any, record: Any) -> SafeString:
        """The cell; everything that is no HTML yet is escaped."""
        main = self.main(value, record)
        return joined(main, self.below(record)) if self.below else main

    def main(self, value: Any, record: Any) -> SafeString:
        """``value`` is in words where the record's field has choices."""
        return format_html("{}", value)


class LinkColumn(CellColumn):
    """The document's number, leading to its page."""

    def __init__(self, heading: str, css: str = "number cell-main", **options: Any) -> None:
        super().__init__(heading, **options)
        self.css = css

    def main(self, value: Any, record: Any) -> SafeString:
        return link(record, self.css)


class MoneyColumn(CellColumn):
    """An amount in the document's currency, aligned right."""

    attrs = {"th": NUMBER, "td": NUMBER}

    def main(self, value: Any, record: Any) -> SafeString:
        return money(value, record.currency)


class DateColumn(CellColumn):
    """A day."""

    def main(self, value: Any, record: Any) -> SafeString:
        return moment(value)


class MomentColumn(CellColumn):
    """A day, and the time of day below it."""

    def main(self, value: Any, record: Any) -> SafeString:
        return joined(text("cell-main", moment(value, "date")), small(moment(value, "time")))


class BadgeColumn(CellColumn):
    """The state a field holds, as icon, word and colour; ``kind`` names it among the badges."""

    def __init__(self, heading: str, kind: str, *, field: str, **options: Any) -> None:
        super().__init__(heading, accessor=field, **options)
        self.kind, self.field = kind, field

    def main(self, value: Any, record: Any) -> SafeString:
        state = getattr(record, self.field)
        return badge(self.kind, state, "" if value == state else value)
