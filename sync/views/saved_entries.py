"""Saves an entry of the mappings from a page, with what depends on it and who changed what."""

from __future__ import annotations

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db.models import Model

from sync.forms.mappings import MappingForm
from sync.mirrors.progress import judge_again
from sync.models import PaymentMapping


def save_entry(form: MappingForm, before: str, user: User) -> Model:
    """``before`` is what the form said of the entry before it was validated."""
    saved: Model = form.save()
    if isinstance(saved, PaymentMapping):
        judge_again(saved.shop, saved)
    action = ADDITION if before == "missing" else CHANGE
    words = f"Before: {before}. After: {form.after()}"
    LogEntry.objects.log_actions(user.pk, [saved], action, words, single_object=True)
    return saved
