"""Clicks on many documents: one row and one ring, however many; a worker queues their work.

What is recorded here is carried out in ``taking_up``, by the rights and rules of that moment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from sync.jobs import work
from sync.jobs.bell import ring
from sync.models import Click, Shop, SyncTask
from sync.models.ledger import SyncTaskQuerySet
from sync.roles import steps_to_retry
from sync.told import told

NO_SHOP = told(
    "No shop is set up: an administrator adds one, or switches one on, under Mappings → Shops."
)
NOTHING_TO_DO = told("Nothing to do: everything is up to date.")
NOT_HEARD = told("The queue cannot be reached just now: this is recorded, and waits.")


@dataclass(frozen=True, slots=True)
class MassClicked:
    """What a person is told at once; without a click there was nothing to record."""

    click: Click | None = None
    note: str = ""

    @property
    def message(self) -> str:
        return f"{self.click.asked_for} {self.note}".strip() if self.click else self.note


def sync_many(kind: Click.Kind, keys: Collection[int], user: User) -> MassClicked:
    """Ask for all of these documents."""
    documents = sorted(set(keys))
    return record(Click(kind=kind, documents=documents, wanted=len(documents)), user)


def retry_causes(
    causes: list[dict[str, str]], user: User, kind: Click.Kind = Click.Kind.STOPPED
) -> MassClicked:
    """Put every task that stopped for these causes back to work; each is given by its columns."""
    click = Click(kind=kind, causes=causes)
    click.wanted = stopped_for(click, user).count()
    return record(click, user) if click.wanted else MassClicked(note=NOTHING_TO_DO)


def stopped_for(click: Click, person: User) -> SyncTaskQuerySet:
    """The tasks that a click on causes wants retried; the mapping that was missing wakes every
    step, a plain retry only those the person may run."""
    same = reduce(or_, (Q(**cause) for cause in click.causes), Q(pk=None))
    stopped = SyncTask.objects.filter(same, state=SyncTask.State.NEEDS_ATTENTION)
    if click.kind == Click.Kind.MAPPED:
        return stopped
    return stopped.filter(step__in=steps_to_retry(person))


def has_shop() -> bool:
    return Shop.objects.filter(is_active=True).exists()


def record(click: Click, user: User) -> MassClicked:
    """Nothing is lost once this has committed: the sweep rings again where no worker heard."""
    click.asked_by = user
    with transaction.atomic():
        click.save()
        task = SyncTask.objects.create(
            **work.take_up(click).columns(),
            origin=SyncTask.Origin.CLICK,
            asked_by=user,
            priority=SyncTask.Priority.INTERACTIVE,
        )
    return MassClicked(click, "" if ring([task]) else NOT_HEARD)
