"""The forms that Needs attention puts into its cards: for the entry that is missing, or wrong."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sync.forms.mappings import FORMS, MappingForm
from sync.mapping.suggestions import suggestions
from sync.mapping.to_repair import ToRepair, to_repair
from sync.mapping_tables import MappingTable
from sync.models import Repair
from sync.views.people import PortalRequest
from sync.views.stopped_causes import MOST_READ, Group

LONGEST_TYPED = 40
MOST_FORMS = 12  # in one page; the others open on a page of their own


def add_forms(groups: Collection[Group], user: User) -> None:
    """For those who may keep the entry; and where it stands in the admin, for its other fields."""
    found = to_repair(one.first for one in groups if one.first)
    left = MOST_FORMS
    for group in groups:
        wanted = found.get(group.newest)
        if wanted is not None and may_repair(user, wanted):
            group.add_url = _admin_url(wanted) if user.is_staff else ""
            if left > 0 and not group.is_being_tried:
                group.form = form_for(group.newest, wanted)
                left -= 1
            elif not group.is_being_tried:
                group.repair_url = reverse("sync:repair_task", args=[group.newest])
        if group.remedy is not None and not (group.add_url or group.form):
            group.link_url = group.remedy.link_for(user)


def may_repair(user: User, wanted: ToRepair) -> bool:
    verb = "add" if wanted.entry is None else "change"
    return user.has_perm(f"sync.{verb}_{wanted.table.facts.model}")


def form_for(task_key: int, wanted: ToRepair, data: QueryDict | None = None) -> MappingForm:
    """Prefilled with what stands there."""
    initial: dict[str, Any] = dict(wanted.initial)
    form = FORMS[wanted.table](
        data,
        initial=initial,
        instance=wanted.entry,
        needs=wanted.fields,
        auto_id=f"repair_{task_key}_%s",
    )
    if suggested := form.fields.get(SUGGESTED.get(wanted.table, "")):
        suggested.widget.attrs |= {
            "list": f"suggested-{task_key}",
            "hx-get": reverse("sync:suggestions", args=[wanted.table]),
            "hx-trigger": "focus once, input changed delay:200ms",
            "hx-target": f"#suggested-{task_key}",
        }
    return form


SUGGESTED = {MappingTable.MATERIAL: "material", MappingTable.CUSTOMER: "customer_number"}


@require_safe
def suggest(request: PortalRequest, table: str) -> HttpResponse:
    """What may be meant by what somebody has typed so far."""
    if table not in SUGGESTED:
        raise Http404
    wanted = MappingTable(table)
    if not request.user.has_perm(f"sync.add_{wanted.facts.model}"):
        raise PermissionDenied
    found = suggestions(wanted, request.GET.get(SUGGESTED[wanted], "")[:LONGEST_TYPED])
    return render(request, "sync/partials/suggestions.html", {"suggestions": found})


def add_repairs(groups: Collection[Group]) -> str:
    """Those that are being tried, or were not accepted; what it says changes with them."""
    of_place = {one.place: one for one in groups}
    standing = Repair.objects.standing().select_related("trial", "order__shop")
    seen = []
    for repair in standing.defer("order__payload", "trial__facts")[:MOST_READ]:
        if group := of_place.get((repair.cause, repair.cause_key)):
            group.repair = repair
            seen.append(f"{repair.pk}{repair.state}{repair.trial and repair.trial.state}")
    return ".".join(seen)


def _admin_url(wanted: ToRepair) -> str:
    admin = f"admin:sync_{wanted.table.facts.model}"
    missing = {"missing": wanted.fields[0]} if wanted.fields else {}
    if wanted.entry is not None:
        page = reverse(f"{admin}_change", args=[wanted.entry.pk])
        return f"{page}?{urlencode(missing)}".rstrip("?")
    known = {name: value for name, value in wanted.initial.items() if name != "choices"}
    return f"{reverse(f'{admin}_add')}?{urlencode(known | missing)}"
