"""Clicks on many documents as everybody sees them: what is under way, what one's own came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from sync.jobs.run_results import Tally, tallies
from sync.models import Click, SyncTask
from sync.views.run_words import sentence

NEWEST = 3
SHOWN_FOR = timedelta(minutes=1)  # to others, after it is over


@dataclass(frozen=True, slots=True)
class Strip:
    """A click in words, for one reader."""

    click: Click
    tally: Tally
    is_own: bool
    may_cancel: bool

    @property
    def is_over(self) -> bool:
        return self.click.finished_at is not None and self.tally.is_over

    @property
    def text(self) -> str:
        return sentence(self.click, self.tally)

    @property
    def most(self) -> int:
        """Of how many orders it is; what is still to be queued may turn out to need nothing."""
        is_queued = self.click.finished_at is not None
        return self.tally.total if is_queued else max(self.tally.total, self.click.wanted or 0)

    @property
    def finished(self) -> int:
        return self.tally.total - self.tally.moving

    @property
    def state(self) -> SyncTask.State:
        if not self.is_over:
            return SyncTask.State.RUNNING if self.click.reached else SyncTask.State.WAITING
        if self.tally.stopped or self.tally.fetches_stopped:
            return SyncTask.State.NEEDS_ATTENTION
        return SyncTask.State.CANCELLED if self.click.cancelled_at else SyncTask.State.DONE

    @property
    def token(self) -> str:
        """Changes with what it says."""
        tally = self.tally
        counted = (tally.total, tally.moving, tally.stopped, tally.cancelled, tally.fetches_moving)
        return ":".join(map(str, (self.click.pk, self.click.reached, *counted, self.is_over)))


@dataclass(frozen=True, slots=True)
class Strips:
    all: list[Strip]

    @property
    def are_moving(self) -> bool:
        return any(not one.is_over for one in self.all)

    @property
    def seen(self) -> str:
        """Changes with what any of them says."""
        return ".".join(one.token for one in self.all)


def shown_to(user: User) -> list[Click]:
    """One's own until their results are read, and what anybody has under way."""
    theirs = Q(ended_at=None) | Q(ended_at__gt=timezone.now() - SHOWN_FOR)
    unread = Click.objects.filter(read_at=None).filter(Q(asked_by=user) | theirs)
    return list(unread.select_related("asked_by").defer("documents", "causes")[:NEWEST])


def strips_of(user: User, clicks: Sequence[Click]) -> Strips:
    counted = tallies(clicks)
    return Strips([strip_of(user, one, counted[one.pk]) for one in clicks])


def strip_of(user: User, click: Click, tally: Tally) -> Strip:
    is_own = click.asked_by_id == user.pk
    is_over = bool(click.cancelled_at) or (click.finished_at is not None and tally.is_over)
    return Strip(click, tally, is_own, not is_over and may_cancel(user, click))


def may_cancel(user: User, click: Click) -> bool:
    """Its asker, and whoever might have asked for it."""
    return click.asked_by_id == user.pk or user.has_perm(click.permission)


def tokens(clicks: Iterable[Click]) -> str:
    """Changes as their work is queued, which their documents' rows show."""
    return ".".join(f"{one.pk}:{one.reached}" for one in clicks if one.finished_at is None)
