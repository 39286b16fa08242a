"""The remote calls of one attempt: kept in memory until its next commit, but a write's request is
stored before it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from sync.exchanges import SENT, Exchange
from sync.models import clock
from sync.models.attempts import RemoteCall, SyncAttempt
from sync.models.ledger import SyncTask

Store = Callable[[], object]
MOST_KEPT = 50  # reads: a long fetch stores them now and then


class Recording:
    """Observes the calls of an attempt, and says which systems answered.

    A worker that is killed loses the reads since its last commit. The request of a write that may
    have arrived stands on the task (``sent``); whoever frees the task keeps it with the attempt.
    """

    def __init__(self, attempt: SyncAttempt, lease: timedelta) -> None:
        self.attempt = attempt
        self.answered: set[str] = set()
        self.commits = 0  # begun, whether or not they succeed
        self._lease = lease
        self._kept: list[Exchange] = []
        self._before_write: Store | None = None
        self._facts: dict[str, object] = {}
        self._owed: list[Store] = []
        self._last: list[Store] = []

    def observe(self, exchange: Exchange) -> None:
        if exchange.outcome == SENT:
            self._store_ahead(exchange)
            return
        if exchange.outcome == "ok":
            self.answered.add(exchange.system)
        self._kept.append(exchange)
        if len(self._kept) >= MOST_KEPT:
            with self.storing():
                pass

    @contextmanager
    def before_write(self, store: Store) -> Iterator[None]:
        """What ``store`` stores is committed with the request of the first write inside, before
        that leaves; without a write it is not stored."""
        self._before_write = store
        try:
            yield
        finally:
            self._before_write = None

    @contextmanager
    def writing_ahead(self, **facts: object) -> Iterator[None]:
        """Facts of the task that are committed with the request of a write inside."""
        self._facts = facts
        try:
            yield
        finally:
            self._facts = {}

    def with_next_commit(self, store: Store) -> None:
        """For what a crash may leave undone."""
        self._owed.append(store)

    def with_end(self, store: Store) -> None:
        """For what a step stores after its last call: it needs no commit of its own."""
        self._last.append(store)

    def store_last(self) -> None:
        """Once the task is closed, so that a worker who has lost it stores nothing, and before
        anything is asked for that follows from it."""
        last, self._last = self._last, []  # what fails is not tried again as the failure is stored
        for store in last:
            store()

    @contextmanager
    def storing(self, **facts: object) -> Iterator[None]:
        """A transaction in which the task is still ours; ``facts`` are written ahead in it. Raises
        ``LeaseLost``."""
        with self.committing():  # with the answer of whatever was sent
            self._hold_task(sent=None, **self._written(facts))
            yield

    @contextmanager
    def committing(self, *, is_end: bool = False) -> Iterator[None]:
        """A transaction that also stores what is owed, and the calls made so far: all of them at
        the end, else only where a write or many reads are among them."""
        kept = self._kept if is_end or self._is_to_be_stored() else []
        self.commits += 1
        owed, calls = list(self._owed), [_row(self.attempt, exchange) for exchange in kept]
        with transaction.atomic():
            yield
            for store in owed:
                store()
            RemoteCall.objects.bulk_create(calls)
        del self._owed[: len(owed)], self._kept[: len(calls)]

    @contextmanager
    def ending(self, outcome: str, message: str) -> Iterator[None]:
        """The last commit: closes the attempt as well."""
        with self.committing(is_end=True):
            yield
            self.store_last()
            self.attempt.close(outcome, message)

    @contextmanager
    def untold(self) -> Iterator[None]:
        """The last commit of an attempt that found nothing and leaves no trace."""
        self.forget()
        with self.committing():
            self.attempt.delete()
            yield

    @property
    def has_written(self) -> bool:
        """Whether a write is among the calls that are not stored yet."""
        return any(exchange.is_write for exchange in self._kept)

    def forget(self) -> None:
        """Leave out the calls that are not stored yet."""
        self._kept.clear()

    def keep_as_lost(self, message: str) -> None:
        """The task is another worker's: our marks and its row stay as they are. What was heard
        after all replaces what was kept as unanswered."""
        self._owed.clear()
        self._last.clear()
        with self.ending(SyncAttempt.Outcome.LOST, message):
            if self.has_written:
                self.attempt.calls.filter(outcome=SENT).delete()

    def _hold_task(self, **columns: object) -> None:
        self.attempt.task.update_as_owner(lease_until=clock.now() + self._lease, **columns)

    def _written(self, facts: dict[str, object]) -> dict[str, object]:
        return {"facts": {**self.attempt.task.facts, **facts}} if facts else {}

    def _is_to_be_stored(self) -> bool:
        return self.has_written or len(self._kept) >= MOST_KEPT

    def _store_ahead(self, exchange: Exchange) -> None:
        """Raises ``LeaseLost`` where the task is no longer ours: then the write is not sent."""
        with self.committing():
            self._hold_task(sent=_as_stored(exchange), **self._written(self._facts))
            if self._before_write is not None:
                self._before_write()
        self._before_write = None


def keep_unanswered(task: SyncTask, attempts: Iterable[SyncAttempt]) -> None:
    """The worker is gone: the request of its last write is kept with the attempt it lost."""
    sent = task.sent or {}
    RemoteCall.objects.bulk_create(
        _row(attempt, _from_stored(sent)) for attempt in attempts if sent
    )


def _row(attempt: SyncAttempt, exchange: Exchange) -> RemoteCall:
    return RemoteCall(
        attempt=attempt,
        system=exchange.system,
        operation=exchange.operation[:120],
        is_write=exchange.is_write,
        started_at=exchange.started_at,
        duration_seconds=exchange.duration_seconds,
        outcome=exchange.outcome,
        request=exchange.request,
        answer=exchange.answer,
    )


def _as_stored(exchange: Exchange) -> dict[str, object]:
    return {
        "system": exchange.system,
        "operation": exchange.operation,
        "started_at": exchange.started_at.isoformat(),
        "request": exchange.request,
    }


def _from_stored(sent: dict[str, object]) -> Exchange:
    return Exchange(
        system=str(sent["system"]),
        operation=str(sent["operation"]),
        is_write=True,
        started_at=datetime.fromisoformat(str(sent["started_at"])),
        duration_seconds=0,
        outcome=SENT,
        request=dict(sent["request"]),  # type: ignore[call-overload]
        answer=None,
    )
