"""SAP documents that cannot be read: each stops by itself, and the rest of the pull goes on.

A document's task reads its order again (or every open order), and closes itself when any pull has
read the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import DataError, IntegrityError, transaction

from sync.causes.sap import SapCause
from sync.errors import UnexpectedRecord
from sync.mirrors import unreadable
from sync.models import BillingDocument, OutboundDelivery, SalesOrder, Step, SyncTask
from sync.reading import Read, UnreadableRecord
from sync.told import told

Record = TypeVar("Record")
NAMES = {
    "order": told("SAP order {number}"),
    "delivery": told("Delivery {number}"),
    "billing": told("Billing document {number}"),
    "reference": told("The list of billing documents of {number}"),
}

READ_BY_BOTH_PULLS = {"order", "delivery"}  # they stop once, for the pull of deliveries


@dataclass(slots=True)
class Pulled:
    """What one pull has read, by kind and number, and what it could not read."""

    task: SyncTask
    step: Step
    read: set[tuple[str, str]] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)  # SAP orders of which something was stored
    has_new_trouble: bool = False
    unreadable: list[UnreadableRecord] = field(default_factory=list)

    def records_of(self, read: Read[Record]) -> tuple[Record, ...]:
        """Returns the readable records; ``update_tasks`` reports the others."""
        self.unreadable += read.unreadable
        return read.records

    @contextmanager
    def kept_apart(self, kind: str, number: str, orders: Iterable[str]) -> Iterator[None]:
        """Wraps the storing of one document, so that a refusal concerns only its orders."""
        orders = tuple(orders)
        try:
            with transaction.atomic():
                yield
        except (UnexpectedRecord, DataError, IntegrityError) as error:
            refusal = error if isinstance(error, UnexpectedRecord) else _refused(error)
            self.unreadable.append(UnreadableRecord(kind, number, refusal, orders=orders))
        else:
            self.read.add((kind, number))
            self.changed.update(orders)

    def update_tasks(self) -> None:
        """Raises for the task's own document.

        Call it once, after everything that can be read is stored.
        """
        documents = {(one.kind, one.number): one for one in self.unreadable}
        orders = _orders([number for kind, number in documents if kind == "order"])
        stopped = unreadable.stopped(self.step)
        if stopped:
            unreadable.close(self.step, stopped & _references(self.read - set(documents)))
        own: UnexpectedRecord | None = None
        for one in documents.values():
            step = Step.PULL_DELIVERIES if one.kind in READ_BY_BOTH_PULLS else self.step
            wanted = _task(step, one, orders.get(one.number))
            if wanted["reference"] == self.task.reference:
                own = error_for(one)
            else:
                self.has_new_trouble |= wanted["reference"] not in stopped
                unreadable.stop(wanted, error_for(one))
        if own is not None:
            raise own

    def is_unreadable(self, kind: str, number: str) -> bool:
        return any((one.kind, one.number) == (kind, number) for one in self.unreadable)

    @property
    def has_news(self) -> bool:
        return bool(self.changed) or self.has_new_trouble

    def told(self, read: str) -> str:
        """The pull's outcome: what was read, and how much of it was unreadable."""
        count = len({(one.kind, one.number) for one in self.unreadable})
        return told("{read}, {count} unreadable.", read=read, count=count) if count else f"{read}."


def _refused(error: Exception) -> UnexpectedRecord:
    said = told("the database refuses it ({name}).", name=type(error).__name__)
    return UnexpectedRecord(said, cause=SapCause.DOES_NOT_FIT)


def error_for(document: UnreadableRecord) -> UnexpectedRecord:
    name = told(NAMES[document.kind], number=document.number or told("without a number"))
    said, error = (
        told("{name} cannot be read: {message}", name=name, message=document.error.message),
        document.error,
    )
    return UnexpectedRecord(said, cause=error.cause, detail=error.detail or document.kind)


def _references(read: Iterable[tuple[str, str]]) -> set[str]:
    read = set(read)
    orders = [number for kind, number in read if kind == "order"]
    keys = SalesOrder.objects.filter(sap_sales_order_number__in=orders)
    return {
        *(_reference(kind, number) for kind, number in read),
        *(f"order:{key}" for key in keys.values_list("pk", flat=True)),
    }


def _reference(kind: str, number: str) -> str:
    return f"sap:{kind}:{number or 'unknown'}"


def _task(step: Step, document: UnreadableRecord, order: SalesOrder | None) -> dict[str, Any]:
    number = document.number
    if order is not None:
        own = f"order:{order.pk}"
        return {"step": step, "reference": own, "lock": own, **_of(order)}
    reference = _reference(document.kind, number)
    columns: dict[str, Any] = {"step": step, "reference": reference}
    columns["lock"] = f"{step}:{reference}"
    known = _orders(document.orders)
    if len(known) == 1:
        columns |= _of(next(iter(known.values())))
    if document.kind == "delivery":
        columns["delivery"] = OutboundDelivery.objects.filter(delivery_number=number).first()
    if document.kind == "billing":
        mirrors = BillingDocument.objects.filter(billing_document_number=number)
        columns["billing_document"] = mirrors.first()
    return columns


def _of(order: SalesOrder) -> dict[str, Any]:
    return {"sales_order": order, "shop": order.shop}


def _orders(numbers: Iterable[str]) -> dict[str, SalesOrder]:
    wanted = [number for number in numbers if number]
    if not wanted:
        return {}
    orders = SalesOrder.objects.filter(sap_sales_order_number__in=wanted).select_related("shop")
    return {order.sap_sales_order_number: order for order in orders}
