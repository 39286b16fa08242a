"""What work a document needs next. Reads the mirrors; queues nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Exists, F, Min, Model, OuterRef, Q, QuerySet

from sync.jobs import work
from sync.jobs.work import Work
from sync.mirrors import news
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    Decision,
    OutboundDelivery,
    OutboundDeliveryLine,
    PullWatermark,
    SalesOrder,
    Shop,
    Step,
    SyncTask,
    clock,
)
from sync.models.order_work import TO_CONFIRM, TO_LOOK_FOR

Line = TypeVar("Line", bound=Model)

AT_ONCE = 500
LOOK_UPS_AT_ONCE = 50


def for_orders(orders: Sequence[SalesOrder]) -> Iterator[Work]:
    """Everything these orders may need now, in the order it must happen; one query."""
    marked: dict[int, set[str]] = {order.pk: set() for order in orders}
    decisions = Decision.objects.marked_done(Step.PUSH_ORDER, Step.CONFIRM_ORDER)
    about = decisions.filter(sales_order__in=list(marked))
    for key, step in about.values_list("sales_order", "task__step"):
        marked[key].add(step)
    for order in orders:
        yield from _next_of(order, marked[order.pk])


def for_order(order: SalesOrder) -> Iterator[Work]:
    """Everything one order may need now."""
    yield from for_orders([order])


def _next_of(order: SalesOrder, marked: set[str]) -> Iterator[Work]:
    """An order a rule has stopped is read again: either the rule no longer applies, or the task
    says which one."""
    if not order.is_in_sap:
        if order.stage != SalesOrder.Stage.CANCELED and Step.PUSH_ORDER not in marked:
            yield work.push_order(order)
        return
    is_verified = order.verification == SalesOrder.Verification.VERIFIED
    is_due = order.comparison_due_at is not None
    if is_due or (not is_verified and Step.PUSH_ORDER not in marked):
        yield work.push_order(order)  # looked up, read back and compared again
    if order.confirmed_at is None and Step.CONFIRM_ORDER not in marked:
        yield work.confirm_order(order)
    yield work.pull_deliveries(order)
    yield work.pull_billing(order)


def for_all_new_orders() -> Iterator[Work]:
    """What a click on all new orders asks for besides those that wait: fetches from every shop,
    and orders that may be in SAP or have changed there."""
    yield from _pulls_of_orders()
    yield from _pushes(_orders_to_look_for(), LOOK_UPS_AT_ONCE)
    yield from _comparisons()


def waiting_orders(after: int, most: int) -> list[SalesOrder]:
    """Orders that wait for SAP with nobody at them yet, by key from the one after this."""
    return list(_light(_wanted().filter(pk__gt=after)).order_by("pk")[:most])


def number_of_waiting(most: int) -> int:
    return _wanted().order_by()[:most].count()


def _wanted() -> QuerySet[SalesOrder]:
    marked = news.marked_done(Step.PUSH_ORDER, sales_order="pk")
    return _free(_waiting(), Step.PUSH_ORDER).exclude(marked)


def for_deliveries(keys: Collection[int]) -> Iterator[Work]:
    """Read deliveries again through their orders; shipments follow from the result."""
    lines = OutboundDeliveryLine.objects.filter(delivery__in=keys)
    for order in _orders_of(lines.values_list("sales_order", flat=True)):
        yield work.pull_deliveries(order)


def for_billing_documents(keys: Collection[int]) -> Iterator[Work]:
    """Read billing documents again through their orders; invoices follow from the result."""
    lines = BillingDocumentLine.objects.filter(billing_document__in=keys)
    for order in _orders_of(lines.values_list("sales_order", flat=True)):
        yield work.pull_billing(order)


def open_work(step: Step) -> Iterator[Work]:
    """All outstanding work of a step according to the mirrors; safe to ask for repeatedly."""
    yield from OPEN_WORK[step]()


def follow_ups(task: SyncTask) -> Iterator[Work]:
    """Work that becomes possible once ``task`` is done, and the task itself if it was asked for
    again meanwhile."""
    if task.is_wanted_again:
        yield work.repeat_of(task)
    if task.step == Step.TAKE_UP_CLICK:
        yield from _rest_of_click(task)
    elif task.step == Step.PUSH_ORDER:
        yield from _confirmations(task)
    elif task.step == Step.PULL_ORDERS:
        yield from open_work(Step.PUSH_ORDER)
    elif task.step == Step.PULL_DELIVERIES:
        yield from _comparisons(work.orders_of(task))
        yield from _shipments(work.orders_of(task))
    elif task.step == Step.PULL_BILLING:
        yield from _comparisons(work.orders_of(task))
        yield from _invoices(work.orders_of(task))


def _rest_of_click(task: SyncTask) -> Iterator[Work]:
    click = work.click_of(task)
    if click.finished_at is None:
        yield work.take_up(click)


def _confirmations(task: SyncTask) -> Iterator[Work]:
    """The order is at hand, but as it was before the step."""
    order = task.sales_order
    if order is None:
        return
    marked = news.marked_done(Step.CONFIRM_ORDER, sales_order="pk")
    unconfirmed = SalesOrder.objects.filter(
        pk=order.pk, confirmed_at=None, sap_read_at__isnull=False
    ).exclude(sap_sales_order_number="")
    if unconfirmed.exclude(marked).exists():
        yield work.confirm_order(order)


def _active_shops() -> QuerySet[Shop]:
    return Shop.objects.filter(is_active=True)


def _pulls_of_orders() -> Iterator[Work]:
    now = clock.now()
    for shop in _active_shops().select_related("watermark"):
        if _is_due(shop, now):
            yield work.pull_orders(shop)


def _is_due(shop: Shop, now: datetime) -> bool:
    """Whether the shop's own polling interval, if it has one, has passed."""
    watermark: PullWatermark | None = getattr(shop, "watermark", None)
    polled_at = watermark.polled_at if watermark else None
    if shop.poll_interval_seconds is None or polled_at is None:
        return True
    return polled_at + timedelta(seconds=shop.poll_interval_seconds) <= now


