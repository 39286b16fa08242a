"""A comment on an order."""

from __future__ import annotations

from django import forms

from sync.models import OrderComment


class CommentForm(forms.Form):
    text = forms.CharField(
        label="Comment",
        max_length=OrderComment.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Please write something."},
    )
