"""The tabs above a list: what each role looks for first, with how many there are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from sync.views.counts import Count, capped
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind

COUNT_CAP = 1_000
_SALES, _LOGISTICS, _FINANCE = (kind.permission for kind in (ORDERS, DELIVERIES, BILLING_DOCUMENTS))


@dataclass(frozen=True, slots=True)
class View:
    """Filters with a name; for those with one of the permissions, or for everybody."""

    label: str
    filters: dict[str, str]
    permissions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    count: Count | None  # None for the tab of everything
    is_current: bool


_VIEWS: dict[str, list[View]] = {
    ORDERS.name: [
        View("To sync", {"stage": "to_sync"}, [_SALES]),
        View("Not taken", {"stage": "not_taken"}, [_SALES]),
        View("Held up in SAP", {"held_up": "on"}, [_SALES]),
        View("Differ from SAP", {"verification": "differs"}, [_SALES, _FINANCE]),
        View("Stopped on one side", {"stage": "one_sided"}, [_SALES, _FINANCE]),
        View("In the warehouse", {"stage": "picking"}, [_LOGISTICS]),
        View("Goods issued", {"stage": "dispatched"}, [_LOGISTICS]),
        View("Needs attention", {"attention": "on"}),
    ],
    DELIVERIES.name: [
        View("Do not ship", {"cancelled": "stop"}, [_LOGISTICS, _SALES]),
        View("To pick", {"picking": "A", "goods_issue": "no"}, [_LOGISTICS]),
        View("Picked, still here", {"picking": "C", "goods_issue": "no"}, [_LOGISTICS]),
        View("Late", {"late": "on"}, [_LOGISTICS, _SALES]),
        View("Left, not in the shop", {"goods_issue": "yes", "shop_shipment": "no"}, [_LOGISTICS]),
        View("Without tracking", {"untracked": "on"}, [_LOGISTICS]),
        View("Left though cancelled", {"cancelled": "left"}, [_FINANCE]),
        View("Needs attention", {"attention": "on"}),
    ],
    BILLING_DOCUMENTS.name: [
        View("Not in the shop", {"in_shop": "missing"}, [_FINANCE]),
        View("Not mailed", {"in_shop": "not_mailed"}, [_FINANCE, _SALES]),
        View("Amounts differ", {"in_shop": "differs"}, [_FINANCE]),
        View("Cancelled", {"cancelled": "on"}, [_FINANCE]),
        View("Needs attention", {"attention": "on"}),
    ],
}


def tabs_for(kind: DocumentKind, user: User, given: dict[str, str]) -> list[Tab]:
    """Counted whatever else the list is narrowed by; current is the closest to the filters
    given."""
    views = [view for view in _VIEWS[kind.name] if _is_for(user, view)]
    fitting = [view for view in views if view.filters.items() <= given.items()]
    current = max(fitting, key=lambda view: len(view.filters), default=None)
    address = reverse(f"sync:{kind.name}")
    everything = Tab("All", address, None, current is None)
    return [everything, *(_tab(kind, address, view, view is current) for view in views)]


def _is_for(user: User, view: View) -> bool:
    return not view.permissions or any(map(user.has_perm, view.permissions))


def _tab(kind: DocumentKind, address: str, view: View, is_current: bool) -> Tab:
    rows = kind.filterset(view.filters, queryset=kind.rows().prefetch_related(None)).qs
    url = f"{address}?{urlencode(view.filters)}"
    return Tab(view.label, url, capped(rows, COUNT_CAP), is_current)
