"""Which shop and which SAP system the portal has been working with.

The same number means another order elsewhere: a portal that is pointed at another shop, or whose
SAP was copied or moved, must not go on as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import RemoteChanged

LABELS = {
    "base_url": "address",
    "stores": "stores",
    "system_id": "system",
    "client": "client",
}


class RemoteIdentityManager(models.Manager["RemoteIdentity"]):
    """Remembering and recognising remotes."""

    def recognise(self, system: str, seen: Mapping[str, str], *, was_asked: bool = True) -> None:
        """Compare what a remote says of itself with what is remembered; raises ``RemoteChanged``.

        What was not known before is remembered; an empty text is what could not be read. A remote
        that is itself again in what was different is recognised. ``was_asked`` is False for what
        the settings say of it.
        """
        now = timezone.now()
        with transaction.atomic():
            remembered, _created = self.select_for_update().get_or_create(
                system=system, defaults={"known": dict(seen)}
            )
            known = remembered.known
            told = {name: value for name, value in seen.items() if value}
            is_other = any(known.get(name) not in ("", None, told[name]) for name in told)
            remembered.checked_at = now if was_asked else remembered.checked_at
            if is_other:
                remembered.seen = {**known, **remembered.seen, **told}
                remembered.noticed_at = remembered.noticed_at or now
            else:
                remembered.known = {**seen, **known, **told}
                remembered.note_recognised(told)
            remembered.save()
        if is_other:
            raise RemoteChanged(
                f"It looks like another than before: {remembered.change}.",
                cause=SapCause.CHANGED if system == "sap" else ShopCause.CHANGED,
                detail=system,
            )


class RemoteIdentity(models.Model):
    """What a shop or SAP said of itself when it was first met, or confirmed by a person."""

    system = models.CharField(max_length=60, unique=True)
    known = models.JSONField(default=dict)
    seen = models.JSONField(default=dict, help_text="What it says now, where that is different.")
    checked_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when all its work waits for a person's word."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    objects = RemoteIdentityManager()

    class Meta:
        ordering = ["system"]
        verbose_name_plural = "remote identities"

    def __str__(self) -> str:
        return self.system

    @property
    def change(self) -> str:
        """What is different, in words: "address http://a, until now http://b"."""
        parts = [
            f"{LABELS.get(name, name)} {value}, until now {self.known[name]}"
            for name, value in self.seen.items()
            if name in self.known and self.known[name] != value
        ]
        return "; ".join(parts)

    def note_recognised(self, told: Mapping[str, str]) -> None:
        """What is again as it was is no longer different."""
        self.seen = {name: value for name, value in self.seen.items() if name not in told}
        if all(self.known.get(name) == value for name, value in self.seen.items()):
            self.seen, self.noticed_at = {}, None

    def confirm(self, person: Any, change: str) -> bool:
        """A person says that the change they have read is wanted; False when it is another now."""
        with transaction.atomic():
            row = RemoteIdentity.objects.select_for_update().get(pk=self.pk)
            if row.noticed_at is None or row.change != change:
                return False
            row.known, row.seen, row.noticed_at = row.seen, {}, None
            row.confirmed_at, row.confirmed_by = timezone.now(), person
            row.save()
        return True
