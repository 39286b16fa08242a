"""A list as a file: all that its filters leave, in its order, whatever the page shows of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from sync.tables.exports import EXPORTS, Cell, Export
from sync.tables.files import csv_lines, xlsx_file
from sync.templatetags.written import number
from sync.views.kinds import DocumentKind
from sync.views.narrowing import narrowed
from sync.views.people import PortalRequest

MOST = 50_000  # rows of a file
CHUNK = 500  # documents in memory at once
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Rows:
    """The rows of these documents; adds their amounts up while they are read."""

    kind: DocumentKind
    export: Export
    keys: Sequence[int]
    sums: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[list[Cell]]:
        for start in range(0, len(self.keys), CHUNK):
            part = self.keys[start : start + CHUNK]
            found = {one.pk: one for one in self.kind.rows().filter(pk__in=part).order_by()}
            documents = [found[key] for key in part if key in found]
            if self.export.prepare:
                self.export.prepare(documents)
            for document in documents:
                yield self._row(document)

    def _row(self, document: Any) -> list[Cell]:
        row = self.export.row(document)
        if self.export.amounts:
            sums = self.sums.setdefault(document.currency, defaultdict(Decimal))
            sign = self.export.sign(document)
            for column, cell in zip(self.export.columns, row, strict=True):
                if column.is_amount and isinstance(cell, Decimal):
                    sums[str(column.heading)] += sign * cell
        return row

    def totals(self) -> Iterator[list[Cell]]:
        """A row for each currency, once all rows are read."""
        for currency, sums in sorted(self.sums.items()):
            yield [currency, *(sums[heading] for heading in self.export.amounts)]


@require_safe
def export_list(request: PortalRequest, kind: DocumentKind, form: str) -> HttpResponseBase:
    """A plain message instead of a file where more match than one holds."""
    keys = list(narrowed(kind, request.GET).ordered.values_list("pk", flat=True)[: MOST + 1])
    if len(keys) > MOST:
        messages.warning(
            request,
            gettext(
                "A file holds at most %(most)s rows, and more match: narrow the list with a filter "
                "first, such as a range of days."
            )
            % {"most": number(MOST)},
        )
        query = request.GET.urlencode()
        return HttpResponseRedirect(f"{reverse(f'sync:{kind.name}')}?{query}")
    export, zone = EXPORTS[kind.name], timezone.get_current_timezone()
    rows, name = Rows(kind, export, keys), f"{kind.address}-{timezone.localdate()}.{form}"
    if form == "csv":
        lines = csv_lines(export.headings, rows, zone)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
    sheets: dict[str, Any] = {str(kind.title): (export.headings, rows)}
    if export.amounts:
        sheets[gettext("Totals")] = ([gettext("Currency"), *export.amounts], rows.totals())
    return FileResponse(
        xlsx_file(sheets, zone), as_attachment=True, filename=name, content_type=XLSX
    )
