"""Alarms that leave the building: what people are told of, and the messages that tell it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sync.models import clock


class Alarm(models.Model):
    """One time that something was wrong. Each moment is set once, by a compare-and-set: of several
    processes that look at the same time, one tells."""

    class Kind(models.TextChoices):
        """The settings name those that are urgent by these values."""

        FETCH = "fetch", "A fetch is silent"
        BEHIND = "behind", "A fetch does not move"
        NO_NEWS = "no_news", "Nothing changes in a shop"
        DELIVERIES = "deliveries", "No delivery on a working day"
        WORKER = "worker", "Too few workers"
        SCHEDULER = "scheduler", "Too few schedulers"
        REDIS = "redis", "Redis is away"
        CLOCK = "clock", "A clock is wrong"
        REMOTE = "remote", "A system is in trouble"
        CHANGED = "changed", "A system looks like another"
        STOPPED = "stopped", "Work has stopped"
        STORM = "storm", "Much work has stopped"

    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=160, help_text="The same while it lasts.")
    team = models.CharField(max_length=20, blank=True, help_text="Who acts; empty: everybody.")
    facts = models.JSONField(default=dict, help_text="Counts and names; nothing of a person.")
    noticed_at = models.DateTimeField(default=clock.now)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When it was told last.")
    ended_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="When nothing more was to be told of it."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(ended_at__isnull=True), name="one_alarm_while_it_lasts"
            )
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(closed_at__isnull=True), name="alarm_not_closed"
            )
        ]

    def __str__(self) -> str:
        return self.key


class AlarmMessage(models.Model):
    """One message to one address; tried again until it is delivered or too old."""

    group = models.CharField(max_length=40, help_text="The setting its address stands in.")
    address = models.CharField(max_length=80, help_text="Its place there; the address is secret.")
    subject = models.CharField(max_length=255)
    body = models.TextField()
    is_good = models.BooleanField(default=False, help_text="Tells only of what is over.")
    is_test = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    tries = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=clock.now)
    last_error = models.CharField(max_length=120, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was delivered or given up."
    )

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["next_try_at"], condition=Q(ended_at__isnull=True), name="message_to_send"
            ),
            models.Index(fields=["created_at"], name="message_created"),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.subject}"

    @property
    def is_given_up(self) -> bool:
        return self.ended_at is not None and self.delivered_at is None
