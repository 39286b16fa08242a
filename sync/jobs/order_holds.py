"""A person holds an order or a customer, and releases them; held work waits and is not lost.

Work that writes is put back when it is claimed, and once more right before a write's mark
(``steps.remote_writes``). What is under way ends: a write whose answer is lost is looked up.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Least

from sync.causes.cause import Kind
from sync.causes.portal import PortalCause
from sync.jobs.bell import RINGS_AT_MOST, ring_after_commit
from sync.jobs.holds import Hold
from sync.jobs.turns import Turns
from sync.models import OrderHold, SalesOrder, SyncTask, clock
from sync.models.failures import NO_FAILURE, columns_for
from sync.models.ledger import SyncTaskQuerySet
from sync.models.order_holds import is_held
from sync.models.steps import WRITES
from sync.models.whole_tables import any_in
from sync.told import told

LOOK_AGAIN_AFTER = timedelta(days=1)  # the release wakes it, and else the sweep
_waiting_in_turn = Turns()


@cache
def is_any_order_held() -> RawSQL:
    """Read with a task: nearly always nothing is held, and ``held_back`` need not be asked."""
    return any_in(OrderHold.objects.standing())


def held_back(task: SyncTask) -> Hold | None:
    """Why a claimed task must wait for a person; None lets it run."""
    order = task.sales_order
    if task.step not in WRITES or order is None or _is_under_way(task, order):
        return None
    held = OrderHold.objects.standing().on(order).first()
    return _wait(order, held) if held is not None else None


def held_before_write(task: SyncTask) -> Hold:
    """What a task waits for whose write was kept back; released meanwhile it is due at once."""
    order = task.sales_order
    held = OrderHold.objects.standing().on(order).first() if order is not None else None
    if order is None or held is None:
        return Hold(NO_FAILURE, clock.now())
    return _wait(order, held)


def hold(wanted: OrderHold, person: User, reason: str) -> bool:
    """Hold an order or a customer from now on; False where it is held already."""
    wanted.reason, wanted.held_at = reason, clock.now()
    wanted.held_by, wanted.held_by_name = person, person.get_username()
    try:
        with transaction.atomic():
            wanted.save()
    except IntegrityError:
        return False
    return True


def release(held: OrderHold, person: User, reason: str) -> bool:
    """Let the work go on that waited; False where somebody else has released it. What another hold
    still keeps back goes on waiting."""
    with transaction.atomic():
        released = OrderHold.objects.standing().filter(pk=held.pk)
        if not released.update(
            released_at=clock.now(),
            released_by=person,
            released_by_name=person.get_username(),
            release_reason=reason,
        ):
            return False
        _wake(_waiting().filter(pk__in=waiting_for(held).values("pk")))
    return True


def waiting_for(held: OrderHold) -> SyncTaskQuerySet:
    """What waits for a release, perhaps of other holds as well."""
    concerned = Q(sales_order=held.sales_order_id) if held.sales_order_id else Q(pk__in=[])
    if held.customer_email:
        concerned |= Q(sales_order__customer_email__iexact=held.customer_email)
    if held.magento_customer_id:
        number = held.magento_customer_id
        concerned |= Q(shop=held.shop_id, sales_order__magento_customer_id=number)
    return _waiting().filter(concerned)


def wake_released() -> int:
    """Make due what waits although nothing holds it any more: it was put back just as the hold was
    released. Returns how many."""
    turn = _waiting_in_turn.take(_waiting())
    return _wake(_waiting().filter(pk__in=turn)) if turn else 0


def _is_under_way(task: SyncTask, order: SalesOrder) -> bool:
    """Whether a write of it may have arrived, or was not read back: that is looked up, and no
    further one is begun."""
    has_mark = order.sap_unsettled_until or order.shop_unsettled_until
    is_sent = order.sap_sales_order_number and order.sap_read_at is None
    return bool(has_mark or is_sent or task.error_class == Kind.OUTCOME_UNKNOWN)


def _wait(order: SalesOrder, held: OrderHold) -> Hold:
    values = {
        "order": order,
        "person": held.held_by_name,
        "reason": held.reason,
    }
    if held.is_of_customer:
        text = told(
            "All orders of the customer of order {order} are held by {person}: {reason}", **values
        )
    else:
        text = told("Order {order} is held by {person}: {reason}", **values)
    return Hold(columns_for(PortalCause.HELD, text), clock.now() + LOOK_AGAIN_AFTER)


def _waiting() -> SyncTaskQuerySet:
    state = SyncTask.State.WAITING
    return SyncTask.objects.filter(state=state, cause=PortalCause.HELD.code).order_by()


def _wake(tasks: SyncTaskQuerySet) -> int:
    held = SalesOrder.objects.filter(is_held(), pk=OuterRef("sales_order"))
    free = tasks.exclude(Exists(held))
    with transaction.atomic():
        first = list(free.order_by("priority", "id")[:RINGS_AT_MOST])
        # A person has acted: what was tried before counts as one try, so that the next trouble is
        # tried again soon.
        tries = Least(F("attempts"), Value(1))
        woken = free.wake(**NO_FAILURE, attempts=tries) if first else 0
        ring_after_commit(first)
    return woken
