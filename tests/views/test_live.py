"""Rows and pages that follow their tasks without being reloaded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from sync.models import Step, SyncTask
from sync.roles import ADMINISTRATORS, LOGISTICS, SALES
from sync.tables.live import row_token
from tests.builders import (
    a_delivery,
    a_done_task,
    a_sales_order,
    a_shop,
    a_stopped_task,
    a_task,
    an_order_in_sap,
)

SignIn = Callable[..., Client]
HTMX = {"HX-Request": "true"}


def test_a_list_with_a_moving_row_looks_again(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)

    page = signed_in(SALES).get("/orders/").content.decode()

    assert 'hx-trigger="every 2s"' in page
    assert f'name="live" value="{row_token(order.pk, task)}"' in page


def test_a_list_where_nothing_moves_asks_nothing(signed_in: SignIn) -> None:
    a_done_task(Step.PUSH_ORDER, a_sales_order())
    a_stopped_task(Step.PUSH_ORDER, a_sales_order())

    page = signed_in(SALES).get("/orders/").content.decode()

    assert "every 2s" not in page
    assert 'name="live"' not in page


def test_an_unchanged_row_is_not_drawn_again(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)

    response = signed_in(SALES).get("/live/orders/", {"live": row_token(order.pk, task)})

    assert response.status_code == 204


def test_a_row_that_has_settled_stops_the_asking(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_done_task(Step.PUSH_ORDER, order)

    response = signed_in(SALES).get("/live/orders/", {"live": row_token(order.pk, task)})

    assert response.status_code == 200
    assert "hx-trigger" not in response.content.decode()


def test_a_row_whose_task_began_to_run_is_drawn_again(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)
    seen = row_token(order.pk, task)
    SyncTask.objects.filter(pk=task.pk).update(state=SyncTask.State.RUNNING, attempts=1)

    fragment = signed_in(SALES).get("/live/orders/", {"live": seen}).content.decode()

    assert f'id="orders-{order.pk}"' in fragment
    assert 'hx-swap-oob="true"' in fragment
    assert "Running" in fragment
    assert 'hx-trigger="every 2s"' in fragment


def test_a_finished_row_is_drawn_whole_and_the_page_stops_asking(signed_in: SignIn) -> None:
    order = an_order_in_sap("0000004711")
    task = a_task(Step.PUSH_ORDER, order)
    seen = row_token(order.pk, task)
    SyncTask.objects.filter(pk=task.pk).update(
        state=SyncTask.State.NEEDS_ATTENTION, error_message="SAP said no."
    )

    fragment = signed_in(SALES).get("/live/orders/", {"live": seen}).content.decode()

    assert "0000004711" in fragment
    assert "SAP said no." in fragment
    assert "hx-trigger" not in fragment


def test_a_finished_fetch_draws_the_whole_list_again(signed_in: SignIn) -> None:
    task = a_task(Step.PULL_ORDERS, shop=a_shop())

    response = signed_in(SALES).get("/live/orders/", {"fetches": f"{task.pk}r1"})

    assert response.status_code == 204
    assert "list-changed" in response["HX-Trigger"]


def test_a_delivery_follows_the_fetch_of_its_order(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_delivery(order)
    a_task(Step.PULL_DELIVERIES, order)

    page = signed_in(LOGISTICS).get("/deliveries/").content.decode()

    assert "Fetch deliveries" in page
    assert 'name="live"' in page


def test_nonsense_from_outside_is_ignored(signed_in: SignIn) -> None:
    response = signed_in(SALES).get("/live/orders/", {"live": ["x", "9" * 40, "1; drop"]})

    assert response.status_code == 200


def test_the_page_of_a_document_that_is_gone_leads_to_the_list(signed_in: SignIn) -> None:
    client = signed_in(LOGISTICS)
    delivery = a_delivery(an_order_in_sap())
    address = f"/live/deliveries/{delivery.pk}/"
    delivery.lines.all().delete()
    delivery.delete()

    followed = client.get(address, headers=HTMX)

    assert followed["HX-Redirect"] == "/deliveries/"
    assert "was deleted in SAP" in client.get("/deliveries/").content.decode()
    assert client.get(address).status_code == 404


def test_there_is_no_live_list_of_an_unknown_kind(signed_in: SignIn) -> None:
    assert signed_in(SALES).get("/live/secrets/").status_code == 404


def test_an_orders_page_is_told_when_its_tasks_have_moved(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)
    client = signed_in(SALES)

    same = client.get(f"/live/orders/{order.pk}/", {"seen": f"{task.pk}w0"})
    moved = client.get(f"/live/orders/{order.pk}/", {"seen": f"{task.pk}r1"})

    assert "HX-Trigger" not in same
    assert "page-changed" in moved["HX-Trigger"]


def test_without_redis_the_page_says_that_work_waits(signed_in: SignIn) -> None:
    banner = signed_in(SALES).get("/trouble/").content.decode()

    assert "The queue cannot be reached." in banner
    assert "recorded and waits" in banner


def test_the_queue_page_shows_what_runs(signed_in: SignIn) -> None:
    order = a_sales_order()
    now = timezone.now()
    a_task(Step.PUSH_ORDER, order, state=SyncTask.State.RUNNING, started_at=now)

    page = signed_in(ADMINISTRATORS).get("/queue/").content.decode()

    assert order.increment_id in page
    assert "No worker has reported" in page


# ---- how often
@pytest.mark.parametrize("page", ["/orders/", "/orders/{}/"])
def test_just_after_a_click_a_page_asks_twice_a_second_and_then_calmly(
    signed_in: SignIn, page: str
) -> None:
    order = a_sales_order()
    client, page = signed_in(SALES), page.format(order.pk)
    client.post(f"/orders/{order.pk}/sync/")
    assert client.cookies["clicked"]["max-age"] == 10

    quick = client.get(page).content.decode()
    del client.cookies["clicked"]  # ten seconds later
    calm = client.get(page).content.decode()

    assert 'hx-trigger="every 500ms"' in quick
    assert 'hx-trigger="every 2s"' in calm


def test_a_list_that_asks_too_often_is_calmed(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)
    client, seen = signed_in(SALES), {"live": row_token(order.pk, task)}

    calmed = client.get("/live/orders/", {**seen, "pace": "500ms"})
    calm = client.get("/live/orders/", {**seen, "pace": "2s"})

    assert 'hx-trigger="every 2s"' in calmed.content.decode()
    assert f'id="orders-{order.pk}"' not in calmed.content.decode()
    assert calm.status_code == 204


def test_an_order_s_page_that_asks_too_often_is_calmed(signed_in: SignIn) -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)
    client, seen = signed_in(SALES), {"seen": f"{task.pk}w0"}

    calmed = client.get(f"/live/orders/{order.pk}/", {**seen, "pace": "500ms"})
    calm = client.get(f"/live/orders/{order.pk}/", {**seen, "pace": "2s"})

    assert "page-changed" in calmed["HX-Trigger"]
    assert "HX-Trigger" not in calm
