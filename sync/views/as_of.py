"""When a page was shown, and the address at which it asks what has come since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from sync.models import SyncTask
from sync.views.counts import Count, capped
from sync.views.kinds import ORDERS, DocumentKind

MOST_STOPPED = 1_000
NO_FILTERS = {"page", "sort"}  # what is new stands on the first page of the usual order


@dataclass(frozen=True, slots=True)
class AsOf:
    """When a page was shown; ``address`` tells what has come since, ``page`` shows it."""

    moment: datetime
    address: str
    page: str
    part: str  # of the page, which is shown anew
    new: Count | None = None


def as_of_list(kind: DocumentKind, rows: Sequence[Any], asked: QueryDict) -> AsOf:
    """``rows`` are followed one by one, documents that the filters let through are counted."""
    asks = {"after": _newest(kind), "rows": ".".join(str(one.pk) for one in rows)}
    return line_of_list(kind, timezone.now(), asks, asked)


def as_of_home() -> AsOf:
    """The orders that have come."""
    asks = {"of": "home", "after": _newest(ORDERS)}
    return line_of_page("home", timezone.now(), asks)


def as_of_attention() -> AsOf:
    """The tasks that have stopped."""
    asks = {"of": "attention", "after": stopped().number}
    return line_of_page("attention", timezone.now(), asks)


def line_of_list(
    kind: DocumentKind,
    moment: datetime,
    asks: Mapping[str, Any],
    asked: QueryDict,
    new: Count | None = None,
) -> AsOf:
    filters = [(k, v) for k, values in asked.lists() if k not in NO_FILTERS for v in values if v]
    asks = {**asks, "shown": new or "", "at": int(moment.timestamp())}
    address = reverse(f"sync:{kind.name}_news")
    page = reverse(f"sync:{kind.name}")
    return AsOf(
        moment,
        f"{address}?{urlencode([*filters, *asks.items()])}",
        f"{page}?{urlencode(filters)}".rstrip("?"),
        "#list",
        new,
    )


def line_of_page(
    page: str, moment: datetime, asks: Mapping[str, Any], new: Count | None = None
) -> AsOf:
    asks = {**asks, "shown": new or "", "at": int(moment.timestamp())}
    address = f"{reverse('sync:page_news')}?{urlencode(asks)}"
    return AsOf(moment, address, reverse(f"sync:{page}"), "#content", new)


def _newest(kind: DocumentKind) -> int:
    keys = kind.documents().model._default_manager.order_by("-pk").values_list("pk", flat=True)
    return keys.first() or 0


def stopped() -> Count:
    return capped(SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION), MOST_STOPPED)
