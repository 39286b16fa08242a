"""What a click leaves in the ledger, and what the person sees of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from sync.models import Shop, Step, StepSchedule, SyncTask
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_mail,
    a_sales_order,
    a_shop,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)

SignIn = Callable[..., Client]


def test_sync_now_queues_the_order_and_says_so(signed_in: SignIn) -> None:
    order = a_sales_order()

    response = signed_in(SALES).post(f"/orders/{order.pk}/sync/", follow=True)

    task = SyncTask.objects.get()
    assert (task.step, task.sales_order, task.origin) == (Step.PUSH_ORDER, order, "click")
    assert "Sync now: 1 queued." in response.content.decode()


def test_a_click_survives_the_absence_of_redis(
    signed_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    order = a_sales_order()
    client = signed_in(SALES)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(f"/orders/{order.pk}/sync/")

    assert response.status_code == 302
    assert SyncTask.objects.get().state == SyncTask.State.WAITING


def test_a_click_in_a_row_changes_the_row_at_once(signed_in: SignIn) -> None:
    order = a_sales_order()

    response = signed_in(SALES).post(
        f"/orders/{order.pk}/sync/",
        headers={"HX-Request": "true", "HX-Target": f"orders-{order.pk}"},
    )

    fragment = response.content.decode()
    assert "Waiting" in fragment
    assert 'hx-trigger="every 2s"' in fragment
    assert "Sync now: 1 queued." in fragment


def test_two_clicks_make_one_task_and_both_are_told(signed_in: SignIn) -> None:
    order = a_sales_order()
    signed_in(SALES).post(f"/orders/{order.pk}/sync/")

    response = signed_in(SALES).post(f"/orders/{order.pk}/sync/", follow=True)

    assert SyncTask.objects.count() == 1
    assert "1 already waiting" in response.content.decode()


def test_only_ticked_orders_are_synced(signed_in: SignIn) -> None:
    first, second, third = a_sales_order(), a_sales_order(), a_sales_order()

    signed_in(SALES).post("/orders/sync/", {"selected": [first.pk, third.pk]})

    assert set(SyncTask.objects.values_list("sales_order", flat=True)) == {first.pk, third.pk}
    assert second.tasks.count() == 0


def test_a_selection_of_nothing_asks_for_one(signed_in: SignIn) -> None:
    response = signed_in(SALES).post("/orders/sync/", follow=True)

    assert "Select at least one row first." in response.content.decode()


def test_sync_all_fetches_every_shop_and_pushes_what_waits(signed_in: SignIn) -> None:
    a_shop()
    order = a_sales_order()

    signed_in(SALES).post("/orders/sync-all/")

    steps = set(SyncTask.objects.values_list("step", "sales_order"))
    assert steps == {(Step.PULL_ORDERS, None), (Step.PUSH_ORDER, order.pk)}


def test_sync_all_deliveries_is_one_task_for_logistics(signed_in: SignIn) -> None:
    signed_in(LOGISTICS).post("/deliveries/sync-all/")

    assert SyncTask.objects.get().step == Step.PULL_DELIVERIES


def test_a_delivery_is_synced_through_its_orders(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    delivery = a_delivery(order)

    signed_in(LOGISTICS).post(f"/deliveries/{delivery.pk}/sync/")

    task = SyncTask.objects.get()
    assert (task.step, task.sales_order) == (Step.PULL_DELIVERIES, order)


def test_p0_14_finance_resends_the_invoices_it_selects(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    with_invoice, without = a_billing_document(order), a_billing_document(order)
    invoice = an_invoice(order, with_invoice)

    signed_in(FINANCE).post("/invoices/resend/", {"selected": [with_invoice.pk, without.pk]})

    task = SyncTask.objects.get()
    assert (task.step, task.invoice) == (Step.SEND_INVOICE, invoice)


def test_p0_14_pressing_again_within_a_minute_asks_first(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    document = a_billing_document(order)
    a_mail(an_invoice(order, document), sent_at=timezone.now())
    client = signed_in(FINANCE)
    url = f"/invoices/{document.pk}/resend/"

    asked = client.post(url)
    assert "Mail again so soon?" in asked.content.decode()
    assert SyncTask.objects.count() == 0

    client.post(url, {"confirmed": "yes"})
    assert SyncTask.objects.get().step == Step.SEND_INVOICE


def test_p1_23_one_click_retries_everything_of_a_cause(signed_in: SignIn) -> None:
    for _ in range(3):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order())
    other = a_stopped_task(Step.PUSH_ORDER, a_sales_order(), cause_key="mapping:payment:x")

    signed_in(SALES).post(
        "/attention/retry/",
        {"cause": "mapping", "cause_key": "mapping:material:24-MB01"},
    )

    assert SyncTask.objects.filter(state=SyncTask.State.WAITING).count() == 3
    other.refresh_from_db()
    assert other.state == SyncTask.State.NEEDS_ATTENTION


def test_nobody_retries_a_step_of_another_team(signed_in: SignIn) -> None:
    task = a_stopped_task(Step.SEND_INVOICE, an_order_in_sap())

    response = signed_in(SALES).post(f"/tasks/{task.pk}/retry/")

    assert response.status_code == 403
    task.refresh_from_db()
    assert task.state == SyncTask.State.NEEDS_ATTENTION


def test_an_automatic_step_is_switched_off(signed_in: SignIn) -> None:
    schedule, _ = StepSchedule.objects.get_or_create(step=Step.PUSH_ORDER)

    signed_in(ADMINISTRATORS).post(f"/queue/schedules/{schedule.pk}/", {"interval_seconds": "120"})

    schedule.refresh_from_db()
    assert (schedule.is_enabled, schedule.interval_seconds) == (False, 120)


def test_an_interval_out_of_bounds_is_refused_in_words(signed_in: SignIn) -> None:
    schedule, _ = StepSchedule.objects.get_or_create(step=Step.PUSH_ORDER)

    response = signed_in(ADMINISTRATORS).post(
        f"/queue/schedules/{schedule.pk}/", {"interval_seconds": "0"}, follow=True
    )

    assert "at least 5 seconds" in response.content.decode()


def test_connections_are_tested_from_their_page(signed_in: SignIn) -> None:
    shop = a_shop()

    page = signed_in(ADMINISTRATORS).post("/connections/test/", follow=True)

    tests = SyncTask.objects.filter(step=Step.TRY_CONNECTION)
    assert set(tests.values_list("shop", flat=True)) == {None, shop.pk}
    assert 'hx-trigger="every 2s"' in page.content.decode()


@pytest.mark.parametrize(
    ("is_proved", "label"), [(True, "Proved"), (False, "Not proved"), (None, "Not known")]
)
def test_connections_says_the_shops_version_and_whether_it_was_proved(
    signed_in: SignIn, is_proved: bool | None, label: str
) -> None:
    shop = a_shop()
    Shop.objects.filter(pk=shop.pk).update(
        version_words="2.4.8-p1 (as set).", version_is_proved=is_proved
    )

    page = signed_in(ADMINISTRATORS).get("/connections/").content.decode()

    assert "2.4.8-p1 (as set)." in page
    assert f"<span>{label}</span>" in page


def test_a_click_never_leads_to_a_foreign_site(signed_in: SignIn) -> None:
    order = a_sales_order()

    response = signed_in(SALES).post(f"/orders/{order.pk}/sync/", {"next": "https://evil.example/"})

    assert response["Location"] == order.get_absolute_url()


def test_a_database_that_does_not_answer_is_said_to_be_busy(signed_in: SignIn) -> None:
    client = signed_in(SALES)

    with mock.patch("sync.jobs.clicks.ask", side_effect=OperationalError("database is locked")):
        response = client.post(f"/orders/{a_sales_order().pk}/sync/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "never does anything twice" in response.content.decode()


def test_a_fault_is_not_called_a_busy_database(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    client.raise_request_exception = False

    with mock.patch("sync.jobs.clicks.ask", side_effect=ZeroDivisionError):
        response = client.post(f"/orders/{a_sales_order().pk}/sync/")

    assert response.status_code == 500


@pytest.mark.parametrize("kind", ["orders", "deliveries", "invoices"])
@pytest.mark.parametrize("has_one_switched_off", [True, False])
def test_sync_all_without_a_shop_says_so(
    kind: str, has_one_switched_off: bool, signed_in: SignIn
) -> None:
    if has_one_switched_off:
        a_shop(is_active=False)

    told = signed_in(ADMINISTRATORS).post(f"/{kind}/sync-all/", follow=True).content.decode()

    assert "No shop is set up: an administrator adds one" in told
    assert not SyncTask.objects.filter(step=Step.PULL_ORDERS).exists()
