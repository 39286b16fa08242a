"""What has become of a person's latest clicks on many documents, for the strips above a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from sync.jobs.clicks import told
from sync.models import Click, SyncTask
from sync.tables.live import SETTLES_WITHIN

NEWEST = 3
SHOWN_FOR = timedelta(minutes=1)  # after all its work is queued


@dataclass(frozen=True, slots=True)
class Strip:
    """A click in words; ``token`` changes with it, and is empty once it moves no more."""

    text: str
    state: SyncTask.State  # of its task: what it asked for may still be waiting
    label: str
    token: str


def strips_of(user: User) -> list[Strip]:
    newest = Click.objects.filter(asked_by=user).defer("documents", "causes")[:NEWEST]
    gone = timezone.now() - SHOWN_FOR
    return [_strip(one) for one in newest if one.finished_at is None or one.finished_at > gone]


def tokens(strips: Iterable[Strip]) -> str:
    return ".".join(strip.token for strip in strips if strip.token)


def _strip(click: Click) -> Strip:
    if click.finished_at is not None:
        moves = timezone.now() - click.finished_at < SETTLES_WITHIN
        return Strip(told(click), SyncTask.State.DONE, "Queued", f"{click.pk}d" if moves else "")
    state = SyncTask.State.RUNNING if click.reached else SyncTask.State.WAITING
    return Strip(told(click), state, state.label, f"{click.pk}:{click.reached}")
