"""Alarms on Connections: what reached each address, and a test that an administrator sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from sync.jobs.alarms import rules, turn
from sync.models import AlarmMessage, clock
from sync.views.people import PortalRequest, needs
from sync.views.posted import redirect_back, redirect_with

NEWEST = 100  # messages that are looked through


@dataclass(slots=True)
class Receiver:
    """An address by its name, the newest message to it, and how many could not be delivered."""

    name: str
    newest: AlarmMessage | None = None
    test: AlarmMessage | None = None
    undelivered: int = 0


@dataclass(slots=True)
class AlarmsSent:
    receivers: list[Receiver] = field(default_factory=list)

    @property
    def is_moving(self) -> bool:
        tests = (one.test for one in self.receivers)
        return any(test is not None and test.ended_at is None for test in tests)


def alarms_sent() -> AlarmsSent:
    """Two queries, however many addresses and messages there are."""
    names = [address.name for address in rules.addresses()]
    if not names:
        return AlarmsSent()
    rows = AlarmMessage.objects.filter(address__in=names)
    newest = list(rows.order_by("-id").defer("body")[:NEWEST])
    waiting = rows.filter(ended_at=None, tries__gt=0, is_test=False).order_by()
    counts = dict(waiting.values_list("address").annotate(count=Count("pk")))
    return AlarmsSent([_receiver(name, newest, counts.get(name, 0)) for name in names])


def _receiver(name: str, newest: Iterable[AlarmMessage], undelivered: int) -> Receiver:
    own = [one for one in newest if one.address == name]
    alarm = next((one for one in own if not one.is_test), None)
    return Receiver(name, alarm, next((one for one in own if one.is_test), None), undelivered)


@needs("sync.test_connections")
@require_POST
def test_alarms(request: PortalRequest) -> HttpResponse:
    """A worker or the scheduler sends it, as every alarm; the page then says what was delivered."""
    page = reverse("sync:connections")
    if alarms_sent().is_moving:
        return redirect_with(request, gettext("A test is on its way already."), page)
    count = turn.test(clock.now())
    if not count:
        messages.error(request, gettext("The settings name no address for alarms."))
        return redirect_back(request, page)
    told = ngettext(
        "A test is on its way to %(n)s address; this page says whether it was delivered.",
        "A test is on its way to %(n)s addresses; this page says what was delivered.",
        count,
    )
    return redirect_with(request, told % {"n": count}, page)
