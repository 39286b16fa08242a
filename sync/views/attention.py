"""What stopped until a person acts: one card for each cause, with its remedy and its repair."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode
from zlib import crc32

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sync.filters import waiting
from sync.mirrors.intake import NEVER
from sync.models import SalesOrder, SyncTask
from sync.models.order_holds import all_standing
from sync.roles import steps_to_retry
from sync.templatetags.polling import is_at_its_pace
from sync.views.as_of import as_of_attention
from sync.views.causes import teams_of
from sync.views.counts import capped
from sync.views.people import PortalRequest
from sync.views.repair_forms import add_forms, add_repairs
from sync.views.stopped_causes import Group, explain, groups_of, listed, stopped
from sync.views.strips import shown_to, strips_of, tokens
from sync.views.takings import takings_of

MOST_COUNTED = 1_000
SHOWN_PER_CAUSE = 20
MOST_NOT_TAKEN = 50
NOT_TAKEN = SalesOrder.Stage.NOT_TAKEN
BLOCKED = next(part for part in waiting.ORDERS if part.name == "blocked")  # as Home counts them


@require_safe
def attention_page(request: PortalRequest) -> HttpResponse:
    """As many queries for fifty causes as for one; 204 where nothing has moved since the page was
    shown."""
    repairs = capped(_under_repair(), MOST_COUNTED)
    own = teams_of(request.user)
    groups = groups_of(request.user, own)
    clicks, trials = shown_to(request.user), add_repairs(groups)
    stamp = _stamp(f"{repairs} {tokens(clicks)} {trials}", groups)
    if request.GET.get("seen") == stamp and is_at_its_pace(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    explain(groups, request.user, own)
    add_forms(groups, request.user)
    not_taken = SalesOrder.objects.filter(BLOCKED.condition())
    context = {
        "section": "attention",
        "as_of": as_of_attention(),
        "tab": "open",
        "groups": groups,
        "not_taken": not_taken.select_related("shop").defer("payload")[:MOST_NOT_TAKEN],
        "not_taken_count": capped(not_taken, MOST_COUNTED),
        "not_taken_url": f"{reverse('sync:orders')}?{urlencode({'stage': NOT_TAKEN.value})}",
        "held": all_standing(),
        "takings": takings_of(request.user, (task for one in groups for task in one.tasks)),
        "never_taken": NEVER,
        "repairs": repairs,
        "strips": strips_of(request.user, clicks),
        "is_moving": bool(tokens(clicks)) or any(one.is_being_tried for one in groups),
        "stamp": stamp,
        "retryable": steps_to_retry(request.user),
    }
    return render(request, "sync/attention.html", context)


@require_safe
def stopped_documents(request: PortalRequest) -> HttpResponse:
    """The first documents of one cause, once a person opens it."""
    cause, key = (request.GET.get(name, "") for name in ("cause", "cause_key"))
    alike = stopped(cause=cause, cause_key=key)
    group = Group(cause, key, capped(alike, MOST_COUNTED).number)
    group.tasks = list(listed(alike)[:SHOWN_PER_CAUSE])
    context = {
        "cause": group,
        "retryable": steps_to_retry(request.user),
        "takings": takings_of(request.user, group.tasks),
    }
    return render(request, "sync/partials/cause_documents.html", context)


def _under_repair() -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(
        state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING], origin=SyncTask.Origin.REPAIR
    )


def _stamp(moving: str, groups: list[Group]) -> str:
    """Changes whenever the page would show something else."""
    seen = [moving, *(f"{one.cause}:{one.cause_key}:{one.count}:{one.newest}" for one in groups)]
    return f"{crc32('|'.join(seen).encode()):x}"
