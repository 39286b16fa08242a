"""Who may hold does so on a page that says what follows; all see who held it, and why."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.causes.portal import PortalCause
from sync.jobs import order_holds
from sync.models import OrderHold, SalesOrder, Step, clock
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_failure,
    a_sales_order,
    a_task,
    a_user,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
WHY = {"reason": "Unpaid bills"}


def url(name: str, key: int) -> str:
    return reverse(f"sync:{name}", args=[key])


def text(client: Client, address: str) -> str:
    return unescape(client.get(address).content.decode())


def held(order: SalesOrder, *, customer: bool = False) -> OrderHold:
    wanted = OrderHold.of_customer(order) if customer else OrderHold.of_order(order)
    assert order_holds.hold(wanted, a_user(), "Unpaid bills")
    return wanted


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE, ADMINISTRATORS])
@pytest.mark.parametrize("name", ["hold_order", "hold_customer"])
def test_a_team_holds_and_releases_and_both_are_told_with_who_when_and_why(
    signed_in: SignIn, role: str, name: str
) -> None:
    order, client = a_sales_order(), signed_in(role)
    page = order.get_absolute_url()
    assert url(name, order.pk) in text(client, page)
    assert "Nothing new is written to SAP or the shop" in text(client, url(name, order.pk))

    assert client.post(url(name, order.pk), WHY).status_code == 302

    hold = OrderHold.objects.get()
    told = text(client, page)
    assert f"{hold.subject} {'are' if hold.is_of_customer else 'is'} held" in told
    assert f"held by {hold.held_by_name}: Unpaid bills" in told
    assert "Unpaid bills" in told
    assert url(name, order.pk) not in told
    assert url("release_hold", hold.pk) in told

    released = client.post(url("release_hold", hold.pk), {"reason": "All paid"})
    assert released.status_code == 302
    told = text(client, page)
    assert f"Released by {hold.held_by_name}," in told
    assert "All paid" in told
    assert url(name, order.pk) in told


def test_who_may_not_hold_sees_the_hold_and_no_control(signed_in: SignIn) -> None:
    order, reader = a_sales_order(), signed_in()
    hold = held(order)

    told = text(reader, order.get_absolute_url())

    assert "is held" in told
    assert "Unpaid bills" in told
    for name, key in (
        ("hold_order", order.pk), ("hold_customer", order.pk), ("release_hold", hold.pk),
    ):  # fmt: skip
        assert url(name, key) not in told
        assert reader.get(url(name, key)).status_code == 403
        assert reader.post(url(name, key), WHY).status_code == 403
    assert hold.stands
    assert OrderHold.objects.count() == 1


def test_without_a_reason_nothing_is_held(signed_in: SignIn) -> None:
    answer = signed_in(SALES).post(url("hold_order", a_sales_order().pk), {"reason": " "})

    assert answer.status_code == 400
    assert not OrderHold.objects.exists()


def test_what_somebody_else_has_held_or_released_is_told(signed_in: SignIn) -> None:
    order, client = a_sales_order(), signed_in(SALES)
    hold = held(order)

    again = client.post(url("hold_order", order.pk), WHY, follow=True)
    assert "held already: somebody else was faster" in again.content.decode()
    order_holds.release(hold, a_user(), "Paid")
    again = client.post(url("release_hold", hold.pk), WHY, follow=True)
    assert "released already: somebody else was faster" in again.content.decode()


def test_the_question_counts_the_orders_of_the_customer_and_the_work_that_waits(
    signed_in: SignIn,
) -> None:
    orders = [a_sales_order(customer_email="big@example.com") for _ in range(3)]
    a_sales_order(customer_email="big@example.com", stage=SalesOrder.Stage.COMPLETE)
    client = signed_in(FINANCE)
    assert "All 3 orders that are not complete" in text(client, url("hold_customer", orders[0].pk))
    hold = held(orders[0], customer=True)
    for order in orders[1:]:
        a_task(Step.PUSH_ORDER, order, **a_failure(PortalCause.HELD))

    question = text(client, url("release_hold", hold.pk))

    assert "2 pieces of work wait for it and go on at once." in question
    assert "Held by" in question


def test_a_customer_nobody_can_tell_from_others_is_not_held(signed_in: SignIn) -> None:
    order = a_sales_order(customer_email="", magento_customer_id=None)

    answer = signed_in(SALES).post(url("hold_customer", order.pk), WHY, follow=True)

    assert "neither an e-mail address nor a number" in answer.content.decode()
    assert not OrderHold.objects.exists()


def test_every_document_of_a_held_order_says_so(signed_in: SignIn) -> None:
    order, client = an_order_in_sap(), signed_in(LOGISTICS)
    pages = [one.get_absolute_url() for one in (a_delivery(order), a_billing_document(order))]
    held(order)

    for page in [*pages, order.get_absolute_url()]:
        assert f"Order {order} is held" in text(client, page)
    assert f"Order {order}" in text(client, reverse("sync:attention"))


def test_work_that_waits_for_a_release_says_so_and_names_no_next_try(signed_in: SignIn) -> None:
    order, client = a_sales_order(), signed_in(ADMINISTRATORS)
    failure = a_failure(PortalCause.HELD, "Order 1 is held by anna: Unpaid bills")
    later = clock.now() + order_holds.LOOK_AGAIN_AFTER
    task = a_task(Step.PUSH_ORDER, order, not_before=later, **failure)

    for page in (order.get_absolute_url(), url("task", task.pk), reverse("sync:queue"), "/orders/"):
        told = text(client, page)
        assert "is held by anna" in told
        assert "next try" not in told.lower()


def test_pages_cost_the_same_for_one_hold_and_for_many(signed_in: SignIn) -> None:
    client, orders = signed_in(SALES), [an_order_in_sap() for _ in range(20)]
    delivery = a_delivery(*orders)
    pages = [orders[0].get_absolute_url(), delivery.get_absolute_url(), reverse("sync:attention")]

    def queries() -> list[int]:
        counts = []
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as made:
                client.get(page)
            counts.append(len(made))
        return counts

    held(orders[0])
    for_one = queries()
    for order in orders[1:]:
        held(order)
        held(order, customer=True)

    assert queries() == for_one
