"""What a person is told of their click, in their language."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext

from sync.jobs.ask import Answer
from sync.jobs.clicks import Clicked, in_words
from sync.jobs.mass_clicks import NOTHING_TO_DO, MassClicked
from sync.models import OrderHold
from sync.templatetags.retold import retold
from sync.templatetags.written import day


def told_of(clicked: Clicked | MassClicked) -> str:
    note = retold(clicked.note)
    if isinstance(clicked, MassClicked):
        return f"{clicked.click.asked_for} {note}".strip() if clicked.click else note
    if clicked.hold is not None:
        return _held(clicked, clicked.hold)
    if not clicked.tasks:
        return note or gettext(NOTHING_TO_DO)
    return f"{_answered(clicked)} {note}".strip()


def _answered(clicked: Clicked) -> str:
    given = (
        retold(in_words({one: clicked.answers[one]})) for one in Answer if one in clicked.answers
    )
    return f"{retold(clicked.name)}: {', '.join(given)}."


def _held(clicked: Clicked, hold: OrderHold) -> str:
    held = gettext("%(subject)s: held by %(person)s since %(day)s: %(reason)s.") % {
        "subject": retold(hold.subject),
        "person": hold.held_by_name,
        "day": day(timezone.localtime(hold.held_at)),
        "reason": hold.reason.rstrip("."),
    }
    if not clicked.tasks:
        nothing = gettext("Nothing was asked for: it must be released first.")
        return f"{held} {nothing}"
    only_read = gettext("Both sides are read; nothing new is written until it is released.")
    return f"{held} {only_read}"
