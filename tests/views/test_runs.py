"""Sync now before, during and after: what is said, who sees it, who may cancel it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from sync.jobs.run_results import keep_results
from sync.models import Click, SalesOrder, SyncTask
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_sales_order,
    a_stopped_task,
    a_task,
    an_invoice,
    an_order_in_sap,
)
from tests.clicked import queue_clicks

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
State = SyncTask.State
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def text(client: Client, url: str) -> str:
    return html.unescape(client.get(url).content.decode())


def clicked(client: Client, orders: list[SalesOrder]) -> Click:
    client.post("/orders/sync/", {"selected": [one.pk for one in orders]})
    queue_clicks()
    return Click.objects.latest("pk")


def end(order: SalesOrder, state: str = State.DONE) -> None:
    order.tasks.update(state=state, finished_at=timezone.now(), attempts=1)
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number=f"{order.pk:010}", sap_read_at=timezone.now()
    )


# ---- before
def test_p1_19_what_sync_now_will_do_is_said_before(signed_in: SignIn) -> None:
    for _ in range(4):
        a_sales_order()
    a_stopped_task(order=a_sales_order())
    a_task(order=a_sales_order())

    said = text(signed_in(SALES), "/orders/preview/")

    assert "Will send 4 new orders to SAP, and look into the shop for new ones." in said
    assert re.search(r"1 is blocked because of “[^”]+”\.", said)


def test_what_will_be_done_with_the_ticked_orders_is_said_before(signed_in: SignIn) -> None:
    orders = [a_sales_order(), a_sales_order(), an_order_in_sap(stage="in_sap")]
    orders += [a_sales_order(stage="not_taken"), a_sales_order(stage="canceled")]
    a_stopped_task(order=orders[0])
    chosen = {"selected": [one.pk for one in orders]}

    answer = signed_in(SALES).post("/orders/preview/", chosen, headers={"HX-Request": "true"})

    said = html.unescape(answer.content.decode())
    assert said.startswith("Will send 1 new order to SAP. 1 order is in SAP: read again,")
    assert re.search(r"1 is blocked because of “[^”]+”, and is tried again\.", said)
    assert said.strip().endswith(
        "1 kept out by a rule: looked at again. 1 cancelled: nothing to do."
    )
    assert not SyncTask.objects.exclude(state=State.NEEDS_ATTENTION).exists()


def test_who_may_not_sync_orders_is_told_nothing_of_it(signed_in: SignIn) -> None:
    assert signed_in(FINANCE).get("/orders/preview/").status_code == 403
    assert "/orders/preview/" not in text(signed_in(FINANCE), "/orders/")


# ---- during
def test_a_strip_moves_as_its_run_does(signed_in: SignIn) -> None:
    orders, client = [a_sales_order(), a_sales_order()], signed_in(SALES)
    clicked(client, orders)
    page = text(client, "/orders/")
    asks = re.search(r'id="runs" [^>]*hx-get="([^"]+)"', page)
    assert asks is not None
    assert 'max="2" value="0"' in page

    assert client.get(asks[1]).status_code == 204
    end(orders[0])
    assert "1 of 2 finished" in text(client, asks[1])


def test_what_has_not_begun_is_cancelled_by_whoever_may_ask_for_it(signed_in: SignIn) -> None:
    orders = [a_sales_order(), a_sales_order()]
    click = clicked(signed_in(SALES), orders)
    address = f"/runs/{click.pk}/cancel/"

    assert "Cancel what has not begun" not in text(signed_in(LOGISTICS), "/orders/")
    assert signed_in(LOGISTICS).post(address).status_code == 403
    told = signed_in(ADMINISTRATORS).post(address, follow=True).content.decode()

    assert "What has not begun stays undone" in told
    assert "2 cancelled before they began" in told
    assert set(SyncTask.objects.exclude(sales_order=None).values_list("state", flat=True)) == {
        State.CANCELLED
    }
    again = signed_in(SALES).post(address, follow=True).content.decode()
    assert "Nothing was left to cancel." in again


# ---- after
def test_a_result_stays_until_its_asker_has_read_it(signed_in: SignIn) -> None:
    orders, client = [a_sales_order() for _ in range(14)], signed_in(SALES)
    click = clicked(client, orders)
    for order in orders:
        end(order)
    end(orders[0], State.NEEDS_ATTENTION)
    keep_results()
    result = "Sync now, 14 orders: 13 in SAP, 1 stopped."
    Click.objects.update(ended_at=timezone.now() - timedelta(days=1))

    assert result in text(client, "/orders/")
    assert result not in text(signed_in(SALES), "/orders/")
    signed_in(SALES).post(f"/runs/{click.pk}/read/")
    assert result in text(client, "/")
    page = client.post(f"/runs/{click.pk}/read/", {"show": ""}, follow=True).content.decode()

    assert orders[0].increment_id in page
    assert orders[1].increment_id not in page
    assert result not in text(client, "/orders/")


# ---- asked first, in a dialog or on a page
@pytest.mark.parametrize("headers", [{}, IN_DIALOG])
def test_what_a_customer_notices_is_asked_with_its_consequence(
    signed_in: SignIn, headers: dict[str, str]
) -> None:
    client, order = signed_in(SALES), a_sales_order(stage="not_taken", not_taken_reason="unpaid")

    page = client.get(f"/orders/{order.pk}/take-anyway/", headers=headers).content.decode()

    assert 'id="question"' in page
    assert "What happens then" in page
    assert ("<nav" in page) == (not headers)


def test_a_dialog_is_told_where_to_go_and_the_message_waits_there(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    document = a_billing_document(order)
    an_invoice(order, document)
    client = signed_in(FINANCE)

    answer = client.post(f"/invoices/{document.pk}/resend/", headers=IN_DIALOG)

    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/invoices/")
    assert "Resend invoice: 1 queued." in text(client, "/invoices/")
