"""A fresh production installation sends nothing by itself before a person has released it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from sync.jobs import clicks, holds, release, schedule, work
from sync.jobs.ask import ask
from sync.jobs.run import ask_follow_ups
from sync.models import DryRun, ReadinessFinding, Release, Shop, Step, StepSchedule, SyncTask
from sync.models.steps import WRITES
from sync.roles import ADMINISTRATORS, FINANCE
from tests.builders import a_done_task, a_sales_order, a_shop, a_user, an_order_in_sap
from tests.clicked import carried_out

SignIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh(settings: Any) -> None:
    """Production, before anybody has released it."""
    settings.NEEDS_RELEASE = True
    schedule.create_missing_schedules()


def everything_ready() -> Shop:
    """Checked, bounded and tried."""
    shop = a_shop(orders_from=timezone.now())
    for area in ("portal", "sap", f"magento:{shop.code}"):
        ReadinessFinding.objects.create(area=area, name="All", state="green")
    DryRun.objects.create(sales_order=a_sales_order(shop=shop), verdict=DryRun.Verdict.ACCEPTED)
    return shop


def steps() -> set[str]:
    """Of all tasks there are."""
    return set(SyncTask.objects.values_list("step", flat=True))


@pytest.mark.usefixtures("fresh")
def test_a_schedule_fetches_and_sends_nothing() -> None:
    a_sales_order()
    an_order_in_sap()

    schedule.tick()

    assert {Step.PULL_ORDERS, Step.PULL_DELIVERIES, Step.PULL_BILLING} <= steps()
    assert steps().isdisjoint(WRITES)


@pytest.mark.usefixtures("fresh")
def test_a_fetch_of_everything_is_followed_by_nothing_that_sends() -> None:
    order = a_sales_order()
    for person in (None, a_user()):
        fetch = a_done_task(Step.PULL_ORDERS, order, asked_by=person, sales_order=None)
        ask_follow_ups(fetch)

    assert steps() == {Step.PULL_ORDERS}


@pytest.mark.usefixtures("fresh")
def test_sync_all_fetches_only() -> None:
    a_sales_order()

    clicked = clicks.sync_all_new_orders(a_user("Sales"))

    assert release.HELD in clicked.message
    assert carried_out(clicked).endswith(release.HELD)
    assert steps() == {Step.PULL_ORDERS, Step.TAKE_UP_CLICK}


@pytest.mark.usefixtures("fresh")
def test_a_person_may_sync_one_order_and_what_follows_from_it() -> None:
    order, person = a_sales_order(), a_user()
    task = clicks.sync_orders([order], person).tasks[0]

    assert (task.step, holds.held_back(task)) == (Step.PUSH_ORDER, None)

    confirmed = a_done_task(Step.PUSH_ORDER, an_order_in_sap(), asked_by=person)
    ask_follow_ups(confirmed)
    assert Step.CONFIRM_ORDER in steps()


@pytest.mark.usefixtures("fresh")
def test_what_already_waited_goes_on_once_it_is_released() -> None:
    asked = ask(work.push_order(a_sales_order()), origin=SyncTask.Origin.SCHEDULE).task
    hold = holds.held_back(asked)
    assert hold is not None
    assert hold.failure["error_message"] == release.HELD
    asked.not_before = timezone.now() + timedelta(hours=1)
    asked.cause = hold.failure["cause"]
    asked.save()

    Release.objects.create()

    assert holds.wake_forgotten() == 1
    assert holds.held_back(asked) is None


@pytest.mark.usefixtures("fresh")
def test_it_is_released_once_all_is_ready_and_by_whom(signed_in: SignIn) -> None:
    everything_ready()
    client = signed_in(ADMINISTRATORS)
    assert "Release: send by itself" in client.get("/readiness/").content.decode()

    client.post("/readiness/release/")

    assert Release.objects.get().released_by is not None
    assert not release.is_held()
    assert "Release: send" not in client.get("/readiness/").content.decode()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda: Shop.objects.update(orders_from=None), "has no “orders from”"),
        (lambda: Shop.objects.update(is_active=False), "No shop is switched on"),
        (lambda: ReadinessFinding.objects.filter(area="sap").update(state="red"), "is red"),
        (lambda: ReadinessFinding.objects.filter(area="sap").delete(), "Not checked"),
        (
            lambda: ReadinessFinding.objects.update(checked_at=timezone.now() - timedelta(days=2)),
            "Not checked",
        ),
        (lambda: DryRun.objects.update(verdict=DryRun.Verdict.REFUSED), "No order has been tried"),
    ],
)
@pytest.mark.usefixtures("fresh")
def test_it_is_not_released_before_and_says_why(
    spoil: Callable[[], Any], told: str, signed_in: SignIn
) -> None:
    everything_ready()
    spoil()
    client = signed_in(ADMINISTRATORS)

    page = client.get("/readiness/").content.decode()
    client.post("/readiness/release/")

    assert told in page
    assert "Release: send by itself" not in page
    assert release.is_held()


@pytest.mark.usefixtures("fresh")
def test_everybody_is_told_that_nothing_is_sent_by_itself(signed_in: SignIn) -> None:
    assert "An administrator must release" in signed_in(FINANCE).get("/trouble/").content.decode()
    assert "/readiness/" in signed_in(ADMINISTRATORS).get("/trouble/").content.decode()


def test_an_installation_with_orders_in_sap_counts_as_released() -> None:
    migration = import_module("sync.migrations.0017_release")
    migration.release_what_already_sends(apps, None)
    assert not Release.objects.exists()
    an_order_in_sap()

    migration.release_what_already_sends(apps, None)

    assert Release.objects.exists()


def test_demo_and_tests_need_no_release(settings: Any) -> None:
    a_sales_order()
    StepSchedule.objects.create(step=Step.PUSH_ORDER)

    schedule.tick()

    assert steps() == {Step.PUSH_ORDER}
