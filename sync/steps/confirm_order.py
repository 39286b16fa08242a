"""Writes the SAP number into the web order (``ext_order_id``), and reads it back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.utils import timezone

from sync.causes.orders import OrderCause
from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RecordsDisagree
from sync.mirrors.notes import confirmed, keep
from sync.mirrors.shop import store_order
from sync.models import SalesOrder, SyncTask
from sync.steps.remote_writes import store_over_at_end, wait_for_shop, writing_to_shop
from sync.steps.step_run import StepRun
from sync.told import told

A_MOMENT = timedelta(seconds=60)


def confirm_order(run: StepRun) -> str:
    """Repeating it changes nothing once the shop carries the number."""
    order, number = run.sales_order, run.sales_order.sap_sales_order_number
    if not order.is_in_sap:
        return told("Not in SAP yet: nothing to tell the shop.")
    shop = run.magento()
    wait_for_shop(order)
    if not _was_just_read(run, order):
        order = store_order(run.shop, shop.get_order(order.entity_id), order)
    if order.ext_order_id == number:
        with run.storing():
            keep(order, **confirmed())
        return told("The shop already carries {number}.", number=number)
    if order.ext_order_id:
        raise RecordsDisagree(
            told(
                "The shop's order {order} carries {carried}, but SAP's order for it is {number}.",
                order=order.increment_id,
                carried=order.ext_order_id,
                number=number,
            ),
            cause=OrderCause.OTHER_ERP_NUMBER,
            reference=order.increment_id,
        )
    with writing_to_shop(run, order):
        shop.set_ext_order_id(order.entity_id, number)
    read = shop.get_order(order.entity_id)
    is_seen = read.ext_order_id == number
    seen = confirmed() if is_seen else {}
    store_over_at_end(run, partial(store_order, run.shop, read, order, **seen))
    if not is_seen:
        raise OutcomeUnknown(
            told("The shop took {number} but does not show it yet.", number=number),
            cause=ShopCause.NOT_SHOWN_YET,
            reference=order.increment_id,
        )
    return told("The shop carries {number}, read back.", number=number)


def _was_just_read(run: StepRun, order: SalesOrder) -> bool:
    """Whether ``push_order`` has read the order a moment ago, under the same lock, and found no
    number; after any doubt it is read again."""
    follows = run.task.origin == SyncTask.Origin.FOLLOW_UP and not run.is_repeated
    return follows and not order.ext_order_id and timezone.now() - order.pulled_at < A_MOMENT
