"""Writes to shop and SAP, of which one order has at most one at a time.

A mark on the order says that a write may still be running at the remote. It is set before the write
and removed after a clean answer; whoever finds it waits until its time is over. So a killed worker
and a lost answer are one case, and no second write of an order overlaps the first (README of
Magento, Races; SAP sheet section 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from sync.causes.cause import Cause
from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteUnavailable, SyncError
from sync.fence import sending_within
from sync.models import SalesOrder, clock
from sync.steps.step_run import StepRun

SHARE_OF_LEASE = 1 / 3  # in which a write must begin
Ahead = Callable[[], None]


def nothing() -> None:
    """Nothing but the mark is to be stored ahead."""


def wait_for_shop(order: SalesOrder) -> None:
    """Raises ``RemoteUnavailable`` while an earlier write to the shop may still be running."""
    _wait(order, "shop_unsettled_until", ShopCause.WRITE_UNDER_WAY, "the shop")


def wait_for_sap(order: SalesOrder) -> None:
    """Raises ``RemoteUnavailable`` while an earlier write to SAP may still be running."""
    _wait(order, "sap_unsettled_until", SapCause.WRITE_UNDER_WAY, "SAP")


@contextmanager
def writing_to_shop(run: StepRun, order: SalesOrder, ahead: Ahead = nothing) -> Iterator[None]:
    """Wraps one write to Magento, and nothing else. ``ahead`` stores what must be on disk before
    it, together with the mark."""
    with _marked(run, order, "shop_unsettled_until", run.policy.magento_settle, ahead):
        yield


@contextmanager
def writing_to_sap(run: StepRun, order: SalesOrder, ahead: Ahead = nothing) -> Iterator[None]:
    """Wraps one unit of work in SAP, from the create to the answer of the commit. ``ahead`` stores
    what must be on disk before it begins, together with the mark."""
    with _marked(run, order, "sap_unsettled_until", run.policy.sap_settle, ahead):
        yield


@contextmanager
def _marked(
    run: StepRun, order: SalesOrder, column: str, settle: timedelta, ahead: Ahead
) -> Iterator[None]:
    """The write may begin within a third of the lease, and is over by ``settle`` after that.

    So a stopped worker sends nothing once another may have the task. When its lease is lost the
    mark stays, because another worker may have begun meanwhile.
    """
    window = run.policy.lease * SHARE_OF_LEASE
    with sending_within(window.total_seconds()):
        mark = clock.now() + window + settle
        with transaction.atomic():
            run.task.hold_lease(run.policy.lease)
            ahead()
            _set(order, column, mark)
        try:
            yield
        except OutcomeUnknown as error:
            _replace(order, column, mark, clock.now() + settle)
            error.settles_after = settle.total_seconds() + 1
            raise
        except SyncError:  # a clean refusal: nothing was written
            _replace(order, column, mark, None)
            raise
    _replace(order, column, mark, None)


def _set(order: SalesOrder, column: str, until: datetime) -> None:
    SalesOrder.objects.filter(pk=order.pk).update(**{column: until})
    setattr(order, column, until)


def _replace(order: SalesOrder, column: str, mark: datetime, until: datetime | None) -> None:
    """Changes only the mark we set; another worker's stays."""
    SalesOrder.objects.filter(pk=order.pk, **{column: mark}).update(**{column: until})


def _wait(order: SalesOrder, column: str, cause: Cause, name: str) -> None:
    order.refresh_from_db(fields=[column])
    until = getattr(order, column)
    if until is not None and until > clock.now():
        error = RemoteUnavailable(
            f"An earlier write to {name} got no answer and may still be running; "
            f"it is looked up when that time is over.",
            cause=cause,
            reference=order.increment_id,
        )
        error.settles_after = (until - clock.now()).total_seconds() + 1
        raise error
