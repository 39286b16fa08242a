"""All that Redis may ask of a worker: to run one task of the ledger, by its number.

RQ runs whatever function a job names, runs its callbacks and calls its webhooks, so anyone who can
write to Redis could have any code run. Here nothing is read of a job but what a ring needs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from rq.exceptions import DeserializationError
from rq.job import Job

from sync.jobs.bell import RUN_TASK

logger = logging.getLogger(__name__)

READ = ("data", "origin")
SHOWN_CHARACTERS = 60
KEEP_FAILED_SECONDS = 3600


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
        """Run the task, or refuse whatever else was asked for."""
        pk = self.task_id
        if pk is None:
            logger.warning(
                "Redis asked a worker for “%s”, which no part of the portal does: refused. "
                "Find out who can write to Redis.",
                _shown(self.func_name),
            )
            return
        import_string(RUN_TASK)(pk)


def hear_no_commands(worker: Any) -> None:
    """Do not subscribe to RQ's commands, by which Redis could also stop a worker."""
    worker.subscribe = lambda: None


def _shown(name: object) -> str:
    """A function's name made safe for a log line; arguments are never logged, they may hold
    anything."""
    text = "".join(letter for letter in str(name) if letter.isprintable())
    return text[:SHOWN_CHARACTERS] or "something unreadable"