def _orders_to_push() -> Iterator[Work]:
    yield from _pushes(_waiting(), AT_ONCE)
    yield from _pushes(_orders_to_look_for(), LOOK_UPS_AT_ONCE)
    yield from _comparisons()


def _waiting() -> QuerySet[SalesOrder]:
    return SalesOrder.objects.filter(stage=SalesOrder.Stage.TO_SYNC, shop__is_active=True)


def _orders_to_look_for() -> QuerySet[SalesOrder]:
    """Orders that should not be in SAP (any more) but may be there all the same. Each is looked for
    once per state the shop shows; orders from before the portal are not."""
    return SalesOrder.objects.filter(
        TO_LOOK_FOR,
        Q(shop__orders_from=None) | Q(placed_at__gte=F("shop__orders_from")),
        shop__is_active=True,
    )


def _pushes(orders: QuerySet[SalesOrder], most: int) -> Iterator[Work]:
    """The oldest of these orders, without those that have an open task or were marked done."""
    free = _free(orders, Step.PUSH_ORDER).exclude(
        news.marked_done(Step.PUSH_ORDER, sales_order="pk")
    )
    for order in _light(free).order_by("placed_at", "id")[:most]:
        yield work.push_order(order)


def _comparisons(only: Collection[int] | None = None) -> Iterator[Work]:
    """Orders in SAP that either side has changed. What a person has marked done is compared all the
    same, because the change is a new one."""
    changed = SalesOrder.objects.filter(
        comparison_due_at__isnull=False, sap_read_at__isnull=False, shop__is_active=True
    )
    if only is not None:
        changed = changed.filter(pk__in=only)
    changed = _free(changed, Step.PUSH_ORDER)
    for order in _light(changed).order_by("comparison_due_at", "id")[:AT_ONCE]:
        yield work.push_order(order)


def _orders_to_confirm() -> Iterator[Work]:
    unconfirmed = SalesOrder.objects.filter(TO_CONFIRM, shop__is_active=True)
    free = _free(unconfirmed, Step.CONFIRM_ORDER).exclude(
        news.marked_done(Step.CONFIRM_ORDER, sales_order="pk")
    )
    for order in _light(free).order_by("id")[:AT_ONCE]:
        yield work.confirm_order(order)


def _free(orders: QuerySet[SalesOrder], step: Step) -> QuerySet[SalesOrder]:
    """Those without an open task of the step."""
    own = SyncTask.objects.unfinished().filter(step=step, sales_order=OuterRef("pk"))
    return orders.exclude(Exists(own))


def _light(orders: QuerySet[SalesOrder]) -> QuerySet[SalesOrder]:
    """Without what work does not need: the shop's record alone is 41 kB."""
    return orders.select_related("shop").defer("payload")


def _shipments(only: Collection[int] | None = None) -> Iterator[Work]:
    """Deliveries with news for the shop; of named orders whatever it was not told."""
    lines = news.wanted_shipments()
    if only is None:
        lines = lines.filter(delivery__in=news.settle(OutboundDelivery))
    for line in _first_per_document(lines, "delivery", only):
        yield work.push_shipment(line.delivery, _order_of(line.sales_order))


def _invoices(only: Collection[int] | None = None) -> Iterator[Work]:
    """Billing documents with news for the shop; of named orders whatever it was not told."""
    lines = news.wanted_invoices()
    if only is None:
        lines = lines.filter(billing_document__in=news.settle(BillingDocument))
    for line in _first_per_document(lines, "billing_document", only):
        yield work.push_invoice(line.billing_document, _order_of(line.sales_order))


def _first_per_document(
    lines: QuerySet[Line], document: str, only: Collection[int] | None
) -> QuerySet[Line]:
    """One line per pair of document and order, oldest first."""
    if only is not None:
        lines = lines.filter(sales_order__in=only)
    firsts = lines.values(document, "sales_order").annotate(first=Min("pk")).values("first")
    wanted = lines.model._default_manager.filter(pk__in=firsts.order_by("first")[:AT_ONCE])
    wanted = wanted.select_related(document, "sales_order__shop").order_by("pk")
    return wanted.defer("sales_order__payload")


def _order_of(order: SalesOrder | None) -> SalesOrder:
    assert order is not None, "the query left out lines without an order"
    return order


def _orders_of(keys: Iterable[int | None]) -> QuerySet[SalesOrder]:
    return _light(SalesOrder.objects.filter(pk__in={key for key in keys if key}))


# Automatic steps only; people ask for the others.
OPEN_WORK: dict[Step, Callable[[], Iterator[Work]]] = {
    Step.PULL_ORDERS: _pulls_of_orders,
    Step.PUSH_ORDER: _orders_to_push,
    Step.CONFIRM_ORDER: _orders_to_confirm,
    Step.PULL_DELIVERIES: lambda: iter([work.pull_deliveries()]),
    Step.PUSH_SHIPMENT: _shipments,
    Step.PULL_BILLING: lambda: iter([work.pull_billing()]),
    Step.PUSH_INVOICE: _invoices,
    Step.CHECK_COMPLETENESS: lambda: map(work.check_completeness, _active_shops()),
}
