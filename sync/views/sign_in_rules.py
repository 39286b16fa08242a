"""When a failed sign-in makes somebody wait: three rules, and how long each holds.

A name tried from one address, and an address that tries many names, wait for a quarter of an hour.
A name tried from many addresses waits for seconds only. From an address where the owner of a name
has signed in before, only the first rule counts for that name: neither other names tried there, nor
this name tried elsewhere, can keep its owner out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username, get_cool_off, get_failure_limit
from axes.models import AccessAttempt, AccessLog
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

MOST_FROM_ADDRESS = 30  # failures, whatever the names
FREE_TRIES_OF_NAME = 10  # failures from wherever; then each makes the next wait twice as long
LONGEST_DELAY = timedelta(seconds=30)
KNOWN_FOR = timedelta(days=90)
LONGEST_NAME = 255  # what axes' column holds


class Rule(StrEnum):
    """Which failures are counted together."""

    NAME_AND_ADDRESS = "name_and_address"
    ADDRESS = "address"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Wait:
    """A rule that holds, and until when."""

    rule: Rule
    until: datetime


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The user name by which failures are counted."""
    given = (credentials or {}).get("username")
    return plain_name(str(request.POST.get("username", "") if given is None else given))


def plain_name(name: str) -> str:
    """The name without case or Unicode variants, cut to the column's length."""
    folded = unicodedata.normalize("NFKC", name[: 4 * LONGEST_NAME]).strip().casefold()
    return unicodedata.normalize("NFKC", folded)[:LONGEST_NAME]


class SignInHandler(AxesDatabaseHandler):  # type: ignore[misc]  # untyped package
    """Axes counts the failures; our three rules decide."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Axes compares this with its limit, so it is the limit while any rule holds."""
        limit: int = get_failure_limit(request, credentials)
        return limit if _wait(request, credentials) else 0


def wait_page(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Says how long to wait, and what can be done meanwhile."""
    wait = _wait(request, credentials)
    if wait is None:  # its end came while the answer was made
        return response
    seconds = max(1, round((wait.until - timezone.now()).total_seconds() + 0.5))
    context = {"wait": wait, "seconds": seconds, "minutes": -(-seconds // 60)}
    told = render(request, "lockout.html", context, status=429)
    told["Retry-After"] = str(seconds)
    return told


def _wait(request: Any, credentials: dict[str, Any] | None) -> Wait | None:
    name, address = get_client_username(request, credentials), request.axes_ip_address
    limit = get_failure_limit(request, credentials)
    found = [one for one in _waits(name, address, limit) if one.until > timezone.now()]
    return max(found, key=lambda one: one.until, default=None)


def _waits(name: str, address: str | None, limit: int) -> Iterable[Wait]:
    yield wait_of_pair(name, address, limit)
    if _is_known(name, address):
        return  # its owner signs in from here: behind one address nobody keeps the others out
    if address is not None:
        yield wait_of_address(address)
    yield wait_of_name(name)


def wait_of_pair(name: str, address: str | None, limit: int) -> Wait:
    """For a name tried from an address; its end may be past."""
    failures = recent_failures().filter(username=name, ip_address=address)
    return Wait(Rule.NAME_AND_ADDRESS, _end_of(failures, limit))


def wait_of_address(address: str) -> Wait:
    """For an address, whatever the names; its end may be past."""
    failures = recent_failures().filter(ip_address=address)
    return Wait(Rule.ADDRESS, _end_of(failures, MOST_FROM_ADDRESS))


def wait_of_name(name: str) -> Wait:
    """For a name, wherever it is tried: one second after the first failure too many, then two,
    four, up to half a minute; its end may be past."""
    failures = recent_failures().filter(username=name)
    told = failures.aggregate(count=Sum("failures_since_start"), newest=Max("attempt_time"))
    too_many = (told["count"] or 0) - FREE_TRIES_OF_NAME
    if too_many < 0 or told["newest"] is None:
        return Wait(Rule.NAME, timezone.now() - period())
    delay = min(timedelta(seconds=2 ** min(too_many, 10)), LONGEST_DELAY)
    return Wait(Rule.NAME, told["newest"] + delay)


def recent_failures() -> QuerySet[Any]:
    """Failures that still count."""
    recent: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__gt=timezone.now() - period())
    return recent


def period() -> timedelta:
    cool_off: timedelta = get_cool_off()
    return cool_off


def _end_of(failures: QuerySet[Any], limit: int) -> datetime:
    """When enough failures have expired to leave fewer than ``limit``; in the past if that is so
    already."""
    left = 0
    newest_first = failures.order_by("-attempt_time")
    for when, count in newest_first.values_list("attempt_time", "failures_since_start"):
        left += count
        if left >= limit:
            end: datetime = when + period()
            return end
    return timezone.now() - period()


def _is_known(name: str, address: str | None) -> bool:
    """Whether the name's owner has recently signed in from this address."""
    since = timezone.now() - KNOWN_FOR
    signed_in = AccessLog.objects.filter(ip_address=address, attempt_time__gt=since)
    return bool(signed_in.filter(username__iexact=name).exists())
