"""The reason a person gives for a decision, and the number of the document it names."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy


class DecisionForm(forms.Form):
    """``number`` is there only where the decision names a document."""

    number = forms.CharField(max_length=50, required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        min_length=3,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": gettext_lazy("Please give a reason: others will ask for it."),
            "min_length": gettext_lazy("Please give a reason that others understand."),
        },
    )

    def __init__(self, *args: object, number_label: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they come
        if number_label:
            self.fields["number"].label = number_label
        else:
            del self.fields["number"]
