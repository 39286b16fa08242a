"""The remote calls an attempt made, as the ledger keeps them."""

from __future__ import annotations

from django.db import models

from sync.models.ledger import SyncAttempt
from sync.models.packed import PackedJSONField


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
