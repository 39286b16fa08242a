"""What is read as a task ends: who has joined it, what waits behind it, whether a remote fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.db.models import Subquery
from django.db.models.expressions import RawSQL

from sync.models import RemoteHealth, SyncTask, clock
from sync.models.ledger import SyncTaskQuerySet
from sync.models.whole_tables import any_in


@dataclass(frozen=True, slots=True)
class End:
    """``behind`` is the next due task of the same lock."""

    behind: int | None
    is_any_failing: bool


def end_of(task: SyncTask) -> End:
    """One read for all of it; read after the task was closed, in the same transaction, so that
    nobody can join it any more. Tells the task who has joined."""
    read = SyncTask.objects.filter(pk=task.pk).annotate(
        behind=Subquery(_behind(task).values("pk")[:1]), is_any_failing=_is_any_failing()
    )
    columns = ("behind", "is_any_failing", "asked_by", "click", "is_wanted_again")
    behind, is_any_failing, *joined = read.values_list(*columns).get()
    task.asked_by_id, task.click_id, task.is_wanted_again = joined
    return End(behind, is_any_failing)


def next_behind(task: SyncTask) -> int | None:
    """A fetch with more to read has rung for its next slice, behind all that waits."""
    return _behind(task).values_list("pk", flat=True).first()


def _behind(task: SyncTask) -> SyncTaskQuerySet:
    due = SyncTask.objects.due(clock.now()).filter(lock=task.lock).exclude(pk=task.pk)
    return due.order_by("priority", "id")


@cache
def _is_any_failing() -> RawSQL:
    return any_in(RemoteHealth.objects.filter(consecutive_failures__gt=0))
