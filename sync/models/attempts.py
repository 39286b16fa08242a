"""The ledger: each attempt at a task, and each remote call it made."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import clock
from sync.models.ledger import SyncTask
from sync.models.packed import PackedJSONField


class SyncAttempt(models.Model):
    """One execution of a task: when, by which worker, how it ended."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        RETRY = "retry", _("Will be tried again")
        FAILED = "failed", _("Needs attention")
        ERRORED = "errored", _("A fault in the portal")
        LOST = "lost", _("The worker was lost")

    task = models.ForeignKey(SyncTask, on_delete=models.CASCADE, related_name="attempt_log")
    attempt = models.PositiveIntegerField()
    worker = models.CharField(max_length=80)
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    message = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["-started_at"], name="attempt_started")]

    def __str__(self) -> str:
        return f"{self.task} #{self.attempt}"

    def close(self, outcome: str, message: str = "") -> None:
        self.outcome = outcome
        self.message = message
        self.finished_at = clock.now()
        self.save(update_fields=["outcome", "message", "finished_at"])


class RemoteCall(models.Model):
    """One call to Magento or SAP: what was sent and what came back, redacted."""

    attempt = models.ForeignKey(SyncAttempt, on_delete=models.CASCADE, related_name="calls")
    system = models.CharField(max_length=10)
    operation = models.CharField(max_length=120)
    is_write = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    duration_seconds = models.FloatField()
    outcome = models.CharField(max_length=12)
    request = PackedJSONField(default=dict)
    answer = PackedJSONField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.system} {self.operation}"

    @property
    def is_emptied(self) -> bool:
        """Whether its payloads were removed by age; a call that was made always has a request."""
        return self.request is None
