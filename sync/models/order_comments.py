"""What people write to each other about an order. It stays in the portal, and out of every log."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models import clock
from sync.models.sales_orders import SalesOrder


class OrderComment(models.Model):
    """One comment; rows are added and never changed."""

    LONGEST = 2_000

    sales_order = models.ForeignKey("SalesOrder", on_delete=models.CASCADE, related_name="comments")
    text = models.TextField(max_length=LONGEST)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    written_by_name = models.CharField(
        max_length=150, help_text=_("Kept when the person's account is gone.")
    )
    written_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"Comment {self.pk} by {self.written_by_name}"

    @classmethod
    def keep(cls, order: SalesOrder, person: User, text: str) -> OrderComment:
        name = person.get_username()
        return cls.objects.create(
            sales_order=order, text=text, written_by=person, written_by_name=name
        )
