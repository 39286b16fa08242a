"""The bell: an RQ job that carries only a task's id, and says that the ledger is worth a look. A
lost ring loses no work."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import django_rq
from django.db import transaction
from redis.exceptions import RedisError

from sync.models import SyncTask, clock

logger = logging.getLogger(__name__)

RUN_TASK = "sync.jobs.run.run_task"  # a dotted path that lives in Redis: never rename it
QUEUES = {
    SyncTask.Priority.INTERACTIVE: "interactive",
    SyncTask.Priority.CLICKED: "bulk",  # the ledger puts it before the rest
    SyncTask.Priority.BULK: "bulk",
}
RINGS_AT_MOST = 8  # for tasks of one queue: whoever hears one looks for all that is due
Heard = Callable[[list[SyncTask]], None]
_heard_here: list[Heard] = []


@contextmanager
def heard_here(heard: Heard) -> Iterator[None]:
    """A worker needs no Redis to tell itself of work."""
    _heard_here.append(heard)
    try:
        yield
    finally:
        _heard_here.remove(heard)


def ring_after_commit(tasks: Iterable[SyncTask]) -> None:
    """Wake workers for these tasks once the transaction has committed."""
    wanted = list(tasks)
    transaction.on_commit(lambda: ring(wanted))


def ring(tasks: Iterable[SyncTask]) -> bool:
    """Tell the workers of these tasks; False when Redis is away, in which case the sweep rings
    later."""
    wanted = list(tasks)
    if not wanted:
        return True
    if _heard_here:
        _heard_here[-1](wanted)
        return True
    rung: list[int] = []
    try:
        for priority, queue in QUEUES.items():
            alike = [task.pk for task in wanted if task.priority == priority]
            for pk in alike[:RINGS_AT_MOST]:
                ring_once(queue, pk)
            rung += alike
    except RedisError as error:
        logger.warning("Redis is away, work waits in the ledger: %s", type(error).__name__)
        return False
    finally:
        SyncTask.objects.filter(pk__in=rung).update(rung_at=clock.now())
    return True


def ring_once(queue: str, pk: int) -> None:
    """Raises ``RedisError``."""
    django_rq.get_queue(queue).enqueue(RUN_TASK, pk, result_ttl=0, failure_ttl=3600)


def is_reachable() -> bool:
    try:
        return bool(django_rq.get_connection("interactive").ping())
    except RedisError:
        return False


def rings_waiting() -> int:
    """How many rings no worker has picked up yet; also 0 while Redis is away."""
    try:
        return sum(django_rq.get_queue(name).count for name in set(QUEUES.values()))
    except RedisError:
        return 0
