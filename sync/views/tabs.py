"""The tabs above a list: what each role looks for first, with how many there are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from sync.views.counts import Count, capped
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind

COUNT_CAP = 1_000
_SALES, _LOGISTICS, _FINANCE = (kind.permission for kind in (ORDERS, DELIVERIES, BILLING_DOCUMENTS))


@dataclass(frozen=True, slots=True)
class View:
    """Filters with a name; for those with one of the permissions, or for everybody."""

    label: Promise
    filters: dict[str, str]
    permissions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    count: Count | None  # None for the tab of everything
    is_current: bool


VIEWS: dict[str, list[View]] = {
    ORDERS.name: [
        View(_("To sync"), {"stage": "to_sync"}, [_SALES]),
        View(_("Not taken"), {"stage": "not_taken"}, [_SALES]),
        View(_("Held up in SAP"), {"held_up": "on"}, [_SALES]),
        View(_("Held"), {"held": "on"}, [_SALES]),
        View(_("Differ from SAP"), {"verification": "differs"}, [_SALES, _FINANCE]),
        View(_("Stopped on one side"), {"stage": "one_sided"}, [_SALES, _FINANCE]),
        View(_("In the warehouse"), {"stage": "picking"}, [_LOGISTICS]),
        View(_("Goods issued"), {"stage": "dispatched"}, [_LOGISTICS]),
        View(_("Needs attention"), {"attention": "on"}),
    ],
    DELIVERIES.name: [
        View(_("Do not ship"), {"cancelled": "stop"}, [_LOGISTICS, _SALES]),
        View(_("To pick"), {"picking": "A", "goods_issue": "no"}, [_LOGISTICS]),
        View(_("Picked, still here"), {"picking": "C", "goods_issue": "no"}, [_LOGISTICS]),
        View(_("Late"), {"late": "on"}, [_LOGISTICS, _SALES]),
        View(
            _("Left, not in the shop"), {"goods_issue": "yes", "shop_shipment": "no"}, [_LOGISTICS]
        ),
        View(_("Without tracking"), {"untracked": "on"}, [_LOGISTICS]),
        View(_("Left though cancelled"), {"cancelled": "left"}, [_FINANCE]),
        View(_("Needs attention"), {"attention": "on"}),
    ],
    BILLING_DOCUMENTS.name: [
        View(_("Not in the shop"), {"in_shop": "missing"}, [_FINANCE]),
        View(_("Not mailed"), {"in_shop": "not_mailed"}, [_FINANCE, _SALES]),
        View(_("Amounts differ"), {"in_shop": "differs"}, [_FINANCE]),
        View(_("Cancelled"), {"cancelled": "on"}, [_FINANCE]),
        View(_("Needs attention"), {"attention": "on"}),
    ],
}


def tabs_for(kind: DocumentKind, user: User, given: dict[str, str]) -> list[Tab]:
    """Counted whatever else the list is narrowed by; current is the closest to the filters
    given."""
    views = [view for view in VIEWS[kind.name] if _is_for(user, view)]
    fitting = [view for view in views if view.filters.items() <= given.items()]
    current = max(fitting, key=lambda view: len(view.filters), default=None)
    address = reverse(f"sync:{kind.name}")
    everything = Tab(gettext("All"), address, None, current is None)
    return [everything, *(_tab(kind, address, view, view is current) for view in views)]


def _is_for(user: User, view: View) -> bool:
    return not view.permissions or any(map(user.has_perm, view.permissions))


def _tab(kind: DocumentKind, address: str, view: View, is_current: bool) -> Tab:
    rows = kind.filterset(view.filters, queryset=kind.rows().prefetch_related(None)).qs
    url = f"{address}?{urlencode(view.filters)}"
    return Tab(str(view.label), url, capped(rows, COUNT_CAP), is_current)
