"""What people decided about documents, and why: rows are added and never changed."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sync.models import clock


class DecisionQuerySet(models.QuerySet["Decision"]):
    def newest(self, kind: Decision.Kind, **about: object) -> Decision | None:
        return self.filter(kind=kind, **about).order_by("-id").first()

    def marked_done(self, *steps: str) -> Self:
        """Decisions that marked work of these steps done and still stand.

        They also cover the same work when it is started again under another task.
        """
        reopened = self.model.objects.filter(
            kind=Decision.Kind.REOPENED,
            task__step=models.OuterRef("task__step"),
            task__reference=models.OuterRef("task__reference"),
            pk__gt=models.OuterRef("pk"),
        )
        marked = self.filter(kind=Decision.Kind.MARKED_DONE, task__step__in=steps)
        return marked.exclude(models.Exists(reopened))


class Decision(models.Model):
    """One decision the portal acts on; ``number`` is the document it names."""

    class Kind(models.TextChoices):
        TAKEN_ANYWAY = "taken_anyway", _("Taken anyway")
        SAP_ORDER_LINKED = "order_linked", _("Tied to a SAP order")
        SAP_ORDER_REFUSED = "order_refused", _("SAP order is another's")
        INVOICE_LINKED = "invoice_linked", _("Shop invoice tied to a billing document")
        MARKED_DONE = "marked_done", _("Marked done")
        REOPENED = "reopened", _("Reopened")
        CAPTURE_AGAIN = "capture_again", _("Captured again")
        SAP_ITEM_TIED = "item_tied", _("SAP item tied to a line")
        SAP_ITEM_UNTIED = "item_untied", _("SAP item stands for no line")

    kind = models.CharField(max_length=20, choices=Kind)
    sales_order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    delivery = models.ForeignKey(
        "OutboundDelivery",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="decisions",
    )
    billing_document = models.ForeignKey(
        "BillingDocument", null=True, blank=True, on_delete=models.CASCADE, related_name="decisions"
    )
    task = models.ForeignKey(
        "SyncTask", null=True, blank=True, on_delete=models.SET_NULL, related_name="decisions"
    )
    number = models.CharField(max_length=50, blank=True)
    order_item_id = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("The web order's line a SAP item stands for.")
    )
    reason = models.CharField(max_length=500)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    decided_by_name = models.CharField(
        max_length=150, help_text=_("Kept when the person's account is gone.")
    )
    decided_at = models.DateTimeField(default=timezone.now)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "id"], name="decision_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.decided_by_name}: {self.reason}"

    @classmethod
    def keep(
        cls, kind: Kind, person: User, reason: str, *, number: str = "", **about: object
    ) -> Decision:
        """Store a decision; ``about`` names the documents it concerns. If the person's account has
        been deleted, only the name is kept."""
        return cls.objects.create(
            kind=kind,
            reason=reason,
            number=number,
            decided_by=person if person.pk else None,
            decided_by_name=person.get_username(),
            decided_at=clock.now(),
            **about,
        )
