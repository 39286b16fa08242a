"""All that Redis may ask of a worker: to look into the ledger, for one task's sake.

RQ runs whatever function a job names, runs its callbacks and calls its webhooks, so anyone who can
write to Redis could have any code run. Here nothing is read of a job but what a ring needs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.conf import settings
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.utils import as_text

from sync.jobs.bell import QUEUES, RUN_TASK
from sync.models import SyncTask
from sync.told import told

logger = logging.getLogger(__name__)

READ = ("data", "origin")
SHOWN_CHARACTERS = 60
KEEP_FAILED_SECONDS = 3600
RINGS_AT_ONCE = 200


class Ring(Job):
    """RQ's job, reduced to ``run_task`` and one whole number."""

    def restore(self, raw_data: Mapping[Any, Any]) -> None:
        """Raises ``NoSuchJobError`` where there is nothing to read."""
        known = {name: raw_data.get(name.encode(), raw_data.get(name)) for name in READ}
        if isinstance(known["origin"], bytes):
            known["origin"] = known["origin"].decode(errors="replace")
        super().restore({name: value for name, value in known.items() if value is not None})
        self.timeout = settings.LAST_NET_SECONDS
        self.result_ttl, self.failure_ttl = 0, KEEP_FAILED_SECONDS

    def _deserialize_data(self) -> None:
        try:
            super()._deserialize_data()  # type: ignore[no-untyped-call]  # RQ's own
        except DeserializationError:
            self._func_name, self._instance, self._args, self._kwargs = "", None, (), {}

    @property
    def task_id(self) -> int | None:
        """The task to run; None where the job asks for anything else."""
        asks = (self.func_name, self.instance, self.kwargs)
        if asks != (RUN_TASK, None, {}) or not isinstance(self.args, list | tuple):
            return None
        is_one_number = len(self.args) == 1 and type(self.args[0]) is int
        return self.args[0] if is_one_number else None

    def perform(self) -> None:
        """Nothing is ever run from Redis; ``Listener`` reads what is asked."""


class Listener(SimpleWorker):
    """RQ's worker, which only hears: each ring has the ledger looked into, whatever its number.

    It never waits for the work that a ring brings, so it always hears the next one.
    """

    def heard(self, *, is_urgent: bool) -> None:
        """What a ring does; a worker sets it."""

    def subscribe(self) -> None:
        """Hear no commands of RQ, by which Redis could also stop a worker."""

    def teardown(self) -> None:
        """Where Redis is away there is nobody to say goodbye to; what runs still ends in order."""
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]  # RQ's own

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Take all rings that wait beside it: one look is enough for them."""
        popped: Any = queue.connection.lpop(queue.key, RINGS_AT_ONCE)
        more = [as_text(one) for one in popped or []]
        rings = [job, *Ring.fetch_many(more, queue.connection, self.serializer)]
        queue.connection.delete(job.key, *map(Ring.key_for, more))
        asked = [_is_a_ring(one) for one in rings if one is not None]
        if any(asked):
            self.heard(is_urgent=queue.name == QUEUES[SyncTask.Priority.INTERACTIVE])


def _is_a_ring(job: Any) -> bool:
    """Whatever else was asked for is refused and logged."""
    if isinstance(job, Ring) and job.task_id is not None:
        return True
    logger.warning(
        "Redis asked a worker for “%s”, which no part of the portal does: refused. "
        "Find out who can write to Redis.",
        _shown(job.func_name),
    )
    return False


def _shown(name: object) -> str:
    """A function's name made safe for a log line; arguments are never logged, they may hold
    anything."""
    text = "".join(letter for letter in str(name) if letter.isprintable())
    return text[:SHOWN_CHARACTERS] or told("something unreadable")
