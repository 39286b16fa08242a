"""Whoever a remedy is told to finds each control it names, on the pages that show what stopped.

Each cause is staged as its step stops for it, and read as the role that owns it. Where a remedy
sends its reader to another team, that team must have the control.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.causes.cause import Cause, Team
from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.causes.portal import PortalCause
from sync.causes.sap import SapCause
from sync.causes.table import CAUSES
from sync.errors import MappingMissing
from sync.mapping_tables import MappingTable
from sync.models import Step, SyncTask
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_dispatched_delivery,
    a_failure,
    a_sales_order,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ROLE_OF = {
    Team.SALES: SALES,
    Team.LOGISTICS: LOGISTICS,
    Team.FINANCE: FINANCE,
    Team.ADMINISTRATOR: ADMINISTRATORS,
}
# At which steps a cause stops work that is not its team's own, or not that of an order.
STOPS_AT = {
    OrderCause.MAPPING_MISSING: [Step.PUSH_ORDER, Step.PUSH_INVOICE],
    OrderCause.OTHER_ERP_NUMBER: [Step.CONFIRM_ORDER],
    PaperCause.DELIVERED_MORE: [Step.PUSH_SHIPMENT],
    PaperCause.GONE_ANYWAY: [Step.PUSH_SHIPMENT],
    PaperCause.ON_HOLD: [Step.PUSH_SHIPMENT, Step.PUSH_INVOICE],
    PaperCause.GOODS_ISSUE_REVERSED: [Step.PUSH_SHIPMENT],
    PaperCause.ITEM_WITHOUT_LINE: [Step.PUSH_SHIPMENT, Step.PUSH_INVOICE],
    SapCause.FIELD_REFUSED: [Step.PUSH_ORDER],
    PaperCause.MAIL_UNKNOWN: [Step.SEND_INVOICE],
    PaperCause.INVOICE_GONE: [Step.SEND_INVOICE],
    PortalCause.HELD: [Step.PUSH_ORDER, Step.PUSH_SHIPMENT, Step.PUSH_INVOICE],
}
OF_ANY_STEP = [Step.PUSH_ORDER, Step.PUSH_SHIPMENT, Step.PUSH_INVOICE]
AFTER_SAP = {OrderCause.ADDRESS_CHANGED, OrderCause.CHANGED, OrderCause.REFUNDED_AFTER_BILLING}
# What a remedy may name, and the address whose link or button the reader must find.
CONTROLS: dict[str, str] = {
    r"\bretry\b": "retry_task",
    r"mark (it|this) done": "mark_done",
    r"capture again": "capture_again",
    r"\btie (the web order|the order|both)": "tie_order",
    r"which line it stands for": "order",
    r"link the invoice|name the right invoice": "link_invoice",
    r"resend invoice": "resend_invoice",
    r"sync now": "orders_sync_one",
    r"look at connections": "connections",
    r"test all connections": "test_connections",
    r"release the order": "hold_order",
    r"under master data": "master_data",
    r"to the mappings|or its mapping|in the mappings": "master_data",
}
# Whether these are shown depends on step and reader, so that one cause of each stands for all.
ALIKE = {"retry_task", "mark_done", "connections", "test_connections", "master_data"}
ON_ANOTHER_PAGE = {"test_connections": "connections"}
SENT_TO = re.compile(r"(?:have|ask) (sales|logistics|finance)\b[^.;]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """One remedy, as it is told to a reader: which control, and who must have it."""

    cause: Cause
    step: Step
    control: str
    role: str

    def __str__(self) -> str:
        return f"{self.cause.code or 'unknown'}-{self.step}-{self.control}-{self.role}"


def all_told() -> Iterator[Told]:
    for cause in CAUSES.values():
        for step in steps_of(cause):
            role = ROLE_OF[cause.owner or step.facts.team]
            for words, control in CONTROLS.items():
                for found in re.finditer(words, cause.remedy, re.IGNORECASE):
                    sent = SENT_TO.search(cause.remedy[: found.start()])
                    yield Told(cause, step, control, sent[1].title() if sent else role)


def told_once() -> list[Told]:
    found: dict[object, Told] = {}
    for one in all_told():
        which = one.step if one.control in ALIKE else one.cause
        found.setdefault((which, one.step, one.control, one.role), one)
    return list(found.values())


def steps_of(cause: Cause) -> list[Step]:
    if cause in STOPS_AT:
        return STOPS_AT[cause]
    if cause.owner is None:
        return OF_ANY_STEP
    own = {Team.FINANCE: Step.PUSH_INVOICE, Team.LOGISTICS: Step.PUSH_SHIPMENT}
    is_of_orders = cause in vars(OrderCause).values()
    return [Step.PUSH_ORDER if is_of_orders else own.get(cause.owner, Step.PUSH_ORDER)]


def stopped(cause: Cause, step: Step) -> SyncTask:
    is_in_sap = step != Step.PUSH_ORDER or cause in AFTER_SAP
    order = an_order_in_sap() if is_in_sap else a_sales_order()
    about: dict[str, Any] = {}
    if step == Step.PUSH_SHIPMENT:
        about = {"delivery": a_dispatched_delivery(order)}
    elif step in {Step.PUSH_INVOICE, Step.SEND_INVOICE}:
        document = a_billing_document(order)
        about = {"billing_document": document, "invoice": an_invoice(order, document)}
    return a_stopped_task(step, order, **about, **a_failure(cause))


def address(control: str, task: SyncTask) -> str:
    name = f"sync:{control}"
    if control in {"retry_task", "mark_done", "capture_again"}:
        return reverse(name, args=[task.pk])
    if control in {"tie_order", "order", "orders_sync_one", "hold_order"}:
        return reverse(name, args=[task.sales_order_id])
    if control in {"link_invoice", "resend_invoice"}:
        return reverse(name, args=[task.billing_document_id])
    return reverse(name)


def pages(task: SyncTask) -> list[str]:
    documents = (task.sales_order, task.delivery, task.billing_document)
    of_task = [reverse("sync:task", args=[task.pk]), reverse("sync:attention")]
    return [*of_task, *(one.get_absolute_url() for one in documents if one)]


def is_found(client: Client, wanted: str, where: list[str]) -> bool:
    controls = re.compile(rf'(?:href|action|formaction)="{re.escape(wanted)}[?"]')
    return any(controls.search(client.get(page).content.decode()) for page in where)


@pytest.mark.parametrize("told", told_once(), ids=str)
def test_the_control_a_remedy_names_is_on_its_readers_pages(signed_in: SignIn, told: Told) -> None:
    task, reader = stopped(told.cause, told.step), signed_in(told.role)
    page = ON_ANOTHER_PAGE.get(told.control)

    where = [reverse(f"sync:{page}")] if page else pages(task)

    assert is_found(reader, address(told.control, task), where), told.cause.remedy


@pytest.mark.parametrize("table", list(MappingTable))
def test_who_is_to_add_an_entry_is_led_to_it(signed_in: SignIn, table: MappingTable) -> None:
    error = MappingMissing("It is missing.", table, "key")
    task = a_stopped_task(Step.PUSH_ORDER, a_sales_order(), error=error)
    assert "retry" not in error.remedy  # its team may have no such button: it goes on by itself
    reader = signed_in(ROLE_OF[table.facts.team])

    assert is_found(reader, reverse("sync:master_data"), pages(task))


def test_every_control_is_named_by_some_remedy() -> None:
    named = {one.control for one in all_told()}

    assert named == set(CONTROLS.values())
