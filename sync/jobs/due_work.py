"""What a worker finds to do in the ledger."""

from __future__ import annotations

from sync.jobs.pull_loop import Due
from sync.models import ProcessHeartbeat, SyncTask, clock

URGENT = SyncTask.Priority.INTERACTIVE


class DueWork:
    """The due tasks, interactive ones first, then those due for longest.

    Several workers read the same list at once, so each begins with its own part of it and does not
    try what another is about to claim.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._part, self._parts = 0, 1

    def note_workers(self) -> None:
        """Who else works, as the signs of life say."""
        since = clock.now() - ProcessHeartbeat.ALIVE_FOR
        alive = ProcessHeartbeat.objects.filter(kind="worker", beat_at__gt=since)
        names = sorted({self._name, *(one.name for one in alive if not one.wrong_clock)})
        self._part, self._parts = names.index(self._name), len(names)

    def __call__(self, most: int) -> list[Due]:
        """About ``most`` tasks; so many or more where there is more to do than that."""
        found = self._read(most * self._parts)
        if len(found) < most * self._parts:
            mine = found[self._part :: self._parts]
            return mine + [one for one in found if one not in mine]
        if found[-1].is_urgent:  # however much is clicked, a little of the rest is done
            found += self._read(self._parts, priority__gt=URGENT)
        mine = found[self._part :: self._parts]
        # What stands first is done even where the worker whose part it is has no thread for it.
        return mine + [one for one in found[: self._parts] if one not in mine]

    def _read(self, most: int, **only: int) -> list[Due]:
        """One task of each lock, and none of a lock whose task runs."""
        running = SyncTask.objects.filter(state=SyncTask.State.RUNNING).values("lock")
        due = SyncTask.objects.due(clock.now()).filter(**only).exclude(lock__in=running)
        # A fetch that goes on with its next slice is due anew, so it stands behind all that waits.
        ordered = due.order_by("priority", "not_before", "id")
        rows = ordered.values_list("pk", "lock", "priority")[:most]
        return [Due(pk, lock, priority == URGENT) for pk, lock, priority in rows]
