"""Writes to shop and SAP, of which one order has at most one at a time.

A mark on the order says that a write may still be running at the remote. It is committed with the
write's request, before that leaves, and removed with the next commit after a clean answer; whoever
finds it waits until its time is over. So a killed worker and a lost answer are one case, and no
second write of an order overlaps the first (README of Magento, Races; SAP sheet section 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sync.causes.cause import Cause
from sync.causes.portal import PortalCause
from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import OrderHeld, OutcomeUnknown, RemoteUnavailable, SyncError
from sync.fence import sending_within
from sync.mirrors.notes import keep_unless_held
from sync.models import SalesOrder, clock
from sync.steps.step_run import StepRun
from sync.told import told

SHARE_OF_LEASE = 1 / 3  # in which a write must begin
Ahead = Callable[[], Mapping[str, object]]  # returns what else to write of the order


def nothing() -> Mapping[str, object]:
    """Nothing but the mark is to be stored ahead."""
    return {}


def wait_for_shop(order: SalesOrder) -> None:
    """Raises ``RemoteUnavailable`` while an earlier write to the shop may still be running."""
    _wait(order, "shop_unsettled_until", ShopCause.WRITE_UNDER_WAY, told("the shop"))


def wait_for_sap(order: SalesOrder) -> None:
    """Raises ``RemoteUnavailable`` while an earlier write to SAP may still be running."""
    _wait(order, "sap_unsettled_until", SapCause.WRITE_UNDER_WAY, "SAP")


@contextmanager
def writing_to_shop(run: StepRun, order: SalesOrder, ahead: Ahead = nothing) -> Iterator[None]:
    """Wraps one write to Magento, and nothing else. Its connection is borrowed before the time runs
    in which it must begin. ``ahead`` stores what must be on disk before it, with the mark."""
    with (
        run.magento().holding_connection(),
        _marked(run, order, "shop_unsettled_until", run.policy.magento_settle, ahead),
    ):
        yield


@contextmanager
def writing_to_sap(run: StepRun, order: SalesOrder, ahead: Ahead = nothing) -> Iterator[None]:
    """Wraps one unit of work in SAP, from the create to the answer of the commit. Its session is
    borrowed before the time runs in which it must begin. ``ahead`` stores what must be on disk
    before it begins, with the mark."""
    with (
        run.remotes.sap().holding_session(),
        _marked(run, order, "sap_unsettled_until", run.policy.sap_settle, ahead),
    ):
        yield


@contextmanager
def _marked(
    run: StepRun, order: SalesOrder, column: str, settle: timedelta, ahead: Ahead
) -> Iterator[None]:
    """The write may begin within a third of the lease, and is over by ``settle`` after that.

    So a stopped worker sends nothing once another may have the task. When its lease is lost the
    mark stays, because another worker may have begun meanwhile.
    """
    window, mark = run.policy.lease * SHARE_OF_LEASE, _Mark(run, order, column)

    def store_ahead() -> None:
        also = ahead()
        mark.set(clock.now() + window + settle, also)

    with sending_within(window.total_seconds()), run.calls.before_write(store_ahead):
        try:
            yield
        except OutcomeUnknown as error:
            mark.replace(clock.now() + settle)
            error.settles_after = settle.total_seconds() + 1
            raise
        except SyncError:  # a clean refusal: nothing was written
            mark.replace(None)
            raise
    mark.replace(None)


@contextmanager
def storing_over(run: StepRun, **facts: Any) -> Iterator[dict[str, Any]]:
    """As ``run.storing``, for who writes the order in it anyway: gives the columns that take off
    the marks of its writes that are over, which are not to be written once more."""
    with run.storing(**facts):
        yield _taken_off(run)


def store_over_at_end(run: StepRun, store: Callable[..., object]) -> None:
    """As ``run.calls.with_end``; ``store`` is given the same columns."""
    run.calls.with_end(lambda: store(**_taken_off(run)))


def _taken_off(run: StepRun) -> dict[str, Any]:
    marks = [mark for mark in run.marks if isinstance(mark, _Mark) and mark.is_over]
    for mark in marks:
        mark.written_in = run.calls.commits
    return {mark.column: mark.after for mark in marks}


class _Mark:
    """One write's mark on its order. ``after`` is what stands there once the write is over."""

    def __init__(self, run: StepRun, order: SalesOrder, column: str) -> None:
        self.column = column
        self.after: datetime | None = None
        self.is_over = False
        self.written_in = 0  # the number of the commit in which it is taken off
        self._run, self._order = run, order
        self._until: datetime | None = None

    def set(self, until: datetime, also: Mapping[str, object]) -> None:
        _set(self._order, self.column, until, also)
        self._until = until
        self._run.marks.append(self)

    def replace(self, until: datetime | None) -> None:
        """With the next commit: a worker that dies before makes the next attempt wait, no more.
        Where nothing was sent there is no mark."""
        if self._until is not None and not self.is_over:
            self.after, self.is_over = until, True
            setattr(self._order, self.column, until)
            self._run.calls.with_next_commit(self._store)

    def _store(self) -> None:
        """Changes only the mark we set; another worker's stays."""
        if self.written_in != self._run.calls.commits:
            same = SalesOrder.objects.filter(pk=self._order.pk, **{self.column: self._until})
            same.update(**{self.column: self.after})
        if self in self._run.marks:  # not taken off before by a commit that failed
            self._run.marks.remove(self)


def _set(order: SalesOrder, column: str, until: datetime, also: Mapping[str, object]) -> None:
    """The mark and the question whether the order is held are one statement: a hold that stands
    by then keeps the write back, and one that comes later finds it under way."""
    if not keep_unless_held(order, **{column: until}, **also):
        raise OrderHeld(
            told("Order {order} was held meanwhile: nothing was sent.", order=order.increment_id),
            cause=PortalCause.HELD,
            reference=order.increment_id,
        )


def _wait(order: SalesOrder, column: str, cause: Cause, name: str) -> None:
    """The order was read after its lock was taken, and only who holds the lock sets a mark."""
    until = getattr(order, column)
    if until is not None and until > clock.now():
        error = RemoteUnavailable(
            told(
                "An earlier write to {name} got no answer and may still be running; it is looked "
                "up when that time is over.",
                name=name,
            ),
            cause=cause,
            reference=order.increment_id,
        )
        error.settles_after = (until - clock.now()).total_seconds() + 1
        raise error
