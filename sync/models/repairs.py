"""Repairs of the mappings from Needs attention: what stood there before and after, and what became
of the work that had stopped for it."""

from __future__ import annotations

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sync.mapping_tables import MappingTable
from sync.models import clock


class RepairQuerySet(models.QuerySet["Repair"]):
    def standing(self) -> RepairQuerySet:
        """Those the other work of their cause still waits for."""
        return self.filter(state__in=Repair.STANDING)

    def holding(self) -> list[str]:
        """Causes whose work must not go on by itself: its repair is being tried, or SAP did not
        accept it. What somebody has changed since is not held back."""
        return [one.cause_key for one in self.standing() if one.is_unchanged()]


class Repair(models.Model):
    """One entry that a person added or corrected for work that had stopped; its values are kept as
    text, by the names of its fields."""

    class State(models.TextChoices):
        TRYING = "trying", _("Being tried in SAP")
        HELD = "held", _("Not accepted in the trial")
        SENT = "sent", _("The rest goes on")
        REPLACED = "replaced", _("Repaired again")

    STANDING = (State.TRYING, State.HELD)

    cause = models.CharField(max_length=40)
    cause_key = models.CharField(max_length=120)
    stopped = models.PositiveIntegerField(help_text=_("Tasks that had stopped for it."))
    mapping_table = models.CharField(max_length=20)
    entry_key = models.BigIntegerField(help_text=_("Of the entry in its table."))
    entry = models.CharField(max_length=400, help_text=_("The entry as people read it."))
    before = models.JSONField(
        default=dict, help_text=_("Its fields before; empty where it is new.")
    )
    after = models.JSONField(default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State, default=State.TRYING)
    order = models.ForeignKey(
        "SalesOrder", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    trial = models.ForeignKey(
        "SyncTask", null=True, blank=True, on_delete=models.SET_NULL, related_name="repairs"
    )
    said = models.TextField(blank=True, help_text=_("Why the trial was not accepted."))

    objects = RepairQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["state", "cause_key"],
                condition=Q(state__in=["trying", "held"]),
                name="repair_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry} by {self.made_by_name}"

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Each field that was changed: its name, its value before and after."""
        names = dict.fromkeys([*self.before, *self.after])
        pairs = ((name, self.before.get(name, ""), self.after.get(name, "")) for name in names)
        return [(name.replace("_", " "), old, new) for name, old, new in pairs if old != new]

    def is_unchanged(self) -> bool:
        """Whether the entry still says what the repair made it say."""
        model = apps.get_model("sync", MappingTable(self.mapping_table).facts.model)
        entry = model._default_manager.filter(pk=self.entry_key).first()
        return entry is not None and values_of(entry) == self.after


def values_of(entry: models.Model) -> dict[str, str]:
    """The fields of an entry as text, without its key and what it belongs to."""
    fields = (one for one in entry._meta.concrete_fields if not one.primary_key)
    values = {one.name: getattr(entry, one.name) for one in fields if not one.is_relation}
    return {name: "" if value is None else str(value) for name, value in values.items()}
