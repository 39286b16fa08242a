"""What the filters of all lists share."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet

from sync.models import SyncTask

Rows = QuerySet[Any]


class SearchInput(forms.TextInput):
    """One box for everything; looks while the person still types."""

    input_type = "search"

    def __init__(self, hint: str) -> None:
        super().__init__(attrs={"placeholder": hint, "autocomplete": "off", "spellcheck": "false"})


class DateInput(forms.DateInput):
    """The browser's own date picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def search_box(hint: str) -> django_filters.CharFilter:
    """The filterset's ``search``."""
    return django_filters.CharFilter(method="search", label="Search", widget=SearchInput(hint))


def choice(method: str, label: str, **choices: str) -> django_filters.ChoiceFilter:
    """One of a few answers, or any."""
    return django_filters.ChoiceFilter(
        method=method, label=label, empty_label="Any", choices=list(choices.items())
    )


def day(field: str, lookup: str, label: str) -> django_filters.DateFilter:
    """The first day or the last."""
    return django_filters.DateFilter(
        field_name=field, lookup_expr=lookup, label=label, widget=DateInput()
    )


def tick(method: str, label: str) -> django_filters.BooleanFilter:
    """A box to tick."""
    return django_filters.BooleanFilter(method=method, label=label, widget=forms.CheckboxInput)


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    """What all documents can be narrowed by; ``about`` is the field of a task that names one."""

    about: ClassVar[str]

    def only_needing_attention(self, documents: Rows, name: str, value: bool) -> Rows:
        """Those with work that stopped until a person acts."""
        stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
        of_documents = stopped.filter(**{f"{self.about}__isnull": False}).values(self.about)
        return documents.filter(pk__in=of_documents) if value else documents
