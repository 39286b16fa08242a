"""Clicks on many documents at once: what a person asked for, and what has become of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from sync.models import clock
from sync.models.steps import Step


class Click(models.Model):
    """One click; a worker queues the work of its documents by their keys, oldest first.

    ``position`` is the key of the last document whose work has been queued: whoever goes on after a
    lost worker starts there.
    """

    class Kind(models.TextChoices):
        ORDERS = "orders", _("Sync now")
        DELIVERIES = "deliveries", _("Sync now")
        BILLING_DOCUMENTS = "billing_documents", _("Sync now")
        INVOICES = "invoices", _("Resend invoice")
        NEW_ORDERS = "new_orders", _("Sync now")
        STOPPED = "stopped", _("Retry")
        MAPPED = "mapped", _("Retry")

    kind = models.CharField(max_length=20, choices=Kind)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    asked_at = models.DateTimeField(default=clock.now)
    documents = models.JSONField(
        default=list, help_text=_("Keys of what was ticked, ascending, until all of it is queued.")
    )
    causes = models.JSONField(
        default=list, help_text=_("Instead: causes whose stopped work it is.")
    )
    wanted = models.PositiveIntegerField(null=True, help_text=_("Documents asked for, if counted."))
    is_released = models.BooleanField(default=True, help_text=_("May send what was not ticked."))
    position = models.PositiveBigIntegerField(default=0)
    reached = models.PositiveIntegerField(default=0, help_text=_("Documents whose work is queued."))
    answers = models.JSONField(default=dict, help_text=_("How often each answer was given."))
    note = models.CharField(max_length=255, blank=True)
    elsewhere = models.PositiveIntegerField(
        default=0, help_text=_("Tasks it wanted that an earlier click had already set going.")
    )
    finished_at = models.DateTimeField(null=True, help_text=_("When all its work was queued."))
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(
        null=True, help_text=_("When nothing of it was to come any more.")
    )
    result = models.JSONField(default=dict, help_text=_("What had become of it by then."))
    read_at = models.DateTimeField(null=True, help_text=_("When its asker had read the result."))

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], condition=Q(read_at__isnull=True), name="click_unread"),
            models.Index(fields=["id"], condition=Q(ended_at__isnull=True), name="click_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.what}"

    @property
    def asked_for(self) -> str:
        """What a person is told at once."""
        asked = gettext("{click}: {documents} asked for.")
        named = asked.format(click=self.get_kind_display(), documents=self.what)
        return f"{named} {self.note}".strip()

    @property
    def permission(self) -> str:
        """Needed when it is made, and again when its work is queued."""
        return _PERMISSIONS[self.Kind(self.kind)]

    @property
    def what(self) -> str:
        """Its documents in words."""
        one, many = _WORDS[self.Kind(self.kind)]
        return gettext(one) if self.wanted == 1 else gettext(many).format(count=self.wanted or 0)


Kind = Click.Kind
_WORDS = {
    Kind.ORDERS: (gettext_noop("1 order"), gettext_noop("{count:,} orders")),
    Kind.DELIVERIES: (gettext_noop("1 delivery"), gettext_noop("{count:,} deliveries")),
    Kind.BILLING_DOCUMENTS: (
        gettext_noop("1 billing document"),
        gettext_noop("{count:,} billing documents"),
    ),
    Kind.INVOICES: (
        gettext_noop("the invoices of 1 billing document"),
        gettext_noop("the invoices of {count:,} billing documents"),
    ),
    Kind.NEW_ORDERS: (gettext_noop("all new orders"), gettext_noop("all new orders")),
    Kind.STOPPED: (gettext_noop("1 stopped task"), gettext_noop("{count:,} stopped tasks")),
    Kind.MAPPED: (gettext_noop("1 stopped task"), gettext_noop("{count:,} stopped tasks")),
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
