"""A person takes what stopped, so that colleagues see it, and lets it go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sync.models import SyncTask, Taken, clock

KEPT_FOR = timedelta(hours=1)  # a cause is tried again, and may stop once more


def take(person: User, *, instead_of: int | None = None, **what: Any) -> Taken:
    """Take a task, or a cause by its columns. Returns who has it then: perhaps a colleague who was
    faster, unless it is taken over from just them."""
    with transaction.atomic():
        taken, is_new = Taken.objects.select_for_update().get_or_create(
            **_key(what), defaults={"taken_by": person}
        )
        if not is_new and taken.taken_by_id == instead_of:
            taken.taken_by, taken.taken_at = person, clock.now()
            taken.save(update_fields=["taken_by", "taken_at"])
    return taken


def let_go(person: User, **what: Any) -> bool:
    """False where somebody else has it."""
    deleted, _ = Taken.objects.filter(**_key(what), taken_by=person).delete()
    return bool(deleted)


def forget_what_has_ended() -> int:
    """Tasks that are closed, and causes for which nothing is stopped any more."""
    if not Taken.objects.exists():
        return 0
    stopped = SyncTask.objects.filter(
        state=SyncTask.State.NEEDS_ATTENTION,
        cause=OuterRef("cause"),
        cause_key=OuterRef("cause_key"),
    )
    closed = Q(task__isnull=False) & ~Q(task__state__in=SyncTask.OPEN_STATES)
    gone = Q(task__isnull=True, taken_at__lt=clock.now() - KEPT_FOR) & ~Exists(stopped)
    deleted, _ = Taken.objects.filter(closed | gone).delete()
    return deleted


def _key(what: dict[str, Any]) -> dict[str, Any]:
    return what if what.get("task") else {"task": None, **what}
