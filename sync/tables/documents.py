"""What all lists of documents share: selection, live sync status, buttons in each row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

import django_tables2 as tables
from django.forms.utils import flatatt
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2.columns import BoundColumn

from sync.models import SyncTask
from sync.tables.columns import CellColumn, link, text
from sync.tables.live import is_live, row_token
from sync.tables.row_cells import resend_button, select_cell, sync_button, sync_status_cell
from sync.templatetags.markup import joined, markup

SWAPPED = {False: "", True: mark_safe(' hx-swap-oob="true"')}


class DocumentTable(tables.Table):  # type: ignore[misc]  # untyped package
    """``tasks`` holds the task each row shows, by the document's key."""

    kind: ClassVar[str]
    what: ClassVar[Any]  # in the reader's language
    has_invoices: ClassVar[bool] = False

    select = CellColumn(_("Select"), css="table__select")
    sync_status = CellColumn(_("Sync"), css="table__status")
    actions = CellColumn(_("Action"), css="table__actions")

    def __init__(self, data: Any, *, may_sync: bool = False, may_resend: bool = False) -> None:
        super().__init__(
            data,
            exclude=() if may_sync else ("select", "actions"),
            sequence=("select", "...", "sync_status", "actions"),
        )
        self.tasks: dict[int, SyncTask] = {}
        self.may_resend = self.has_invoices and may_resend
        self._invoices: dict[int, list[Any]] = {}

    def look_up(self, documents: Sequence[Any]) -> None:
        """What the rows of these documents show beyond the documents themselves."""

    def show(self, documents: Sequence[Any], tasks: dict[int, SyncTask]) -> None:
        self.tasks = tasks
        self.look_up(documents)

    def render_select(self, record: Any) -> SafeString:
        return select_cell(self.what, record)

    def render_sync_status(self, record: Any) -> SafeString:
        task = self.tasks.get(record.pk)
        return sync_status_cell(task, row_token(record.pk, task) if is_live(task) else "")

    def render_actions(self, record: Any) -> SafeString:
        task = self.tasks.get(record.pk)
        is_running = task is not None and task.state == SyncTask.State.RUNNING
        sync = sync_button(self.kind, self.what, record, is_running=is_running)
        resend = resend_button(record) if self.may_resend and self.invoices_of(record) else None
        return markup('<div class="row-actions">{}</div>', joined(sync, resend))

    def invoices_of(self, record: Any) -> list[Any]:
        """Asked for by three cells of a row."""
        if record.pk not in self._invoices:
            self._invoices[record.pk] = record.shop_invoices
        return self._invoices[record.pk]

    def draw_row(self, record: Any, *, is_swapped: bool = False) -> SafeString:
        """The row as HTML, without the detours that django-tables2 takes for each cell."""
        cells = "".join(f"{start}{draw(record)}</td>" for start, draw in self._cells)
        opening = markup('<tr role="row" id="{}-{}"{}>', self.kind, record.pk, SWAPPED[is_swapped])
        return mark_safe(f"{opening}{cells}</tr>")

    @cached_property
    def _cells(self) -> list[tuple[str, Callable[[Any], SafeString]]]:
        """For each shown column the start of its cells, and what draws them."""
        return [(_start_of(column), self._drawing(column)) for column in self.columns]

    def _drawing(self, column: BoundColumn) -> Callable[[Any], SafeString]:
        own = getattr(self, f"render_{column.name}", None)
        return own or partial(column.column.draw, column.name)


def _start_of(column: BoundColumn) -> str:
    attributes = flatatt(column.column.attrs.get("td", {}))
    return markup('<td role="cell" data-label="{}"{}>', column.header, attributes)


def orders_of(document: Any) -> list[Any]:
    """The sales orders of a document's lines, each once, in line order."""
    return list(
        dict.fromkeys(line.sales_order for line in document.lines.all() if line.sales_order)
    )


class OrdersColumn(CellColumn):
    def main(self, value: Any, record: Any) -> SafeString:
        orders = orders_of(record)
        return joined(*map(link, orders)) if orders else text("muted", gettext("Not a web order"))
