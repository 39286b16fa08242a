"""What runs by itself, how far the pulls have come, which processes live."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import clock
from sync.models.steps import Step


class StepScheduleQuerySet(models.QuerySet["StepSchedule"]):
    def intervals(self) -> dict[str, int]:
        """Seconds between two runs, for each step that is switched on."""
        return dict(self.filter(is_enabled=True).values_list("step", "interval_seconds"))


class StepSchedule(models.Model):
    """Whether a step runs by itself, and how often it looks for work."""

    step = models.CharField(max_length=20, choices=Step, unique=True)
    is_enabled = models.BooleanField(default=True)
    interval_seconds = models.PositiveIntegerField(default=60)
    next_run_at = models.DateTimeField(default=clock.now)
    last_run_at = models.DateTimeField(null=True, blank=True)

    objects = StepScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.get_step_display()} every {self.interval_seconds} s"


class PullWatermark(models.Model):
    """How far ``pull_orders`` has read a shop: the newest (updated_at, entity_id) stored."""

    shop = models.OneToOneField("Shop", on_delete=models.CASCADE, related_name="watermark")
    updated_at = models.DateTimeField(null=True, blank=True)
    entity_id = models.PositiveBigIntegerField(default=0)
    polled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.shop}: {self.updated_at}"


class Health(models.Model):
    """Recent successes and failures of something. While ``opened_at`` is set, people see it as
    trouble; the next success clears it."""

    FAILURES_TO_OPEN = 3
    BELIEVED_AFTER = timedelta(minutes=5)

    last_good_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    consecutive_failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    cause = models.CharField(max_length=40, blank=True)
    cause_key = models.CharField(max_length=120, blank=True)
    remedy = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def is_in_trouble(self) -> bool:
        return self.opened_at is not None

    def is_to_be_believed(self, now: datetime, scale: float, *, has_worked: bool) -> bool:
        """True after three failures over five minutes, or at the first failure of something that
        never worked. ``scale`` shortens the five minutes."""
        if not has_worked:
            return True
        began = self.failing_since or now
        is_long = now - began >= self.BELIEVED_AFTER * scale
        return is_long and self.consecutive_failures >= self.FAILURES_TO_OPEN

    def note_failure(self, failure: Mapping[str, str], now: datetime) -> None:
        """Count one more failure, given as task columns; the caller decides whether it is believed,
        and saves."""
        if not self.consecutive_failures:
            self.failing_since = now
        self.consecutive_failures += 1
        self.last_error = failure["error_message"]
        self.cause, self.cause_key = failure["cause"], failure["cause_key"]
        self.remedy = failure["remedy"]

    def note_success(self, now: datetime) -> None:
        """Reset every trace of failure; the caller saves."""
        self.last_good_at = now
        self.failing_since = self.opened_at = None
        self.consecutive_failures = 0
        self.last_error = self.cause = self.cause_key = self.remedy = ""


class RemoteHealth(Health):
    """Recent health of a remote; while it is in trouble, all work that needs it waits."""

    class Kind(models.TextChoices):
        AWAY = "away", _("does not answer")
        REFUSES = "refuses", _("cannot be used")
        LOGON = "logon", _("refuses the portal's logon")

    system = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=Kind, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When trouble that was believed ended last.")
    )
    quiet_until = models.DateTimeField(
        null=True, blank=True, help_text=_("The remote asked for fewer calls (Retry-After).")
    )

    class Meta:
        ordering = ["system"]
        verbose_name_plural = _("remote health")

    def __str__(self) -> str:
        return self.system


class FetchHealth(Health):
    """How the recurring fetch of a shop's orders, or of SAP's deliveries, has gone. Its task is
    queued again at every turn, so what people are told is kept here."""

    step = models.CharField(max_length=20, choices=Step)
    reference = models.CharField(max_length=80)
    shop = models.ForeignKey("Shop", null=True, blank=True, on_delete=models.CASCADE)
    quiet_task = models.BigIntegerField(
        null=True, blank=True, help_text=_("Of the last round without news; the next replaces it.")
    )

    class Meta:
        ordering = ["id"]
        verbose_name_plural = _("fetch health")
        constraints = [
            models.UniqueConstraint(fields=["step", "reference"], name="one_health_per_fetch")
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.reference}"

    @property
    def silent_since(self) -> datetime | None:
        """The last success; if there was none, the first failure."""
        return self.last_good_at or self.failing_since


class ProcessHeartbeat(models.Model):
    """The last sign of life of a worker or scheduler, kept here because Redis cannot be asked
    (stack.md section 4)."""

    class Kind(models.TextChoices):
        WORKER = "worker", _("Worker")
        SCHEDULER = "scheduler", _("Scheduler")

    ALIVE_FOR = timedelta(seconds=45)

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    started_at = models.DateTimeField(default=clock.now)
    beat_at = models.DateTimeField(default=clock.now)
    clock_skew_seconds = models.FloatField(
        default=0, help_text=_("By how much its own clock is ahead of the database's.")
    )
    threads = models.PositiveSmallIntegerField(default=1, help_text=_("Tasks it can run at once."))
    busy_threads = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["kind", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_alive(self) -> bool:
        return clock.now() - self.beat_at < self.ALIVE_FOR

    @property
    def wrong_clock(self) -> str:
        """Such as "400 s behind"; empty while it is close enough to the database's clock."""
        skew = timedelta(seconds=self.clock_skew_seconds)
        return clock.in_words(skew) if clock.is_too_far(skew) else ""
