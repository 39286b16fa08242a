"""Cancels what has not begun of a click on many documents; what has begun is brought to its end."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from sync.models import Click, SyncTask, clock
from sync.told import told

AT_ONCE = 500  # tasks in one transaction
State, Origin = SyncTask.State, SyncTask.Origin


def cancel(click: Click, person: User) -> bool:
    """False where it was cancelled already or nothing of it is to come. Nothing more is queued from
    then on: whoever queues a chunk holds the click's row meanwhile."""
    now = clock.now()
    cancelled = Click.objects.filter(pk=click.pk, cancelled_at=None, ended_at=None).update(
        cancelled_at=now,
        cancelled_by=person,
        finished_at=Coalesce("finished_at", now),
        documents=[],
    )
    while cancelled and _cancel_some(click):
        pass
    return bool(cancelled)


def waiting_of(click: Click) -> Q:
    """What the click alone asked for and nobody has begun. What a schedule had asked for, what
    follows from finished work and what somebody else has asked for meanwhile goes on."""
    asked = Q(origin=Origin.CLICK, facts={}) | Q(origin=Origin.REPAIR)
    waiting = Q(click=click.pk, state=State.WAITING, attempts=0)
    return waiting & asked & Q(asked_by=click.asked_by_id)


def _cancel_some(click: Click) -> int:
    """Work that had stopped before stops again, for the reason it gives."""
    waiting = SyncTask.objects.filter(waiting_of(click)).order_by("pk")
    with transaction.atomic():
        found = waiting.select_for_update().values_list("pk", "origin")[:AT_ONCE]
        by_origin: dict[str, list[int]] = {Origin.CLICK: [], Origin.REPAIR: []}
        for pk, origin in found:
            by_origin[origin].append(pk)
        now = clock.now()
        count = SyncTask.objects.filter(pk__in=by_origin[Origin.CLICK]).update(
            state=State.CANCELLED, finished_at=now, outcome=told("Cancelled before it began.")
        )
        return count + SyncTask.objects.filter(pk__in=by_origin[Origin.REPAIR]).update(
            state=State.NEEDS_ATTENTION, finished_at=now
        )
