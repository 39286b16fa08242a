"""Who may end stopped work does so on a page that names the consequence, and may take it back."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import Decision, Step, SyncTask
from sync.views.marked_done import CONSEQUENCES, OTHERWISE
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_sales_order,
    a_shop,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ROLE_OF = {"Administrator": "Administrators"}
WHY = {"reason": "Agreed with the customer"}


def stopped(step: Step) -> SyncTask:
    """Stopped work of a step, about what such work is about."""
    if step in {Step.PULL_ORDERS, Step.CHECK_COMPLETENESS, Step.TRY_CONNECTION,
                Step.CHECK_READINESS}:  # fmt: skip
        return a_stopped_task(step, shop=a_shop())
    order = an_order_in_sap()
    about: dict[str, Any] = {}
    if step == Step.PUSH_SHIPMENT:
        about = {"delivery": a_delivery(order, goods_movement_status="C")}
    elif step in {Step.PUSH_INVOICE, Step.SEND_INVOICE}:
        document = a_billing_document(order)
        about = {"billing_document": document}
        if step == Step.SEND_INVOICE:
            about["invoice"] = an_invoice(order, document)
    return a_stopped_task(step, order, **about)


def page(task: SyncTask, name: str = "mark_done") -> str:
    return reverse(f"sync:{name}", args=[task.pk])


@pytest.mark.parametrize("step", list(Step))
def test_every_stopped_step_is_marked_done_by_its_team_and_opened_again(
    signed_in: SignIn, step: Step
) -> None:
    task = stopped(step)
    team = signed_in(ROLE_OF.get(step.facts.team, step.facts.team))
    assert page(task) in team.get(page(task, "task")).content.decode()
    assert page(task) in team.get(reverse("sync:attention")).content.decode()
    asked = unescape(team.get(page(task)).content.decode())
    assert CONSEQUENCES.get(step, OTHERWISE)[-30:] in asked

    assert team.post(page(task), WHY).status_code == 302

    task.refresh_from_db()
    assert task.state == SyncTask.State.DONE
    told = team.get(page(task, "task")).content.decode()
    kept = Decision.objects.get()
    assert f"Marked done by {kept.decided_by_name}: {WHY['reason']}" in told
    assert page(task, "reopen_task") in told
    assert page(task) not in told

    assert team.get(page(task, "reopen_task")).status_code == 200
    assert team.post(page(task, "reopen_task"), {"reason": "Too early"}).status_code == 302
    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING
    told = team.get(page(task, "task")).content.decode()
    assert "Too early" in told
    assert WHY["reason"] in told


@pytest.mark.parametrize("step", list(Step))
def test_another_desk_sees_no_such_control_and_may_not(signed_in: SignIn, step: Step) -> None:
    task = stopped(step)
    other = signed_in("Logistics" if step.facts.team != "Logistics" else "Finance")

    assert page(task) not in other.get(page(task, "task")).content.decode()
    assert page(task) not in other.get(reverse("sync:attention")).content.decode()
    assert other.get(page(task)).status_code == 403
    assert other.post(page(task), WHY).status_code == 403
    assert signed_in().post(page(task), WHY).status_code == 403
    assert not Decision.objects.exists()


def test_without_a_reason_nothing_is_marked_done(signed_in: SignIn) -> None:
    task = stopped(Step.PUSH_SHIPMENT)

    answer = signed_in("Logistics").post(page(task), {"reason": " "})

    assert answer.status_code == 400
    assert "Please give a reason" in answer.content.decode()
    task.refresh_from_db()
    assert task.state == SyncTask.State.NEEDS_ATTENTION


def test_what_somebody_else_has_ended_is_told(signed_in: SignIn) -> None:
    task, logistics = stopped(Step.PUSH_SHIPMENT), signed_in("Logistics")
    logistics.post(page(task), WHY)

    answer = logistics.post(page(task), {"reason": "Me too"}, follow=True)

    assert "somebody else was faster" in answer.content.decode()
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("step", [Step.PUSH_SHIPMENT, Step.PUSH_INVOICE])
def test_a_number_puts_the_work_back_to_be_read_in_the_shop(signed_in: SignIn, step: Step) -> None:
    task, team = stopped(step), signed_in(step.facts.team)
    asked = team.get(page(task)).content.decode()
    assert "of the shop, if there is one" in asked
    document = task.delivery or task.billing_document
    assert document is not None
    assert f"{document}: {document.lines.get()}" in asked

    answer = team.post(page(task), {**WHY, "number": " 000000042 "}, follow=True)

    assert "The shop is asked for 000000042" in answer.content.decode()
    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING
    assert not Decision.objects.exists()  # nothing is believed before the shop was read


def test_an_order_is_tied_to_the_sap_order_of_the_number(signed_in: SignIn) -> None:
    order, other = a_sales_order(), an_order_in_sap()
    task, sales = a_stopped_task(Step.PUSH_ORDER, order), signed_in("Sales")
    assert "SAP order number" in sales.get(page(task)).content.decode()

    taken = sales.post(page(task), {**WHY, "number": other.sap_sales_order_number})
    assert taken.status_code == 400
    assert f"is already that of web order {other}" in taken.content.decode()

    sales.post(page(task), {**WHY, "number": "5009998"})
    kept = Decision.objects.get()
    assert (kept.kind, kept.number) == (Decision.Kind.SAP_ORDER_LINKED, "0005009998")
    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING


def test_what_is_no_invoice_any_more_takes_no_number(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    cancelled = a_billing_document(order, is_cancelled=True)
    task = a_stopped_task(Step.PUSH_INVOICE, order, billing_document=cancelled)
    finance = signed_in("Finance")

    assert "if there is one" not in finance.get(page(task)).content.decode()
    finance.post(page(task), {**WHY, "number": "000000042"})

    task.refresh_from_db()
    assert task.state == SyncTask.State.DONE


def test_the_document_tells_who_has_ended_it_and_when(signed_in: SignIn) -> None:
    task, logistics = stopped(Step.PUSH_SHIPMENT), signed_in("Logistics")
    assert task.delivery is not None
    assert page(task) in logistics.get(task.delivery.get_absolute_url()).content.decode()

    logistics.post(page(task), WHY)

    told = logistics.get(task.delivery.get_absolute_url()).content.decode()
    kept = Decision.objects.get()
    assert f"Marked done by {kept.decided_by_name}" in told
    assert WHY["reason"] in told
