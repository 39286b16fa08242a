"""What all lists of documents share: selection, live sync status, the row's own button."""

from __future__ import annotations

from typing import Any, ClassVar

import django_tables2 as tables
from django.db import models
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from sync.models import SyncTask
from sync.tables.live import is_live, row_token


class CellColumn(tables.Column):  # type: ignore[misc]  # untyped package
    """A column whose cells a small template draws from the row's record."""

    def __init__(self, template_name: str, **options: Any) -> None:
        options.setdefault("orderable", False)
        super().__init__(empty_values=(), **options)
        self.template_name = template_name

    def render(self, record: models.Model, table: DocumentTable) -> SafeString:
        """The drawn cell; templates escape what they are given."""
        return mark_safe(get_template(self.template_name).render(table.cell_context(record)))


class NumberColumn(CellColumn):
    """A column of amounts, aligned right."""

    def __init__(self, template_name: str, **options: Any) -> None:
        number = {"class": "table__number"}
        super().__init__(template_name, attrs={"th": number, "td": number}, **options)


class DocumentTable(tables.Table):  # type: ignore[misc]  # untyped package
    """A list of documents; ``tasks`` holds the task each row shows, by the document's key."""

    kind: ClassVar[str]
    what: ClassVar[str]

    select = CellColumn(
        "sync/cells/select.html",
        verbose_name="Select",
        attrs={"th": {"class": "table__select"}, "td": {"class": "table__select"}},
    )
    sync_status = CellColumn(
        "sync/cells/sync_status.html",
        verbose_name="Sync",
        attrs={"td": {"class": "table__status"}},
    )
    actions = CellColumn(
        "sync/cells/actions.html",
        verbose_name="Action",
        attrs={"td": {"class": "table__actions"}},
    )

    class Meta:
        template_name = "sync/table.html"
        row_attrs = {"id": lambda table, record: f"{table.kind}-{record.pk}"}

    def __init__(
        self, data: Any, *, tasks: dict[int, SyncTask] | None = None, may_sync: bool = False
    ) -> None:
        super().__init__(data, exclude=() if may_sync else ("select", "actions"))
        self.tasks = tasks or {}
        self.may_sync = may_sync

    def cell_context(self, record: models.Model) -> dict[str, Any]:
        """What a cell's template may show."""
        task = self.tasks.get(record.pk)
        return {
            "record": record,
            "task": task,
            "kind": self.kind,
            "what": self.what,
            "live_token": row_token(record.pk, task) if is_live(task) else "",
        }
