"""The first page: what each role does next, what has come today, and whether everything runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from sync.causes.cause import Team
from sync.views import worklist
from sync.views.as_of import as_of_home
from sync.views.counts import Count
from sync.views.first_run import first_run
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS
from sync.views.people import PortalRequest
from sync.views.pulse import pulse_for
from sync.views.stopped_work import StoppedWork, stopped_work
from sync.views.strips import shown_to, strips_of
from sync.views.todays_flow import flow_of_today
from sync.views.worklist import Found, Item, Waiting, look_for

MOST_ROWS = 6


@dataclass(frozen=True, slots=True)
class Role:
    """Who sees a worklist, the team whose stopped work stands in it, and what waits for them."""

    title: str
    permission: str
    team: Team
    parts: Sequence[Waiting] = ()


@dataclass(frozen=True, slots=True)
class Tile:
    """How many wait of which the list above shows only some."""

    label: str | Promise
    icon: str
    tone: str
    count: Count
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    stopped: StoppedWork
    items: list[Item]
    tiles: list[Tile]


ROLES = (
    Role(gettext_noop("Sales"), ORDERS.permission, Team.SALES, worklist.SALES),
    Role(gettext_noop("Logistics"), DELIVERIES.permission, Team.LOGISTICS, worklist.LOGISTICS),
    Role(gettext_noop("Finance"), BILLING_DOCUMENTS.permission, Team.FINANCE, worklist.FINANCE),
    Role(gettext_noop("Administration"), "sync.view_queue", Team.ADMINISTRATOR),
)


@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """As many queries for one waiting document as for a hundred."""
    context = {
        "section": "home",
        "as_of": as_of_home(),
        "checklist": first_run(request.user),
        "sections": sections_for(request.user),
        "strips": strips_of(request.user, shown_to(request.user)),
        "today": flow_of_today(),
        "pulse": pulse_for(request.user),
    }
    return render(request, "sync/home.html", context)


def sections_for(user: User) -> list[Section]:
    roles = [role for role in ROLES if user.has_perm(role.permission)]
    stopped = stopped_work([role.team for role in roles])
    found = iter(look_for([part for role in roles for part in role.parts], user))
    return [
        _section(role, stopped[role.team], [next(found) for _part in role.parts]) for role in roles
    ]


def _section(role: Role, stopped: StoppedWork, found: Sequence[Found]) -> Section:
    items = sorted((item for part in found for item in part.items), key=lambda one: one.order)
    shown = items[: max(0, MOST_ROWS - len(stopped.causes))]
    return Section(
        gettext(role.title), stopped, shown, [*_more_stopped(stopped), *_more(found, shown)]
    )


def _more_stopped(stopped: StoppedWork) -> Iterator[Tile]:
    shown = sum(cause.count for cause in stopped.causes)
    if stopped.count.number > shown or stopped.count.is_capped:
        page = reverse("sync:attention")
        yield Tile(gettext("Needs attention"), "triangle-alert", "danger", stopped.count, page)


def _more(found: Iterable[Found], shown: Sequence[Item]) -> Iterator[Tile]:
    """Parts of which not all stand in the list."""
    for part in found:
        if part.count.number > sum(item in shown for item in part.items):
            one = part.waiting
            yield Tile(gettext(str(one.part.label)), one.icon, one.tone, part.count, one.url)
