"""Narrows what people have done, each by an index of the trail."""

from __future__ import annotations

from typing import ClassVar

import django_filters
from auditlog.models import LogEntry
from django.contrib.auth.models import User

from sync.filters.documents import since_day, until_day

WHAT = [
    (LogEntry.Action.ACCESS, "Clicked"),
    (LogEntry.Action.CREATE, "Added"),
    (LogEntry.Action.UPDATE, "Changed"),
    (LogEntry.Action.DELETE, "Deleted"),
]


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    actor = django_filters.ModelChoiceFilter(
        queryset=User.objects.order_by("username"), label="Who", empty_label="Anybody"
    )
    action = django_filters.ChoiceFilter(choices=WHAT, label="Did", empty_label="Anything")
    since = since_day("timestamp", "Since")
    until = until_day("timestamp", "Until")

    class Meta:
        model = LogEntry
        fields: ClassVar[list[str]] = []
