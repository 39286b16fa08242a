"""Which documents of a list a person has chosen: the ticked ones, or all that match its filters."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext

from sync.jobs import release
from sync.templatetags.retold import retold
from sync.templatetags.written import number
from sync.views.kinds import ORDERS, DocumentKind
from sync.views.people import PortalRequest
from sync.views.posted import chosen_keys

MOST = 10_000  # at once; more is nobody's wish


@dataclass(frozen=True, slots=True)
class Selection:
    """``refusal`` says why nothing can be asked for; empty where it can."""

    keys: list[int]
    refusal: str = ""
    is_unconfirmed: bool = False  # all that match, whose number the person has not seen yet


def selection_of(request: PortalRequest, kind: DocumentKind) -> Selection:
    keys = _matching(request, kind) if _is_of_all(request) else chosen_keys(request)
    if not keys:
        return Selection([], gettext("Select at least one row first."))
    if len(keys) > MOST:
        why = gettext("More than %(most)s match: narrow the list with a filter first.")
        return Selection([], why % {"most": number(MOST)})
    if _is_of_all(request) and kind is ORDERS and release.is_held():
        until_then = gettext("Until then tick the orders themselves.")
        return Selection([], f"{retold(release.HELD)} {until_then}")
    is_unconfirmed = _is_of_all(request) and request.POST.get("confirmed") != str(len(keys))
    return Selection(keys, is_unconfirmed=is_unconfirmed)


def _is_of_all(request: PortalRequest) -> bool:
    return bool(request.POST.get("all_matching"))


def _matching(request: PortalRequest, kind: DocumentKind) -> list[int]:
    """What the list shows on all its pages, by the filters in its address."""
    filters = QueryDict(request.POST.get("matching", ""))
    rows = kind.filterset(filters, queryset=kind.documents()).qs.order_by()
    return list(rows.values_list("pk", flat=True)[: MOST + 1])
