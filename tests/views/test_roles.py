"""What a role may not do is neither shown nor possible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from sync.models import SalesOrder, Step, StepSchedule
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, ROLES, SALES, sync_roles
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_sales_order,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)

SignIn = Callable[..., Client]

ACTIONS = {
    "/orders/1/sync/": {SALES, ADMINISTRATORS},
    "/orders/sync/": {SALES, ADMINISTRATORS},
    "/orders/sync-all/": {SALES, ADMINISTRATORS},
    "/orders/1/take-anyway/": {SALES, ADMINISTRATORS},
    "/orders/1/dry-run/": {SALES, ADMINISTRATORS},
    "/master-data/material/": {SALES, ADMINISTRATORS},
    "/master-data/carrier/": {ADMINISTRATORS},
    "/readiness/check/": {ADMINISTRATORS},
    "/deliveries/1/sync/": {LOGISTICS, ADMINISTRATORS},
    "/deliveries/sync/": {LOGISTICS, ADMINISTRATORS},
    "/deliveries/sync-all/": {LOGISTICS, ADMINISTRATORS},
    "/invoices/1/sync/": {FINANCE, ADMINISTRATORS},
    "/invoices/sync/": {FINANCE, ADMINISTRATORS},
    "/invoices/sync-all/": {FINANCE, ADMINISTRATORS},
    "/invoices/resend/": {FINANCE, ADMINISTRATORS},
    "/invoices/1/resend/": {FINANCE, ADMINISTRATORS},
    "/shop-invoices/1/resend/": {FINANCE, ADMINISTRATORS},
    "/attention/retry/": {SALES, LOGISTICS, FINANCE, ADMINISTRATORS},
    "/queue/schedules/1/": {ADMINISTRATORS},
    "/connections/test/": {ADMINISTRATORS},
    "/readiness/release/": {ADMINISTRATORS},
    "/sign-in-locks/clear/": {ADMINISTRATORS},
}
QUESTIONS = {"/orders/1/take-anyway/"}  # asked before they are posted
PAGES = ["/", "/orders/", "/deliveries/", "/invoices/", "/attention/", "/search/"]


@pytest.fixture
def documents(db: None) -> None:
    """One of each, with the key 1 the addresses above name."""
    order = an_order_in_sap(pk=1)
    a_delivery(order, pk=1)
    an_invoice(order, a_billing_document(order, pk=1), pk=1)
    StepSchedule.objects.update_or_create(pk=1, defaults={"step": Step.PUSH_ORDER})


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE, ADMINISTRATORS])
@pytest.mark.parametrize("url", ACTIONS)
@pytest.mark.usefixtures("documents")
def test_an_action_answers_403_to_roles_that_may_not(
    url: str, role: str, signed_in: SignIn
) -> None:
    response = signed_in(role).post(url)

    assert (response.status_code == 403) is (role not in ACTIONS[url])


@pytest.mark.parametrize("url", sorted(ACTIONS.keys() - QUESTIONS))
@pytest.mark.usefixtures("documents")
def test_actions_are_posted_only(url: str, signed_in: SignIn) -> None:
    assert signed_in(ADMINISTRATORS).get(url).status_code == 405


@pytest.mark.parametrize("url", PAGES)
def test_everyone_may_look_at_every_document(url: str, signed_in: SignIn) -> None:
    assert signed_in().get(url).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        *PAGES,
        "/queue/",
        "/connections/",
        "/live/orders/",
        "/trouble/",
        "/readiness/",
        "/master-data/",
    ],
)
def test_a_stranger_is_led_to_the_login(url: str, client: Client) -> None:
    response = client.get(url)

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", ["/queue/", "/connections/"])
def test_health_is_for_administrators(url: str, signed_in: SignIn) -> None:
    assert signed_in(SALES).get(url).status_code == 403
    assert signed_in(ADMINISTRATORS).get(url).status_code == 200


@pytest.mark.parametrize(
    ("url", "button", "may", "may_not"),
    [
        ("/orders/", "Sync all new orders", SALES, FINANCE),
        ("/orders/", "/orders/1/sync/", SALES, LOGISTICS),
        ("/orders/1/", "/orders/1/sync/", SALES, LOGISTICS),
        ("/deliveries/", "Sync all deliveries", LOGISTICS, SALES),
        ("/deliveries/1/", "/deliveries/1/sync/", LOGISTICS, SALES),
        ("/invoices/", "/invoices/1/resend/", FINANCE, SALES),
        ("/invoices/1/", "/invoices/1/resend/", FINANCE, LOGISTICS),
        ("/orders/1/", "/shop-invoices/1/resend/", FINANCE, SALES),
        ("/", "/queue/", ADMINISTRATORS, SALES),
    ],
)
@pytest.mark.usefixtures("documents")
def test_a_button_one_may_not_use_is_not_shown(
    url: str, button: str, may: str, may_not: str, signed_in: SignIn
) -> None:
    assert button in signed_in(may).get(url).content.decode()
    assert button not in signed_in(may_not).get(url).content.decode()


def test_take_anyway_is_shown_to_sales_only(signed_in: SignIn) -> None:
    order = a_sales_order(stage=SalesOrder.Stage.NOT_TAKEN)

    assert "Take anyway" in signed_in(SALES).get(order.get_absolute_url()).content.decode()
    assert "Take anyway" not in signed_in(FINANCE).get(order.get_absolute_url()).content.decode()


def test_retry_is_shown_to_the_team_of_the_step(signed_in: SignIn) -> None:
    a_stopped_task(Step.PUSH_ORDER, a_sales_order())

    assert "Retry all 1" in signed_in(SALES).get("/attention/").content.decode()
    assert "Retry all 1" not in signed_in(FINANCE).get("/attention/").content.decode()


def test_a_home_for_each_role_and_several_for_several(signed_in: SignIn) -> None:
    sales = signed_in(SALES).get("/").content.decode()
    both = signed_in(SALES, FINANCE).get("/").content.decode()

    assert ">Sales</h2>" in sales
    assert ">Finance</h2>" not in sales
    assert ">Sales</h2>" in both
    assert ">Finance</h2>" in both


def test_a_person_without_a_role_is_told_so(signed_in: SignIn) -> None:
    assert "You have no role yet" in signed_in().get("/").content.decode()


@pytest.mark.django_db
def test_roles_may_be_synced_again_and_again() -> None:
    sync_roles()
    sync_roles()

    for role, codenames in ROLES.items():
        permissions = Group.objects.get(name=role).permissions
        assert set(permissions.values_list("codename", flat=True)) == codenames
