"""What runs by itself, how far the pulls have come, which processes live."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

from sync.models.ledger import Step
from sync.models.shops import Shop


class StepSchedule(models.Model):
    """Whether a step runs by itself, and how often it looks for work."""

    step = models.CharField(max_length=20, choices=Step, unique=True)
    is_enabled = models.BooleanField(default=True)
    interval_seconds = models.PositiveIntegerField(default=60)
    next_run_at = models.DateTimeField(default=timezone.now)
    last_run_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_step_display()} every {self.interval_seconds} s"


class PullWatermark(models.Model):
    """How far ``pull_orders`` has read a shop: the newest (updated_at, entity_id) stored."""

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, related_name="watermark")
    updated_at = models.DateTimeField(null=True, blank=True)
    entity_id = models.PositiveBigIntegerField(default=0)
    polled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.shop}: {self.updated_at}"


class RemoteHealth(models.Model):
    """How a remote has answered lately; while an incident is open its tasks wait together."""

    FAILURES_TO_OPEN = 3

    system = models.CharField(max_length=60, unique=True)
    consecutive_failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["system"]
        verbose_name_plural = "remote health"

    def __str__(self) -> str:
        return self.system

    @property
    def is_away(self) -> bool:
        """Whether an incident is open."""
        return self.opened_at is not None


class ProcessHeartbeat(models.Model):
    """A worker or scheduler that says it is alive; Redis cannot be asked (stack.md section 4)."""

    class Kind(models.TextChoices):
        """What the process does."""

        WORKER = "worker", "Worker"
        SCHEDULER = "scheduler", "Scheduler"

    ALIVE_FOR = timedelta(seconds=45)

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        """Whether the last sign of life is recent."""
        return timezone.now() - self.beat_at < self.ALIVE_FOR
