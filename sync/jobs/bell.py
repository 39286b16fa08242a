"""The bell: an RQ job that carries only a task's id. A lost ring loses no work."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import django_rq
from django.db import transaction
from redis.exceptions import RedisError

from sync.models import SyncTask, clock

logger = logging.getLogger(__name__)

RUN_TASK = "sync.jobs.run.run_task"  # a dotted path that lives in Redis: never rename it
QUEUES = {
    SyncTask.Priority.INTERACTIVE: "interactive",
    SyncTask.Priority.CLICKED: "clicked",
    SyncTask.Priority.BULK: "bulk",
}


def ring_after_commit(tasks: Iterable[SyncTask]) -> None:
    """Wake workers for these tasks once the transaction has committed."""
    wanted = list(tasks)
    transaction.on_commit(lambda: ring(wanted))


def ring(tasks: Iterable[SyncTask]) -> bool:
    """Queue a job for each task; False when Redis is away, in which case the sweep rings later."""
    rung: list[int] = []
    try:
        for task in tasks:
            queue = django_rq.get_queue(QUEUES[SyncTask.Priority(task.priority)])
            queue.enqueue(RUN_TASK, task.pk, result_ttl=0, failure_ttl=3600)
            rung.append(task.pk)
    except RedisError as error:
        logger.warning("Redis is away, work waits in the ledger: %s", type(error).__name__)
        return False
    finally:
        SyncTask.objects.filter(pk__in=rung).update(rung_at=clock.now())
    return True


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
