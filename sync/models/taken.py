"""Who has taken what stopped: one document's work, or all that stopped for one cause."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from sync.models import clock

OF_TASK = Q(task__isnull=False)


class Taken(models.Model):
    """It tells colleagues that somebody is at it, and bars nobody. Letting go deletes the row."""

    task = models.OneToOneField(
        "SyncTask", null=True, blank=True, on_delete=models.CASCADE, related_name="taken"
    )
    cause = models.CharField(max_length=40, blank=True)
    cause_key = models.CharField(max_length=120, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    taken_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cause", "cause_key"], condition=~OF_TASK, name="one_takes_a_cause"
            )
        ]

    def __str__(self) -> str:
        return f"Taken by {self.taken_by}"
