"""Which shop and which SAP system the portal has been working with.

A document number means another document in another system: if the portal is pointed at a different
shop, or SAP was copied or moved, work must stop until a person confirms the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import RemoteChanged
from sync.told import told

LABELS = {
    "base_url": told("address"),
    "stores": told("stores"),
    "system_id": told("system"),
    "client": told("client"),
}


class RemoteIdentityManager(models.Manager["RemoteIdentity"]):
    def recognise(self, system: str, seen: Mapping[str, str], *, was_asked: bool = True) -> None:
        """Compare what a remote reports about itself with what is remembered; raises
        ``RemoteChanged``.

        New facts are remembered; an empty text means the fact could not be read. A remote that is
        back to its remembered facts is accepted again. ``was_asked`` is False for facts that come
        from the settings.
        """
        now = timezone.now()
        with transaction.atomic():
            remembered, _created = self.select_for_update().get_or_create(
                system=system, defaults={"known": dict(seen)}
            )
            known = remembered.known
            says = {name: value for name, value in seen.items() if value}
            is_other = any(known.get(name) not in ("", None, says[name]) for name in says)
            remembered.checked_at = now if was_asked else remembered.checked_at
            if is_other:
                remembered.seen = {**known, **remembered.seen, **says}
                remembered.noticed_at = remembered.noticed_at or now
            else:
                remembered.known = {**seen, **known, **says}
                remembered.note_recognised(says)
            remembered.save()
        if is_other:
            raise RemoteChanged(
                told("It looks like another than before: {change}.", change=remembered.change),
                cause=SapCause.CHANGED if system == "sap" else ShopCause.CHANGED,
                detail=system,
            )


class RemoteIdentity(models.Model):
    """What a shop or SAP reported about itself when first met, or what a person has confirmed
    since."""

    system = models.CharField(max_length=60, unique=True)
    known = models.JSONField(default=dict)
    seen = models.JSONField(default=dict, help_text=_("What it says now, where that is different."))
    checked_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Since when all its work waits for a person's word.")
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    objects = RemoteIdentityManager()

    class Meta:
        ordering = ["system"]
        verbose_name_plural = _("remote identities")

    def __str__(self) -> str:
        return self.system

    @property
    def change(self) -> str:
        """What has changed, such as "address http://a, until now http://b"."""
        parts = [
            told(
                "{what} {now}, until now {before}",
                what=LABELS.get(name, name),
                now=value,
                before=self.known[name],
            )
            for name, value in self.seen.items()
            if name in self.known and self.known[name] != value
        ]
        return "; ".join(parts)

    def note_recognised(self, says: Mapping[str, str]) -> None:
        """Forget differences in facts that match again."""
        self.seen = {name: value for name, value in self.seen.items() if name not in says}
        if all(self.known.get(name) == value for name, value in self.seen.items()):
            self.seen, self.noticed_at = {}, None

    def confirm(self, person: Any, change: str) -> bool:
        """Accept the change a person has read; False when it is a different change by now."""
        with transaction.atomic():
            row = RemoteIdentity.objects.select_for_update().get(pk=self.pk)
            if row.noticed_at is None or row.change != change:
                return False
            row.known, row.seen, row.noticed_at = row.seen, {}, None
            row.confirmed_at, row.confirmed_by = timezone.now(), person
            row.save()
        return True
