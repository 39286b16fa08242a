"""Switching an automatic step on and off."""

from __future__ import annotations

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from sync.models import StepSchedule

SHORTEST_SECONDS = 5
LONGEST_SECONDS = 86_400


class ScheduleForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    interval_seconds = forms.IntegerField(
        label=gettext_lazy("Every (seconds)"),
        min_value=SHORTEST_SECONDS,
        max_value=LONGEST_SECONDS,
        error_messages={
            "min_value": format_lazy(
                gettext_lazy("The interval must be at least {seconds} seconds."),
                seconds=SHORTEST_SECONDS,
            ),
            "max_value": gettext_lazy("The interval must be at most a day."),
        },
    )

    class Meta:
        model = StepSchedule
        fields = ["is_enabled", "interval_seconds"]

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
        self.auto_id = f"id_schedule_{self.instance.pk}_%s"
