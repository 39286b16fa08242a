"""Stores what is new in SAP's answer, in one transaction: whoever dies in it repeats the whole."""

from __future__ import annotations

from sync.mirrors.billing_news import in_flow
from sync.mirrors.compared import note_missing, note_sap_order
from sync.mirrors.deleted_deliveries import forget_deliveries
from sync.mirrors.followed import (
    note_billing_news,
    read_as_changed,
    schedule_next_read,
    schedule_parcels,
)
from sync.mirrors.progress import refresh_stages
from sync.mirrors.sap import (
    deliveries_at_hand,
    store_billing_statuses,
    store_delivery,
    store_sap_status,
)
from sync.mirrors.unchanged import unchanged_orders
from sync.mirrors.unreadable_documents import Pulled
from sync.models import SalesOrder
from sync.sap.billing_flow import billing_in_flow
from sync.sap.records import SapDelivery
from sync.steps.from_sap.answer import Answer
from sync.steps.step_run import StepRun


def is_about_one_order(run: StepRun) -> bool:
    """Whether the task is about one order; then unchanged records are stored again as well."""
    return run.task.sales_order is not None


def keep(run: StepRun, answer: Answer, pulled: Pulled) -> None:
    """Who stalled meanwhile stores nothing old: raises ``LeaseLost``."""
    with run.storing():
        _keep_statuses(answer, pulled, is_afresh=is_about_one_order(run))
        _keep_deliveries(run, answer, pulled)
        refresh_changed(answer.orders if is_about_one_order(run) else [], pulled)
        schedule_next_read(answer.orders, run.policy)
        schedule_parcels(answer.asked, run.policy)


def refresh_changed(orders: list[SalesOrder], pulled: Pulled) -> None:
    """These, and whatever other order something was stored of: a delivery may carry goods of
    orders that were not asked about."""
    changed = SalesOrder.objects.filter(sap_sales_order_number__in=pulled.changed - {""})
    keys = {order.pk for order in orders}
    if pulled.changed:
        keys |= set(changed.values_list("pk", flat=True))
    if keys:
        refresh_stages(keys)


def _keep_statuses(answer: Answer, pulled: Pulled, *, is_afresh: bool) -> None:
    orders = {order.sap_sales_order_number: order for order in answer.orders}
    for order in answer.missing:
        note_missing(order)
        pulled.changed.add(order.sap_sales_order_number)
    for one in answer.statuses:
        number = one.sap_sales_order_number
        if number in orders and note_sap_order(orders[number], one):
            pulled.changed.add(number)
    flow = billing_in_flow(answer.statuses)
    fresh = in_flow(
        answer.orders, {orders[number].pk: flow[number] for number in orders & flow.keys()}
    )
    news = {order.sap_sales_order_number for order in answer.orders if order.pk in fresh}
    if news:
        note_billing_news(news)
        pulled.changed |= news
    known = set() if is_afresh else unchanged_orders(answer.orders, answer.statuses)
    pulled.read |= {("order", number) for number in known}
    for one in answer.statuses:
        number = one.sap_sales_order_number
        if number not in known and number in orders:
            with pulled.kept_apart("order", number, [number]):
                store_sap_status(orders[number], one)


def _keep_deliveries(run: StepRun, answer: Answer, pulled: Pulled) -> None:
    same = answer.unchanged & answer.deliveries.keys()
    pulled.read |= {("delivery", number) for number in same}
    pulled.changed |= store_billing_statuses(answer.deliveries[number] for number in same)
    changed = [one for number, one in answer.deliveries.items() if number not in same]
    at_hand = deliveries_at_hand(changed) if changed else None
    for record in changed:
        with pulled.kept_apart("delivery", record.delivery_number, orders_of(record)):
            store_delivery(record, run.policy.delivery_sources, at_hand)
    if lost := answer.asked - answer.deliveries.keys():
        read_as_changed(lost)
    pulled.changed |= forget_deliveries(answer.deleted)
    pulled.read |= {("delivery", number) for number in answer.deleted}


def orders_of(record: SapDelivery) -> set[str]:
    return {item.sap_sales_order_number for item in record.items}
