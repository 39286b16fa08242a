"""Reads billing documents of the portal's orders from SAP into the mirror.

SAP finds them without an index (SAP sheet 13.4): they are asked for only where the status of an
order or of a delivery, or the document flow, says that there is something new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sync.mirrors.followed import due_for_billing, note_billing_read, orders_to_bill
from sync.mirrors.sap import billing_at_hand, store_billing_document
from sync.mirrors.unchanged import unchanged_billing_documents
from sync.mirrors.unreadable_documents import Pulled
from sync.models import FetchHealth, OutboundDeliveryLine, SalesOrder, Step, clock
from sync.models.systems import SAP
from sync.sap.records import SapBillingDocument
from sync.steps.from_sap.answers import of_one_order
from sync.steps.from_sap.slices import Statuses, next_statuses
from sync.steps.from_sap.storing import is_about_one_order, keep, refresh_changed
from sync.steps.invoicing.billing_watch import watch_complete_orders
from sync.steps.step_run import Slice, StepRun
from sync.told import told

# Each order costs some calls; what is due beyond these is read in groups, side by side.
ORDERS_AT_ONCE = 3
ORDERS_IN_GROUPS = 500


def pull_billing(run: StepRun) -> Slice:
    pulled = Pulled(run.task, Step.PULL_BILLING)
    if is_about_one_order(run):
        return _of_one_order(run, pulled)
    if run.group:
        return _of_group(run, pulled)
    place = run.place
    is_watch_news = False if place else watch_complete_orders(run)
    read, place = _statuses(run, place, pulled)
    due = orders_to_bill(ORDERS_AT_ONCE + ORDERS_IN_GROUPS)
    found = place.get("found", 0) + _read_documents(run, due[:ORDERS_AT_ONCE], pulled)
    pulled.update_tasks()
    in_groups = tuple(order.pk for order in due[ORDERS_AT_ONCE:])
    return Slice(
        _told(found, pulled),
        has_news=pulled.has_news or is_watch_news or bool(in_groups),
        place={**place, "found": found} if read.place else {},
        in_groups=in_groups,
    )


def _of_one_order(run: StepRun, pulled: Pulled) -> Slice:
    order, found = run.sales_order, 0
    if order.is_in_sap:
        keep(run, of_one_order(run, order, pulled), pulled)
        found = _read_documents(run, [order], pulled)
    pulled.update_tasks()
    return Slice(_told(found, pulled))


def _of_group(run: StepRun, pulled: Pulled) -> Slice:
    """Those of its orders that are still due; the fetch has just read their statuses."""
    found = _read_documents(run, due_for_billing(run.group), pulled)
    pulled.update_tasks()
    return Slice(_told(found, pulled))


def _statuses(
    run: StepRun, place: dict[str, Any], pulled: Pulled
) -> tuple[Statuses, dict[str, Any]]:
    """Read here only where the fetch of deliveries does not: whoever comes first reads them for
    both."""
    if not place:
        place = {"reads_statuses": not _are_fresh(run)}
    read = next_statuses(run, place, pulled) if place["reads_statuses"] else Statuses()
    return read, {**place, **read.place}


def _are_fresh(run: StepRun) -> bool:
    if run.task.asked_by_id is not None:
        return False
    of_deliveries = FetchHealth.objects.filter(
        step=Step.PULL_DELIVERIES, reference=SAP, consecutive_failures=0
    )
    return of_deliveries.filter(last_good_at__gt=clock.now() - run.policy.statuses_for).exists()


def _read_documents(run: StepRun, orders: Sequence[SalesOrder], pulled: Pulled) -> int:
    """Returns how many could be read; orders with one that could not stay due."""
    if not orders:
        return 0
    asked_at = clock.now()
    orders_of_reference = _references_of(orders)
    references = list(orders_of_reference)
    sap = run.remotes.sap()
    documents = pulled.records_of(sap.search_billing_documents(reference_documents=references))
    with run.storing():
        known = set() if is_about_one_order(run) else unchanged_billing_documents(documents)
        pulled.read |= {("reference", number) for number in references}
        pulled.read |= {("billing", number) for number in known}
        _store_changed(
            [one for one in documents if one.billing_document_number not in known], pulled
        )
        note_billing_read(_fully_read(orders, orders_of_reference, pulled), asked_at)
        refresh_changed(list(orders) if is_about_one_order(run) else [], pulled)
    found = {("billing", record.billing_document_number) for record in documents}
    return len(found & pulled.read)


def _store_changed(documents: Sequence[SapBillingDocument], pulled: Pulled) -> None:
    at_hand = billing_at_hand(documents) if documents else None
    for record in documents:
        orders_of = {item.sap_sales_order_number for item in record.items}
        with pulled.kept_apart("billing", record.billing_document_number, orders_of):
            store_billing_document(record, at_hand)


def _references_of(orders: Sequence[SalesOrder]) -> dict[str, set[str]]:
    """The documents that may have been billed, each with its SAP orders of these."""
    found = {order.sap_sales_order_number: {order.sap_sales_order_number} for order in orders}
    lines = OutboundDeliveryLine.objects.filter(sales_order__in=orders)
    pairs = lines.values_list("delivery__delivery_number", "sales_order__sap_sales_order_number")
    for delivery, order in pairs.distinct():
        found.setdefault(delivery, set()).add(order)
    return found


def _fully_read(
    orders: Sequence[SalesOrder], orders_of_reference: Mapping[str, set[str]], pulled: Pulled
) -> list[SalesOrder]:
    """None of them where it is not known whose document could not be read."""
    lacking: set[str] = set()
    for one in pulled.unreadable:
        if one.kind == "reference":
            concerned = orders_of_reference.get(one.number, set())
        elif one.kind == "billing":
            concerned = set(one.orders)
        else:
            continue
        if not concerned or "" in concerned:
            return []
        lacking |= concerned
    return [order for order in orders if order.sap_sales_order_number not in lacking]


def _told(found: int, pulled: Pulled) -> str:
    read = (
        told("{found} billing documents read", found=found)
        if found != 1
        else told("1 document read")
    )
    return pulled.told(read)
