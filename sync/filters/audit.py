"""Narrows what people have done, each by an index of the trail."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from sync.filters.documents import since_day, until_day

WHAT = [
    (LogEntry.Action.ACCESS, _("Clicked")),
    (LogEntry.Action.CREATE, _("Added")),
    (LogEntry.Action.UPDATE, _("Changed")),
    (LogEntry.Action.DELETE, _("Deleted")),
]


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    actor = django_filters.ModelChoiceFilter(
        queryset=User.objects.order_by("username"),
        label=_("Who"),
        empty_label=_("Anybody"),
    )
    action = django_filters.ChoiceFilter(choices=WHAT, label=_("Did"), empty_label=_("Anything"))
    since = since_day("timestamp", _("Since"))
    until = until_day("timestamp", _("Until"))

    class Meta:
        model = LogEntry
        fields: ClassVar[list[str]] = []
