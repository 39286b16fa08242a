"""A comment on an order."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from sync.models import OrderComment


class CommentForm(forms.Form):
    text = forms.CharField(
        label=_("Comment"),
        max_length=OrderComment.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please write something.")},
    )
