"""Whatever stops, wherever it is shown: a team, a remedy, a retry, and never a page that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.causes.orders import OrderCause
from sync.causes.sap import SapCause
from sync.causes.table import CAUSES as TABLE
from sync.models import Shop, Step, SyncTask
from sync.roles import ROLES, steps_to_retry
from sync.sap.explanations import Explanation, Kind, Owner
from sync.sap.records import SapMessage
from sync.sap.refusals import SapRejected
from sync.views.causes import remedy_for
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_failure,
    a_shop,
    a_stopped_task,
    a_task,
    a_user,
    an_invoice,
    an_order_in_sap,
)
from tests.clicked import queue_clicks

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
CAUSES = [*TABLE.values()]


@pytest.mark.parametrize("step", [*Step, "of_another_version"])
def test_what_has_stopped_has_a_team_and_a_remedy(step: Step) -> None:
    for cause in CAUSES:
        remedy = remedy_for(SyncTask(step=step, **a_failure(cause)))

        assert remedy.team in {*ROLES, "Administrator"}
        assert remedy.headline
        assert remedy.advice


@pytest.mark.parametrize("step", list(Step))
def test_every_step_may_be_retried_by_an_administrator(step: Step) -> None:
    assert step in steps_to_retry(a_user("Administrators"))


@pytest.mark.parametrize("step", list(Step))
def test_the_team_that_is_named_may_retry(step: Step) -> None:
    task = a_stopped_task(step, **a_failure(SapCause.UNREADABLE, "No."))
    role = remedy_for(task).team.replace("Administrator", "Administrators")

    assert step in steps_to_retry(a_user(role))


def documents() -> Iterator[dict[str, Any]]:
    """Each set of documents a task can be about, from none to all."""
    order = an_order_in_sap()
    paper = a_billing_document(order)
    parts: list[tuple[str, Any]] = [
        ("shop", a_shop()),
        ("sales_order", order),
        ("delivery", a_delivery(order)),
        ("billing_document", paper),
        ("invoice", an_invoice(order, paper)),
    ]
    for chosen in product([False, True], repeat=len(parts)):
        yield {name: one for (name, one), taken in zip(parts, chosen, strict=True) if taken}


def everything_has_stopped() -> list[SyncTask]:
    """Each step with some of the causes, the causes and the sets of documents in turn."""
    sets, pairs = list(documents()), product([*Step, "of_another_version"], range(10))
    return [
        a_stopped_task(
            step,
            **a_failure(CAUSES[at % len(CAUSES)], "", detail=f"{at % 40}"),
            **sets[at % len(sets)],
        )
        for at, (step, _again) in enumerate(pairs)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("role", [*ROLES, ""])
def test_no_page_fails_over_what_has_stopped(role: str, signed_in: SignIn) -> None:
    tasks = everything_has_stopped()
    client = signed_in(role) if role else signed_in()
    health = ("queue", "connections") if role == "Administrators" else ()

    pages = [reverse(f"sync:{name}") for name in ("attention", "home", "orders", *health)]
    pages += [reverse("sync:task", args=[task.pk]) for task in tasks]

    assert {page: found for page in pages if (found := client.get(page).status_code) != 200} == {}


@pytest.mark.parametrize("step", list(Step))
def test_the_page_shows_each_step_with_and_without_each_document(
    step: Step, signed_in: SignIn
) -> None:
    for at, about in enumerate(documents()):
        a_stopped_task(step, **a_failure(SapCause.UNREADABLE, "No.", detail=f"{at}"), **about)

    answer = signed_in("Administrators").get(reverse("sync:attention"))

    assert answer.status_code == 200
    assert len(answer.context["groups"]) == 32


def test_a_stopped_comparison_is_retried_from_the_page(signed_in: SignIn) -> None:
    columns = a_failure(SapCause.UNREADABLE, "No.", detail="x")
    task = a_stopped_task(Step.CHECK_COMPLETENESS, shop=a_shop(), **columns)

    signed_in("Sales").post(
        reverse("sync:retry_cause"), {"cause": "sap:unreadable", "cause_key": "sap:unreadable:x"}
    )
    queue_clicks()

    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING


def test_a_task_that_moves_or_is_done_shows_as_well(signed_in: SignIn) -> None:
    shop: Shop = a_shop()
    client = signed_in("Administrators")
    for step, state in product(Step, SyncTask.State):
        task = a_task(step, shop=shop, state=state)
        assert client.get(reverse("sync:task", args=[task.pk])).status_code == 200


def test_a_group_is_headed_by_its_cause_and_tells_what_is_different(signed_in: SignIn) -> None:
    for number in ("4711", "4712"):
        a_stopped_task(**a_failure(OrderCause.TWICE, f"Order {number} is there twice."))

    page = signed_in("Sales").get(reverse("sync:attention")).content.decode()

    assert page.count(OrderCause.TWICE.headline) == 1
    assert "Order 4711 is there twice." in page
    assert "Order 4712 is there twice." in page


def test_what_happened_to_all_is_said_once(signed_in: SignIn) -> None:
    for _ in range(3):
        a_stopped_task(**a_failure(SapCause.LOGON, "SAP refused the logon."))

    page = signed_in("Administrators").get(reverse("sync:attention")).content.decode()

    assert page.count("SAP refused the logon.") == 1
    assert f'href="{reverse("sync:connections")}"' in page


def test_a_refusal_of_sap_is_headed_by_its_message_and_owned_as_it_is_explained(
    signed_in: SignIn,
) -> None:
    meaning = Explanation(Kind.BUSINESS, "Odd.", "Call Anna.", Owner.LOGISTICS)
    refusal = SapRejected(
        "Odd.",
        cause=SapCause.REFUSED,
        detail="V1 555",
        messages=[SapMessage("E", "V1", "555", "")],
        explanation=meaning,
    )

    task = a_stopped_task(Step.PUSH_ORDER, error=refusal)

    page = signed_in("Sales").get(reverse("sync:task", args=[task.pk])).content.decode()
    told = ("SAP refused: V1 555", "Call Anna.", '<span class="tag">Logistics</span>')
    assert [text for text in told if text not in page] == []
