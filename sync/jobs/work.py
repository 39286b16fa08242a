"""Descriptions of wanted work: for each step the document, its key and its lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sync.models import (
    BillingDocument,
    Click,
    Invoice,
    OutboundDelivery,
    SalesOrder,
    Shop,
    Step,
    SyncTask,
)
from sync.models.order_groups import GROUP, groups_of, keys_in, reference_of
from sync.models.steps import FETCHES
from sync.models.systems import SAP


@dataclass(frozen=True, slots=True)
class Work:
    """What to do, about which document; two tasks with the same lock never run at once."""

    step: Step
    reference: str
    lock: str
    shop: Shop | None = None
    sales_order: SalesOrder | None = None
    delivery: OutboundDelivery | None = None
    billing_document: BillingDocument | None = None
    invoice: Invoice | None = None

    def columns(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def pull_orders(shop: Shop) -> Work:
    return Work(Step.PULL_ORDERS, shop_reference(shop), f"pull_orders:{shop.code}", shop=shop)


def push_order(order: SalesOrder) -> Work:
    return of_order(Step.PUSH_ORDER, order)


def confirm_order(order: SalesOrder) -> Work:
    return of_order(Step.CONFIRM_ORDER, order)


def pull_deliveries(order: SalesOrder | None = None) -> Work:
    """For one order, or for every open one."""
    if order is not None:
        return of_order(Step.PULL_DELIVERIES, order)
    return Work(Step.PULL_DELIVERIES, SAP, "pull_deliveries:sap")


def pull_billing(order: SalesOrder | None = None) -> Work:
    """For one order, or for every open one."""
    if order is not None:
        return of_order(Step.PULL_BILLING, order)
    return Work(Step.PULL_BILLING, SAP, "pull_billing:sap")


def push_shipment(delivery: OutboundDelivery, order: SalesOrder) -> Work:
    return Work(
        Step.PUSH_SHIPMENT,
        f"delivery:{delivery.delivery_number}:order:{order.pk}",
        order_lock(order),
        shop=order.shop,
        sales_order=order,
        delivery=delivery,
    )


def push_invoice(document: BillingDocument, order: SalesOrder) -> Work:
    return Work(
        Step.PUSH_INVOICE,
        f"billing:{document.billing_document_number}:order:{order.pk}",
        order_lock(order),
        shop=order.shop,
        sales_order=order,
        billing_document=document,
    )


def send_invoice(invoice: Invoice) -> Work:
    order = invoice.sales_order
    return Work(
        Step.SEND_INVOICE,
        f"invoice:{invoice.pk}",
        order_lock(order),
        shop=order.shop,
        sales_order=order,
        billing_document=invoice.billing_document,
        invoice=invoice,
    )


def check_completeness(shop: Shop) -> Work:
    return Work(Step.CHECK_COMPLETENESS, shop_reference(shop), f"completeness:{shop.code}", shop)


def try_connection(shop: Shop | None = None) -> Work:
    name = shop.system if shop else SAP
    return Work(Step.TRY_CONNECTION, name, f"try_connection:{name}", shop=shop)


def dry_run(order: SalesOrder) -> Work:
    """Writes nothing, so it has a lock of its own and waits for no other work."""
    key = f"order:{order.pk}"
    return Work(Step.DRY_RUN, key, f"dry_run:{key}", shop=order.shop, sales_order=order)


def check_readiness(shop: Shop | None = None, *, area: str = "portal") -> Work:
    """Checks a shop, or the named area: ``sap`` or ``portal``."""
    name = shop.system if shop else area
    return Work(Step.CHECK_READINESS, name, f"check_readiness:{name}", shop=shop)


def take_up(click: Click) -> Work:
    """Each slice of a click has a lock of its own: a worker hears other rings between two."""
    return Work(Step.TAKE_UP_CLICK, f"click:{click.pk}", f"click:{click.pk}:{click.reached}")


def click_of(task: SyncTask) -> Click:
    """The click that a task takes up."""
    return Click.objects.select_related("asked_by").get(pk=int(task.reference.split(":")[1]))


def repeat_of(task: SyncTask) -> Work:
    return Work(
        **{name: getattr(task, name) for name in Work.__slots__} | {"step": Step(task.step)}
    )


def is_full_fetch(task: SyncTask) -> bool:
    """Whether a task is a full fetch, and not about one order or record."""
    whole = SAP if task.shop is None else shop_reference(task.shop)
    return task.step in FETCHES and task.sales_order_id is None and task.reference == whole


def has_turns(task: SyncTask) -> bool:
    """Whether the next round asks for it again, however it ended: a full fetch, or one of its
    groups."""
    return is_full_fetch(task) or task.is_of_group


def orders_of(task: SyncTask) -> list[int] | None:
    """Keys of the orders a task is about; None where it is about no orders in particular."""
    if task.sales_order_id is not None:
        return [task.sales_order_id]
    return keys_in(task.reference) or None


def shop_reference(shop: Shop) -> str:
    return f"shop:{shop.code}"


def order_lock(order: SalesOrder) -> str:
    """All writes for one order, in the shop and in SAP, happen one after the other."""
    return f"order:{order.pk}"


def of_groups(step: Step, keys: Iterable[int]) -> list[Work]:
    """Reading these orders, some at a time."""
    return [
        Work(step, reference_of(group), f"{step}:{GROUP}{group[0]}") for group in groups_of(keys)
    ]


def of_order(step: Step, order: SalesOrder) -> Work:
    return Work(step, f"order:{order.pk}", order_lock(order), shop=order.shop, sales_order=order)
