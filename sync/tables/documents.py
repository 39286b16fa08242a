"""What all lists of documents share: selection, live sync status, the row's own buttons."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sync.models import SyncTask
from sync.tables.columns import CellColumn, joined, link, text
from sync.tables.live import is_live, row_token

SELECT = {"class": "table__select"}


class DocumentTable(tables.Table):  # type: ignore[misc]  # untyped package
    """A list of documents; ``tasks`` holds the task each row shows, by the document's key."""

    kind: ClassVar[str]
    what: ClassVar[str]
    has_invoices: ClassVar[bool] = False

    select = CellColumn("Select", attrs={"th": SELECT, "td": SELECT})
    sync_status = CellColumn("Sync", attrs={"td": {"class": "table__status"}})
    actions = CellColumn("Action", attrs={"td": {"class": "table__actions"}})

    def __init__(self, data: Any, *, may_sync: bool = False, may_resend: bool = False) -> None:
        super().__init__(
            data,
            exclude=() if may_sync else ("select", "actions"),
            sequence=("select", "...", "sync_status", "actions"),
            row_attrs={"id": lambda record: f"{self.kind}-{record.pk}"},
        )
        self.tasks: dict[int, SyncTask] = {}
        self.may_resend = self.has_invoices and may_resend

    def render_select(self, record: Any) -> SafeString:
        """A box to tick the row with, labelled for those who do not see the row."""
        return format_html(
            '<label class="visually-hidden" for="select_{key}">Select {what} {record}</label>'
            '<input class="checkbox" type="checkbox" name="selected" value="{key}"'
            ' id="select_{key}">',
            key=record.pk,
            what=self.what,
            record=record,
        )

    def render_sync_status(self, record: Any) -> SafeString:
        """The row's task, with the token by which the page's watcher notices a change."""
        task = self.tasks.get(record.pk)
        token = row_token(record.pk, task) if is_live(task) else ""
        return render_to_string("sync/cells/sync_status.html", {"task": task, "token": token})

    def render_actions(self, record: Any) -> SafeString:
        """A button for each click the reader may make."""
        context = {
            "record": record,
            "task": self.tasks.get(record.pk),
            "kind": self.kind,
            "what": self.what,
            "may_resend": self.may_resend and record.shop_invoices,
        }
        return render_to_string("sync/cells/actions.html", context)


def orders_of(document: Any) -> list[Any]:
    """The sales orders behind a document's lines, each once, in the order of the lines."""
    return list(
        dict.fromkeys(line.sales_order for line in document.lines.all() if line.sales_order)
    )


class OrdersColumn(CellColumn):
    """The orders behind a document, each leading to its page."""

    def main(self, value: Any, record: Any) -> SafeString:
        orders = orders_of(record)
        return joined(*map(link, orders)) if orders else text("muted", "Not a web order")
