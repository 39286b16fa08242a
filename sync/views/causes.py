"""Who acts on a stopped task, and how, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from sync.causes.cause import Kind, Link, Team
from sync.causes.table import cause_named
from sync.mapping.to_repair import table_of
from sync.models import SyncTask
from sync.models.automation import Health
from sync.roles import ADMINISTRATORS
from sync.templatetags.retold import retold


@dataclass(frozen=True, slots=True)
class Remedy:
    """What went wrong, the team that acts, what it does, and on which page; in the language of the
    reader."""

    headline: str
    team: str
    advice: str
    link: Link | None = None

    @property
    def team_name(self) -> str:
        return team_name(self.team)

    @property
    def link_label(self) -> str:
        """Empty where no page helps."""
        return gettext(_PAGES[self.link][0]) if self.link else ""

    def link_for(self, user: User) -> str:
        """Empty where no page helps, or the person may not see it."""
        if self.link is None or not user.has_perm(_PAGES[self.link][1]):
            return ""
        return reverse(f"sync:{self.link}")


_PAGES = {
    Link.CONNECTIONS: (gettext_noop("Connections"), "sync.view_queue"),
    Link.READINESS: (gettext_noop("Readiness"), "sync.check_readiness"),
    Link.MASTER_DATA: (gettext_noop("Master data"), "sync.view_master_data"),
}

_TEAMS = {
    Team.SALES: gettext_noop("Sales"),
    Team.LOGISTICS: gettext_noop("Logistics"),
    Team.FINANCE: gettext_noop("Finance"),
    Team.ADMINISTRATOR: gettext_noop("Administrator"),
}
_BY_ITSELF = gettext_noop(
    "One of these is tried again by itself, once an hour in the end, and the others follow when "
    "it passed; a retry tries at once."
)


def team_name(team: str) -> str:
    return gettext(_TEAMS[Team(team)]) if team in {*Team} else team


def remedy_for(task: SyncTask) -> Remedy:
    cause = cause_named(task.cause)
    advice = retold(advice_on(task))
    if task.error_class == Kind.MISCONFIGURED:
        advice = f"{advice} {gettext(_BY_ITSELF)}"
    return Remedy(
        retold(task.headline or cause.headline),
        task.owner or cause.owner or task.usual_team,
        advice,
        cause.link,
    )


def repair_link(task: SyncTask, user: User) -> str:
    """The card with the form for the entry that may clear the task; empty where no entry may, or
    the person may not keep it."""
    table = table_of(task)
    if table is None or not user.has_perm(f"sync.add_{table.facts.model}"):
        return ""
    return reverse("sync:repair_task", args=[task.pk])


def teams_of(user: User) -> frozenset[str]:
    """The teams whose causes come first for this person; each role is named after its team."""
    roles = user.groups.values_list("name", flat=True)
    return frozenset(Team.ADMINISTRATOR if one == ADMINISTRATORS else one for one in roles)


def advice_on(failure: SyncTask | Health) -> str:
    return failure.remedy or cause_named(failure.cause).remedy
