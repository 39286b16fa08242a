"""Locks after too many failed sign-ins, and clearing them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from axes.helpers import get_failure_limit
from django.contrib import messages
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with
from sync.views.sign_in_rules import (
    FREE_TRIES_OF_NAME,
    MOST_FROM_ADDRESS,
    Rule,
    Wait,
    recent_failures,
    wait_of_address,
    wait_of_name,
    wait_of_pair,
)

logger = logging.getLogger(__name__)

MOST_SHOWN = 50
COLUMNS = {
    Rule.NAME_AND_ADDRESS: ("username", "ip_address"),
    Rule.ADDRESS: ("ip_address",),
    Rule.NAME: ("username",),
}


@dataclass(frozen=True, slots=True)
class Lock:
    """Failures that are counted together, and until when they lock."""

    rule: Rule
    username: str
    ip_address: str
    failures: int
    until: datetime

    @property
    def holds(self) -> bool:
        """Whether sign-in is locked now; for a name, the next failure locks it again."""
        return self.until > timezone.now()

    def __str__(self) -> str:
        told = {
            Rule.NAME_AND_ADDRESS: gettext("“%(user)s” from %(address)s"),
            Rule.ADDRESS: gettext("every user from %(address)s"),
            Rule.NAME: gettext("“%(user)s” from new places"),
        }
        return told[self.rule] % self._names

    @property
    def subject(self) -> str:
        """As a row begins."""
        told = {
            Rule.NAME_AND_ADDRESS: gettext("%(user)s, from %(address)s"),
            Rule.ADDRESS: gettext("Every user, from %(address)s"),
            Rule.NAME: gettext("%(user)s, from new places"),
        }
        return told[self.rule] % self._names

    @property
    def _names(self) -> dict[str, str]:
        return {"user": self.username, "address": self.ip_address or gettext("here")}


@needs("sync.clear_sign_in_locks")
@require_safe
def sign_in_locks_page(request: PortalRequest) -> HttpResponse:
    """The newest few of each rule."""
    context = {"section": "sign_in_locks", "locks": list(_locks(request))}
    return render(request, "sync/sign_in_locks.html", context)


@needs("sync.clear_sign_in_locks")
@require_POST
def clear_sign_in_lock(request: PortalRequest) -> HttpResponse:
    """Who cleared what is kept in the admin's log."""
    wanted = tuple(request.POST.get(name, "") for name in ("rule", "username", "ip_address"))
    lock = next((one for one in _locks(request) if _key(one) == wanted), None)
    page = reverse("sync:sign_in_locks")
    if lock is None:
        messages.info(request, gettext("Nothing to clear: this lock has ended meanwhile."))
        return redirect_back(request, page)
    _clear(lock, request.user)
    told = gettext("Cleared: %(lock)s may sign in again.") % {"lock": lock}
    return redirect_with(request, told, page)


def _key(lock: Lock) -> tuple[str, ...]:
    return (str(lock.rule), lock.username, lock.ip_address)


def _locks(request: HttpRequest) -> Iterator[Lock]:
    limit = get_failure_limit(request, None)
    rules: list[tuple[Rule, int, Callable[..., Wait]]] = [
        (Rule.NAME_AND_ADDRESS, limit, lambda name, address: wait_of_pair(name, address, limit)),
        (Rule.ADDRESS, MOST_FROM_ADDRESS, wait_of_address),
        (Rule.NAME, FREE_TRIES_OF_NAME, wait_of_name),
    ]
    for rule, most, wait_of in rules:
        columns = COLUMNS[rule]
        counted = recent_failures().order_by().values(*columns)
        counted = counted.annotate(failures=Sum("failures_since_start")).filter(failures__gte=most)
        if rule == Rule.ADDRESS:
            counted = counted.filter(ip_address__isnull=False)
        for row in counted.order_by("-failures")[:MOST_SHOWN]:
            until = wait_of(*(row[name] for name in columns)).until
            username, address = row.get("username") or "", row.get("ip_address") or ""
            yield Lock(rule, username, address, row["failures"], until)


def _clear(lock: Lock, user: User) -> None:
    same: dict[str, Any] = {
        name: getattr(lock, name) or (None if name == "ip_address" else "")
        for name in COLUMNS[lock.rule]
    }
    failures = recent_failures().filter(**same)
    words = f"Sign-in lock cleared: {lock}, {lock.failures} failures"
    LogEntry.objects.log_actions(user.pk, list(failures[:1]), DELETION, words, single_object=True)
    failures.delete()
    logger.info("user %s cleared a sign-in lock by %s", user.pk, lock.rule)
