"""Whatever stops, wherever it is shown: a team, a remedy, a retry, and never a page that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync import errors
from sync.errors import SyncError
from sync.jobs.failures import PORTAL_FAULT
from sync.models import Shop, Step, SyncTask
from sync.roles import ROLES
from sync.views.causes import remedy_for
from sync.views.people import steps_to_retry
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_shop,
    a_stopped_task,
    a_task,
    a_user,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ERRORS = [
    *(name for name, kind in vars(errors).items() if isinstance(kind, type)
      and issubclass(kind, SyncError) and kind is not SyncError),
    PORTAL_FAULT,
    "OfAnotherVersion",
    "",
]  # fmt: skip
KEYS = ["", "x", "mapping:", "mapping:carrier:DHL", "mapping:unheard of:x:y", "sap:V1 042:Anna"]


@pytest.mark.parametrize("error_class", ERRORS)
@pytest.mark.parametrize("step", [*Step, "of_another_version"])
def test_what_has_stopped_has_a_team_and_a_remedy(step: Step, error_class: str) -> None:
    for key in KEYS:
        task = a_stopped_task(step, shop=a_shop(), error_class=error_class, cause_key=key)
        remedy = remedy_for(task)

        assert remedy.team in {*ROLES, "Administrator"}
        assert remedy.advice


@pytest.mark.parametrize("step", list(Step))
def test_every_step_may_be_retried_by_an_administrator(step: Step) -> None:
    assert step in steps_to_retry(a_user("Administrators"))


@pytest.mark.parametrize("step", list(Step))
def test_the_team_that_is_named_may_retry(step: Step) -> None:
    task = a_stopped_task(step, error_class="UnexpectedRecord", cause_key="x")
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
    """Each step with each error, and the sets of documents in turn."""
    sets = list(documents())
    pairs = product([*Step, "of_another_version"], ERRORS)
    return [
        a_stopped_task(
            step,
            error_class=error_class,
            error_message="",
            cause_key=KEYS[at % len(KEYS)] and f"{KEYS[at % len(KEYS)]}:{at % 40}",
            **sets[at % len(sets)],
        )
        for at, (step, error_class) in enumerate(pairs)
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
        a_stopped_task(step, error_class="UnexpectedRecord", cause_key=f"k{at}", **about)

    answer = signed_in("Administrators").get(reverse("sync:attention"))

    assert answer.status_code == 200
    assert len(answer.context["causes"]) == 32


def test_a_stopped_comparison_is_retried_from_the_page(signed_in: SignIn) -> None:
    task = a_stopped_task(
        Step.CHECK_COMPLETENESS, shop=a_shop(), error_class="UnexpectedRecord", cause_key="sap:x"
    )

    signed_in("Sales").post(
        reverse("sync:retry_cause"), {"cause_key": "sap:x", "error_class": "UnexpectedRecord"}
    )

    task.refresh_from_db()
    assert task.state == SyncTask.State.WAITING


def test_a_task_that_moves_or_is_done_shows_as_well(signed_in: SignIn) -> None:
    shop: Shop = a_shop()
    client = signed_in("Administrators")
    for step, state in product(Step, SyncTask.State):
        task = a_task(step, shop=shop, state=state)
        assert client.get(reverse("sync:task", args=[task.pk])).status_code == 200
