"""Clicks on many documents at once: what a person asked for, and what has become of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy

from sync.models import clock
from sync.models.steps import Step


class Click(models.Model):
    """One click; a worker queues the work of its documents by their keys, oldest first.

    ``position`` is the key of the last document whose work has been queued: whoever goes on after a
    lost worker starts there.
    """

    class Kind(models.TextChoices):
        ORDERS = "orders", gettext_lazy("Sync now")
        DELIVERIES = "deliveries", gettext_lazy("Sync now")
        BILLING_DOCUMENTS = "billing_documents", gettext_lazy("Sync now")
        INVOICES = "invoices", gettext_lazy("Resend invoice")
        NEW_ORDERS = "new_orders", gettext_lazy("Sync now")
        STOPPED = "stopped", gettext_lazy("Retry")
        MAPPED = "mapped", gettext_lazy("Retry")

    kind = models.CharField(max_length=20, choices=Kind)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField(default=clock.now)
    documents = models.JSONField(
        default=list, help_text="Keys of what was ticked, ascending, until all of it is queued."
    )
    causes = models.JSONField(default=list, help_text="Instead: causes whose stopped work it is.")
    wanted = models.PositiveIntegerField(null=True, help_text="Documents asked for, if counted.")
    is_released = models.BooleanField(default=True, help_text="May send what was not ticked.")
    position = models.PositiveBigIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0, help_text="Documents whose work is queued.")
    answers = models.JSONField(default=dict, help_text="How often each answer was given.")
    note = models.CharField(max_length=255, blank=True)
    elsewhere = models.PositiveIntegerField(
        default=0, help_text="Tasks it wanted that an earlier click had already set going."
    )
    finished_at = models.DateTimeField(null=True, help_text="When all its work was queued.")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, help_text="When nothing of it was to come any more.")
    result = models.JSONField(default=dict, help_text="What had become of it by then.")
    read_at = models.DateTimeField(null=True, help_text="When its asker had read the result.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], condition=Q(read_at__isnull=True), name="click_unread"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="click_open"),
        ]

    def __str__(self) -> str:
        names = {"click": self.get_kind_display(), "what": self.what}
        return gettext("%(click)s, %(what)s") % names

    @property
    def asked_for(self) -> str:
        """What a person is told at once."""
        names = {"click": self.get_kind_display(), "what": self.what}
        asked = gettext("%(click)s: %(what)s asked for.") % names
        return f"{asked} {gettext(self.note)}" if self.note else asked

    @property
    def permission(self) -> str:
        """Needed when it is made, and again when its work is queued."""
        return _PERMISSIONS[self.Kind(self.kind)]

    @property
    def what(self) -> str:
        """Its documents in words."""
        if self.kind == self.Kind.NEW_ORDERS:
            return gettext("all new orders")
        wanted = self.wanted or 0
        written = number_format(wanted, force_grouping=True)
        return str(_WORDS[self.Kind(self.kind)] % {"count": wanted, "number": written})


Kind = Click.Kind
_STOPPED = ngettext_lazy("%(number)s stopped task", "%(number)s stopped tasks", "count")
_WORDS = {
    Kind.ORDERS: ngettext_lazy("%(number)s order", "%(number)s orders", "count"),
    Kind.DELIVERIES: ngettext_lazy("%(number)s delivery", "%(number)s deliveries", "count"),
    Kind.BILLING_DOCUMENTS: ngettext_lazy(
        "%(number)s billing document", "%(number)s billing documents", "count"
    ),
    Kind.INVOICES: ngettext_lazy(
        "the invoices of %(number)s billing document",
        "the invoices of %(number)s billing documents",
        "count",
    ),
    Kind.STOPPED: _STOPPED,
    Kind.MAPPED: _STOPPED,
}
_PERMISSIONS = {
    Kind.ORDERS: Step.PULL_ORDERS.facts.permission,
    Kind.DELIVERIES: Step.PULL_DELIVERIES.facts.permission,
    Kind.BILLING_DOCUMENTS: Step.PULL_BILLING.facts.permission,
    Kind.INVOICES: Step.SEND_INVOICE.facts.permission,
    Kind.NEW_ORDERS: Step.PULL_ORDERS.facts.permission,
    Kind.STOPPED: "sync.retry_tasks",
    Kind.MAPPED: "sync.view_master_data",
}
