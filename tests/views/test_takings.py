"""“I take this”: colleagues see who is at what stopped; nobody is barred, and it can be let go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.causes.sap import SapCause
from sync.jobs.taken import KEPT_FOR, forget_what_has_ended, take
from sync.models import Step, SyncTask, Taken, clock
from sync.roles import FINANCE, LOGISTICS, SALES
from tests.builders import a_failure, a_sales_order, a_stopped_task, a_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
CAUSE: dict[str, Any] = {"cause": SapCause.REFUSED.code, "cause_key": SapCause.REFUSED.code}
ATTENTION = reverse("sync:attention")


def stopped(**values: Any) -> SyncTask:
    failure = a_failure(SapCause.REFUSED, "No.")
    return a_stopped_task(Step.PUSH_ORDER, a_sales_order(), **(failure | values))


def url(name: str, task: SyncTask) -> str:
    return reverse(f"sync:{name}", args=[task.pk])


def text(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def who(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def test_colleagues_see_who_has_taken_a_document_and_on_which_pages(signed_in: SignIn) -> None:
    task, anna, ben = stopped(), signed_in(SALES), signed_in(SALES)
    pages = [ATTENTION, url("task", task)]
    assert all("I take this" in text(anna, page) for page in pages)

    anna.post(url("take_task", task))

    for page in pages:
        assert "Taken by you" in text(anna, page)
        assert url("let_go_task", task) in text(anna, page)
        assert f"Taken by {who(anna)}" in text(ben, page)
        assert "Take over" in text(ben, page)
    anna.post(url("let_go_task", task))
    assert not Taken.objects.exists()


def test_a_cause_is_taken_with_all_that_stops_for_it_later(signed_in: SignIn) -> None:
    stopped()
    anna, ben = signed_in(SALES), signed_in(SALES)
    anna.post(reverse("sync:take_cause"), CAUSE)
    stopped()

    assert f"Taken by {who(anna)}" in text(ben, ATTENTION)
    assert Taken.objects.get().task is None
    ben.post(reverse("sync:let_go_cause"), CAUSE)
    assert Taken.objects.exists()  # it is not Ben's to let go
    anna.post(reverse("sync:let_go_cause"), CAUSE)
    assert not Taken.objects.exists()


def test_of_two_who_take_at_once_the_second_is_told_and_may_take_over(signed_in: SignIn) -> None:
    task, anna, ben = stopped(), signed_in(SALES), signed_in(SALES)
    anna.post(url("take_task", task))

    answer = ben.post(url("take_task", task), follow=True)
    assert f"{who(anna)} has taken this already" in answer.content.decode()
    assert Taken.objects.get().taken_by == who(anna)

    ben.post(url("take_task", task), {"instead_of": who(anna).pk})
    assert Taken.objects.get().taken_by == who(ben)


def test_another_team_sees_it_and_has_no_control(signed_in: SignIn) -> None:
    task, logistics = stopped(), signed_in(LOGISTICS)
    take(a_user(), task=task)
    take(a_user(), **CAUSE)

    told = text(logistics, ATTENTION)

    assert told.count("Taken by person") == 2
    assert url("take_task", task) not in told
    assert logistics.post(url("take_task", task)).status_code == 403
    assert logistics.post(url("let_go_task", task)).status_code == 403
    answer = logistics.post(reverse("sync:take_cause"), CAUSE, follow=True)
    assert "Nothing you could act on" in answer.content.decode()
    assert signed_in().post(reverse("sync:take_cause"), CAUSE).status_code == 403
    assert Taken.objects.count() == 2


def test_what_has_not_stopped_is_not_taken(signed_in: SignIn) -> None:
    task = stopped(state=SyncTask.State.DONE)

    answer = signed_in(SALES).post(url("take_task", task), follow=True)

    assert "has not stopped any more" in answer.content.decode()
    assert not Taken.objects.exists()


def test_what_has_ended_is_forgotten_and_what_is_tried_again_is_not() -> None:
    done, again, open_task = stopped(), stopped(), stopped()
    for task in (done, again, open_task):
        take(a_user(), task=task)
    take(a_user(), **CAUSE)
    take(a_user(), cause="gone", cause_key="gone")
    take(a_user(), cause="just gone", cause_key="just gone")
    SyncTask.objects.filter(pk=done.pk).update(state=SyncTask.State.DONE)
    SyncTask.objects.filter(pk=again.pk).update(state=SyncTask.State.WAITING)
    long_ago = clock.now() - KEPT_FOR - timedelta(seconds=1)
    Taken.objects.exclude(cause="just gone").update(taken_at=long_ago)

    assert forget_what_has_ended() == 2

    left = Taken.objects.values_list("task", "cause")
    assert set(left) == {
        (again.pk, ""), (open_task.pk, ""), (None, CAUSE["cause"]), (None, "just gone"),
    }  # fmt: skip
    assert forget_what_has_ended() == 0


def test_needs_attention_costs_the_same_for_one_taken_and_for_many(signed_in: SignIn) -> None:
    client = signed_in(FINANCE)
    tasks = [stopped() for _ in range(20)]

    def queries() -> int:
        client.get(ATTENTION)
        with CaptureQueriesContext(connection) as made:
            client.get(ATTENTION)
        return len(made)

    take(a_user(), task=tasks[0])
    for_one = queries()
    for task in tasks[1:]:
        take(a_user(), task=task)

    assert queries() == for_one
