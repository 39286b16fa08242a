"""Which orders, parcels and billing documents SAP is asked about next: a bounded number at a time,
each kind by an index of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, Count, DateTimeField, F, Max, Q, QuerySet, Value, When

from sync.models import OutboundDelivery, SalesOrder, Step, SyncTask, clock
from sync.models.order_groups import GROUP, keys_in
from sync.models.order_work import OPEN_IN_SAP
from sync.policy import Policy

Stage = SalesOrder.Stage
ENDED = [Stage.COMPLETE, Stage.CANCELED]
SHARE_OF_AGE = 0.25  # of the time since an order was complete, until it is looked at again


def open_orders(after: int, most: int) -> list[SalesOrder]:
    """In SAP and neither complete nor canceled, by key."""
    orders = SalesOrder.objects.filter(OPEN_IN_SAP, pk__gt=after)
    return list(orders.defer("payload").order_by("pk")[:most])


def followed_orders(most: int) -> list[SalesOrder]:
    """Complete ones whose time has come again, the longest due first."""
    due = _in_sap().filter(stage__in=ENDED, deliveries_due_at__lte=clock.now())
    return list(due.order_by("deliveries_due_at")[:most])


def schedule_next_read(orders: Iterable[SalesOrder], policy: Policy) -> None:
    """For complete orders only: soon at first, since a parcel number may come just after the
    invoice, then at the policy's interval."""
    now = clock.now()
    followed = [one for one in orders if one.stage in ENDED and one.deliveries_due_at is not None]
    if not followed:
        return
    moves = [
        # Only what was seen is moved: the order may have become complete while SAP answered.
        When(pk=one.pk, deliveries_due_at=one.deliveries_due_at, then=_moment(again))
        for one in followed
        for again in [_next_read(one.completed_at, now, policy)]
    ]
    SalesOrder.objects.filter(pk__in=[one.pk for one in followed]).update(
        deliveries_due_at=Case(*moves, default=F("deliveries_due_at"))
    )


def _next_read(completed_at: datetime | None, now: datetime, policy: Policy) -> datetime | None:
    if completed_at is None or now - completed_at >= policy.follow_for:
        return None
    return now + min(policy.follow_every, (now - completed_at) * SHARE_OF_AGE)


def orders_to_bill(most: int) -> list[SalesOrder]:
    """Orders of which SAP has news in billing, the oldest news first, without those that have a
    task of their own for it, or of their group."""
    moving = [SyncTask.State.WAITING, SyncTask.State.RUNNING]
    under_way = SyncTask.objects.filter(step=Step.PULL_BILLING, state__in=moving)
    due = _billing_is_due()
    free = due.exclude(pk__in=under_way.filter(sales_order__isnull=False).values("sales_order"))
    found = list(free[:most])
    if found and (grouped := orders_in_groups(Step.PULL_BILLING)):
        return list(free.exclude(pk__in=grouped)[:most])
    return found


def due_for_billing(keys: Collection[int]) -> list[SalesOrder]:
    """Those of these orders of which SAP still has news in billing."""
    return list(_billing_is_due().filter(pk__in=keys))


def orders_in_groups(step: Step) -> set[int]:
    """Keys of the orders that a group's task reads now, or as soon as a worker is free. One that
    waits after a failure holds nobody up: its orders may be read by others."""
    State = SyncTask.State
    due = Q(state=State.WAITING, not_before__lte=clock.now())
    groups = SyncTask.objects.filter(due | Q(state=State.RUNNING), step=step)
    references = groups.filter(reference__startswith=GROUP).values_list("reference", flat=True)
    return {key for reference in references.order_by() for key in keys_in(reference)}


def orders_of_group(keys: Collection[int]) -> list[SalesOrder]:
    return list(_in_sap().filter(pk__in=keys).order_by("pk"))


def note_billing_news(sap_numbers: Collection[str]) -> None:
    """SAP's statuses say that these orders have billing documents to be read."""
    orders = SalesOrder.objects.filter(sap_sales_order_number__in=sap_numbers)
    orders.update(billing_due_at=clock.now())


def note_billing_read(orders: Sequence[SalesOrder], asked_at: datetime) -> None:
    """News that came after SAP was asked stays due."""
    due = SalesOrder.objects.filter(billing_due_at__lte=asked_at)
    due.filter(pk__in=[order.pk for order in orders]).update(billing_due_at=None)


def parcels_to_read(most: int) -> list[str]:
    """Numbers of deliveries whose parcels are asked for again, the longest due first."""
    due = OutboundDelivery.objects.filter(parcels_due_at__lte=clock.now())
    return list(due.order_by("parcels_due_at").values_list("delivery_number", flat=True)[:most])


def schedule_parcels(delivery_numbers: Collection[str], policy: Policy) -> None:
    """After a reading: each pause is as long as the time since something changed. While an order
    is open it is the policy's interval at most, and a complete one is followed for so long."""
    if not delivery_numbers:
        return
    now = clock.now()
    left = OutboundDelivery.objects.filter(
        delivery_number__in=delivery_numbers, parcels_due_at__isnull=False
    )
    ended = Q(lines__sales_order__stage__in=ENDED)
    told = left.annotate(
        open_lines=Count("lines", filter=Q(lines__sales_order__isnull=False) & ~ended),
        completed_at=Max("lines__sales_order__completed_at"),
    )
    columns = ("pk", "changed_at", "open_lines", "completed_at")
    moves = []
    for pk, changed_at, open_lines, completed_at in told.order_by("pk").values_list(*columns):
        ends = completed_at is not None and not open_lines
        since = max(changed_at, completed_at) if ends else changed_at
        pause: timedelta | None = now - since
        if open_lines:
            pause = min(policy.follow_every, now - since)
        elif now - since >= policy.follow_for:
            pause = None
        moves.append(When(pk=pk, then=_moment(None if pause is None else now + pause)))
    if moves:
        scheduled = OutboundDelivery.objects.filter(delivery_number__in=delivery_numbers)
        scheduled.update(parcels_due_at=Case(*moves, default=F("parcels_due_at")))


def read_as_changed(delivery_numbers: Collection[str]) -> None:
    """Their parcels could not be read: each fetch tries again, as if the delivery had changed."""
    OutboundDelivery.objects.filter(delivery_number__in=delivery_numbers).update(fingerprint="")


def _billing_is_due() -> QuerySet[SalesOrder]:
    return _in_sap().filter(billing_due_at__lte=clock.now()).order_by("billing_due_at")


def _in_sap() -> QuerySet[SalesOrder]:
    """Without what the shop sent, which is long and not needed here."""
    return SalesOrder.objects.filter(sap_read_at__isnull=False).defer("payload")


def _moment(value: datetime | None) -> Value:
    return Value(value, output_field=DateTimeField())
