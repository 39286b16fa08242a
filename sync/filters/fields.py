"""Form fields the filters share."""

from __future__ import annotations

from django import forms


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
