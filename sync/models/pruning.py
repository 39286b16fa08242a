"""How far the ledger has been pruned: by number of row, so that no index is needed for it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class PruningProgress(models.Model):
    """One kind of pruning: what was done up to ``through_id`` is not looked at again."""

    name = models.CharField(max_length=40, unique=True)
    through_id = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(
        null=True, blank=True, help_text=_("Where it ends for ever: later rows do not need it.")
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = _("pruning progress")

    def __str__(self) -> str:
        return f"{self.name}: {self.through_id}"

    @property
    def is_over(self) -> bool:
        return self.last_id is not None and self.through_id >= self.last_id

    def advance(self, through_id: int) -> bool:
        """Only one of several that prune at the same time succeeds."""
        mine = PruningProgress.objects.filter(pk=self.pk, through_id=self.through_id)
        if not mine.update(through_id=through_id):
            return False
        self.through_id = through_id
        return True
