"""What the filters of all lists share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.filters.search_box import Matches
from sync.models import SyncTask

Rows = QuerySet[Any]
RANGES = {"gte", "lte", "lt"}


class SearchInput(forms.TextInput):
    """Searches while the person is typing."""

    input_type = "search"

    def __init__(self, hint: Promise) -> None:
        super().__init__(attrs={"placeholder": hint, "autocomplete": "off", "spellcheck": "false"})


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def search_box(hint: Promise) -> django_filters.CharFilter:
    return django_filters.CharFilter(method="search", label=_("Search"), widget=SearchInput(hint))


def choice(method: str, label: Promise, **choices: Promise) -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(
        method=method, label=label, empty_label=_("Any"), choices=list(choices.items())
    )


def day(field: str, lookup: str, label: Promise) -> django_filters.DateFilter:
    return django_filters.DateFilter(
        field_name=field, lookup_expr=lookup, label=label, widget=DateInput()
    )


class DayFilter(django_filters.DateFilter):  # type: ignore[misc]  # untyped package
    """Moments from the beginning of a day, or until its end, as a range an index can answer."""

    def filter(self, documents: Rows, value: date | None) -> Rows:
        if not value or not date.min < value < date.max:  # no day before or after to count with
            return documents
        day = value + timedelta(days=1) if self.lookup_expr == "lt" else value
        began = timezone.make_aware(datetime.combine(day, time.min))
        return documents.filter(**{f"{self.field_name}__{self.lookup_expr}": began})


def since_day(field: str, label: Promise) -> DayFilter:
    return DayFilter(field_name=field, lookup_expr="gte", label=label, widget=DateInput())


def until_day(field: str, label: Promise) -> DayFilter:
    return DayFilter(field_name=field, lookup_expr="lt", label=label, widget=DateInput())


def tick(method: str, label: Promise) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(method=method, label=label, widget=forms.CheckboxInput)


class DocumentFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped package
    """Filters for every kind of document; ``about`` is the task's field for the document."""

    about: ClassVar[str]
    often: ClassVar[frozenset[str]]  # the filters that are not folded away
    is_cut = False  # more documents match the search than are shown

    @property
    def has_range(self) -> bool:
        """Whether it is narrowed by days: then only the sort by date has an index."""
        given = self.form.cleaned_data if self.form.is_valid() else {}
        ranges = [name for name, one in self.filters.items() if one.lookup_expr in RANGES]
        return any(given.get(name) for name in ranges)

    @property
    def is_unfolded(self) -> bool:
        """Whether one of the filters that are folded away is used."""
        folded = self.filters.keys() - self.often - {"q"}
        return any(self.data.get(name) for name in folded)

    def matches(self, text: str) -> Matches:
        raise NotImplementedError

    def search(self, documents: Rows, name: str, value: str) -> Rows:
        found = self.matches(value.strip())
        self.is_cut = found.is_cut
        return documents.filter(pk__in=found.keys)

    def only_needing_attention(self, documents: Rows, name: str, value: bool) -> Rows:
        """Documents with stopped work."""
        stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
        of_documents = stopped.filter(**{f"{self.about}__isnull": False}).values(self.about)
        return documents.filter(pk__in=of_documents) if value else documents
