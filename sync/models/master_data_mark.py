"""The mark by which a process sees that the master data has changed."""

from __future__ import annotations

from django.db import models


class MasterDataMark(models.Model):
    """One row. Its mark is a random one, because a counter that was rolled back would come again
    for other contents."""

    mark = models.CharField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.mark
