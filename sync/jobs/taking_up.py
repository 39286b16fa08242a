"""Queues the work of a click on many documents: in chunks, by the rights and rules of now.

A chunk's tasks and the click's progress are stored together, so that whoever goes on after a lost
worker leaves nothing out; asking for a document twice makes no second task.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from sync.jobs import plan, release, work
from sync.jobs.ask import Answer, Asked, Priority, ask_all, put_back_by
from sync.jobs.bell import ring_after_commit
from sync.jobs.clicks import become_of
from sync.jobs.mass_clicks import stopped_for
from sync.jobs.work import Work
from sync.models import Click, Invoice, SalesOrder, SyncTask, clock
from sync.models.steps import WRITES
from sync.told import told

SLICE_SECONDS = 2.0
AT_ONCE = 500  # documents
FEW = 20  # clicked together, they are as urgent as a single one
NO_RIGHT = told("Not all was queued: who asked for it may not do this any more.")
PROGRESS = ("answers", "position", "reached", "elsewhere", "finished_at")
Kind = Click.Kind


@dataclass(slots=True)
class Chunk:
    """Some of a click's documents: their keys, and their work or the stopped tasks themselves."""

    keys: Sequence[int]
    works: Sequence[Work] = ()
    stopped: list[SyncTask] = field(default_factory=list)
    is_last: bool = False


def take_up(task: SyncTask, lease: timedelta) -> str:
    """Queue chunks for about two seconds; what is left is queued by the task that follows."""
    click = work.click_of(task)
    until = time.monotonic() + SLICE_SECONDS
    while click.finished_at is None:
        person = _still_allowed(click)
        if person is None:
            _end(task, click, lease, NO_RIGHT)
            break
        chunk = _next(click, person)
        with transaction.atomic():
            task.hold_lease(lease)
            if _is_cancelled(click):
                break
            _queue(click, chunk, person)
        if time.monotonic() > until:
            break
    return become_of(click)


def _still_allowed(click: Click) -> User | None:
    person = click.asked_by
    if person is None or not (person.is_active and person.has_perm(click.permission)):
        return None
    return person


def _is_cancelled(click: Click) -> bool:
    """Nobody can cancel it from now on until the chunk is stored."""
    row = Click.objects.filter(pk=click.pk).select_for_update()
    click.cancelled_at, click.finished_at = row.values_list("cancelled_at", "finished_at").get()
    return click.cancelled_at is not None


def _end(task: SyncTask, click: Click, lease: timedelta, note: str) -> None:
    click.note, click.finished_at = note, clock.now()
    with transaction.atomic():
        task.hold_lease(lease)
        click.save(update_fields=["note", "finished_at"])


def _queue(click: Click, chunk: Chunk, person: User) -> None:
    answers = Counter(click.answers)
    urgency = _urgency(click, chunk)
    fetches = [one for one in chunk.works if one.sales_order is None]
    others = [one for one in chunk.works if one.sales_order is not None]
    for works, priority in ((fetches, Priority.INTERACTIVE), (others, urgency)):
        asked = ask_all(
            works,
            origin=SyncTask.Origin.CLICK,
            asked_by=person,
            priority=priority,
            click=click.pk,
        )
        answers.update(one.answer for one in asked)
        click.elsewhere += _elsewhere(click, asked)
    answers.update(_put_back(chunk.stopped, click, person, urgency))
    click.answers = {str(answer): count for answer, count in answers.items() if count}
    click.position = max(chunk.keys, default=click.position)
    click.reached += len(chunk.keys)
    if chunk.is_last:
        click.finished_at = clock.now()
        click.documents = []
    click.save(update_fields=[*PROGRESS, *(["documents"] if chunk.is_last else [])])


def _elsewhere(click: Click, asked: Iterable[Asked]) -> int:
    """How many documents an earlier click had set going, and keeps."""
    places: dict[bool, set[object]] = {True: set(), False: set()}
    for one in asked:
        task = one.task
        places[task.click_id == click.pk].add(task.sales_order_id or task.reference)
    return len(places[False] - places[True])


def _urgency(click: Click, chunk: Chunk) -> Priority:
    """A click on many gives way to other people's clicks on one."""
    is_whole = chunk.is_last and not click.reached
    few = is_whole and len(chunk.keys) <= FEW
    return Priority.INTERACTIVE if few else Priority.CLICKED


def _put_back(
    stopped: list[SyncTask], click: Click, person: User, urgency: Priority
) -> dict[Answer, int]:
    """Put those that are still stopped back to work."""
    if not stopped:
        return {}
    still = SyncTask.objects.filter(
        pk__in=[task.pk for task in stopped], state=SyncTask.State.NEEDS_ATTENTION
    )
    woken = still.update(**put_back_by(person, urgency, click.pk))
    for task in stopped:
        task.priority = urgency
    ring_after_commit(stopped)
    return {Answer.RETRIED: woken, Answer.ALREADY_DONE: len(stopped) - woken}


# ---- what a click wants next
def _next(click: Click, person: User) -> Chunk:
    return _NEXT[Kind(click.kind)](click, person)


def _ticked(works: Callable[[list[int]], Iterable[Work]]) -> Callable[[Click, User], Chunk]:
    def ticked(click: Click, _person: User) -> Chunk:
        left = [key for key in click.documents if key > click.position]
        keys = left[:AT_ONCE]
        return Chunk(keys, list(works(keys)), is_last=len(keys) == len(left))

    return ticked


def _of_orders(keys: list[int]) -> Iterable[Work]:
    orders = SalesOrder.objects.filter(pk__in=keys).select_related("shop").defer("payload")
    return plan.for_orders(list(orders.order_by("pk")))


def _mails(keys: list[int]) -> Iterable[Work]:
    standing = Q(billing_document__in=keys) | Q(further_documents__in=keys)
    invoices = Invoice.objects.filter(standing).select_related(
        "sales_order__shop", "billing_document"
    )
    return map(work.send_invoice, invoices.distinct().order_by("pk"))


def _new_orders(click: Click, _person: User) -> Chunk:
    """Fetches first. Before the release nothing that sends, were it pressed before or is it so
    now."""
    begins = not click.position
    works = list(plan.for_all_new_orders()) if begins else []
    if not click.is_released or release.is_held():
        return Chunk([], [one for one in works if one.step not in WRITES], is_last=True)
    orders = plan.waiting_orders(click.position, AT_ONCE)
    works += [work.push_order(order) for order in orders]
    return Chunk([order.pk for order in orders], works, is_last=len(orders) < AT_ONCE)


def _stopped(click: Click, person: User) -> Chunk:
    left = stopped_for(click, person).filter(pk__gt=click.position).order_by("pk")
    tasks = list(left.defer("facts")[:AT_ONCE])
    keys = [task.pk for task in tasks]
    return Chunk(keys, stopped=tasks, is_last=len(tasks) < AT_ONCE)


_NEXT: dict[Kind, Callable[[Click, User], Chunk]] = {
    Kind.ORDERS: _ticked(_of_orders),
    Kind.DELIVERIES: _ticked(plan.for_deliveries),
    Kind.BILLING_DOCUMENTS: _ticked(plan.for_billing_documents),
    Kind.INVOICES: _ticked(_mails),
    Kind.NEW_ORDERS: _new_orders,
    Kind.STOPPED: _stopped,
    Kind.MAPPED: _stopped,
}
