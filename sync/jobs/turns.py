"""Takes tasks in turns, so that one look costs the same however many there are."""

from __future__ import annotations

from sync.models.ledger import SyncTaskQuerySet

AT_ONCE = 200


class Turns:
    """Each look takes the tasks that follow those of the last look, and begins again at the end.
    Every process goes by itself: a look that is repeated does no harm."""

    def __init__(self) -> None:
        self.after = 0

    def take(self, tasks: SyncTaskQuerySet) -> list[int]:
        """Keys of the next tasks; of all, where they are few."""
        keys = tasks.order_by("id").values_list("pk", flat=True)
        taken = list(keys.filter(pk__gt=self.after)[:AT_ONCE])
        if self.after and len(taken) < AT_ONCE:
            taken += keys.filter(pk__lte=self.after)[: AT_ONCE - len(taken)]
        self.after = taken[-1] if len(taken) == AT_ONCE else 0
        return taken
