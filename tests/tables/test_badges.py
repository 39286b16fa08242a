"""Every state a page can show has a look of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db.models import Choices
from django.utils.safestring import mark_safe

from sync.models import (
    BillingDocument,
    Invoice,
    InvoiceMail,
    OutboundDelivery,
    SalesOrder,
    SyncAttempt,
    SyncTask,
)
from sync.templatetags.badges import BADGES
from sync.templatetags.portal import badge

STATES: list[tuple[str, type[Choices]]] = [
    ("stage", SalesOrder.Stage),
    ("verification", SalesOrder.Verification),
    ("task", SyncTask.State),
    ("attempt", SyncAttempt.Outcome),
    ("picking", OutboundDelivery.Picking),
    ("billing", BillingDocument.Category),
    ("invoice", Invoice.State),
    ("mail", InvoiceMail.Outcome),
    ("payment", SalesOrder.Payment),
]


@pytest.mark.parametrize(("kind", "states"), STATES)
def test_every_state_has_a_badge(kind: str, states: type[Choices]) -> None:
    assert {str(value) for value in states.values} <= set(BADGES[kind])


def test_every_tone_has_a_style() -> None:
    path = finders.find("sync/css/badge.css")
    assert isinstance(path, str)
    styles = Path(path).read_text()

    tones = {badge.tone for badges in BADGES.values() for badge in badges.values()}

    assert all(f".badge--{tone}" in styles for tone in tones - {"neutral"})


def test_a_label_is_escaped_whatever_was_drawn_before() -> None:
    assert "<b>" in badge("task", "done", mark_safe("<b>"))
    assert "<b>" not in badge("task", "done", "<b>")
