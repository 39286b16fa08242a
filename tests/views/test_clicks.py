"""What a click leaves in the ledger, and what the person sees of it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.exceptions import RedisError

from sync.models import Click, SalesOrder, Shop, Step, StepSchedule, SyncTask
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
from tests.clicked import queue_clicks

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
    assert 'hx-trigger="every 500ms"' in fragment
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
    queue_clicks()

    pushes = SyncTask.objects.filter(step=Step.PUSH_ORDER)
    assert set(pushes.values_list("sales_order", flat=True)) == {first.pk, third.pk}
    assert second.tasks.count() == 0


def test_a_selection_of_nothing_asks_for_one(signed_in: SignIn) -> None:
    response = signed_in(SALES).post("/orders/sync/", follow=True)

    assert "Select at least one row first." in response.content.decode()


def test_sync_all_fetches_every_shop_and_pushes_what_waits(signed_in: SignIn) -> None:
    a_shop()
    order = a_sales_order()

    signed_in(SALES).post("/orders/sync-all/")
    queue_clicks()

    made = SyncTask.objects.exclude(step=Step.TAKE_UP_CLICK)
    steps = set(made.values_list("step", "sales_order"))
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
    queue_clicks()

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
    assert 'hx-trigger="every 500ms"' in page.content.decode()


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

    with mock.patch("sync.jobs.clicks.ask_all", side_effect=OperationalError("database is locked")):
        response = client.post(f"/orders/{a_sales_order().pk}/sync/")

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "never does anything twice" in response.content.decode()


def test_a_fault_is_not_called_a_busy_database(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    client.raise_request_exception = False

    with mock.patch("sync.jobs.clicks.ask_all", side_effect=ZeroDivisionError):
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


# ---- clicks on many
MOST_QUERIES = 11  # one keeps the click in the audit trail


def queries_of(client: Client, url: str, data: dict[str, Any]) -> int:
    """Of one POST, its transaction's own two statements among them."""
    body = urlencode(data, doseq=True)
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302
    return len(queries)


@pytest.mark.parametrize("rung", [True, False])
def test_a_click_on_5000_orders_makes_as_many_queries_as_one_on_two(
    signed_in: SignIn, rung: bool
) -> None:
    """Whether they are ticked on the page or come as one field; and at most ten."""
    client, first = signed_in(SALES), a_sales_order().pk
    many = [first, *range(first + 1, first + 5000)]

    with mock.patch("django_rq.get_queue") as queue:
        queue.side_effect = None if rung else RedisError
        counts = [
            queries_of(client, "/orders/sync/", {"selected": keys})
            for keys in (many[:2], many, ",".join(map(str, many)))
        ]

    assert len(set(counts)) == 1
    assert counts[0] <= MOST_QUERIES
    assert [len(click.documents) for click in Click.objects.order_by("pk")] == [2, 5000, 5000]


def test_what_a_click_costs_does_not_depend_on_how_much_stopped_or_waits(
    signed_in: SignIn,
) -> None:
    shop = a_shop()
    client = signed_in(SALES)
    cause = {"cause": "mapping", "cause_key": "mapping:material:24-MB01"}

    def cost() -> tuple[int, int]:
        return (
            queries_of(client, "/attention/retry/", cause),
            queries_of(client, "/orders/sync-all/", {}),
        )

    a_stopped_task(Step.PUSH_ORDER, a_sales_order(shop=shop))
    few = cost()
    for _ in range(30):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order(shop=shop))
        a_sales_order(shop=shop)

    assert cost() == few
    assert max(few) <= MOST_QUERIES


def test_nothing_of_5000_ticked_orders_is_left_out(signed_in: SignIn) -> None:
    keys = list(range(1, 5001))

    told = signed_in(SALES).post("/orders/sync/", {"selected": keys}, follow=True)

    assert Click.objects.get().documents == keys
    assert "Sync now: 5,000 orders asked for." in told.content.decode()


def test_one_order_s_work_is_queued_in_as_few_queries(signed_in: SignIn) -> None:
    client = signed_in(SALES)

    for order in (a_sales_order(), an_order_in_sap()):
        with mock.patch("django_rq.get_queue"):
            assert queries_of(client, f"/orders/{order.pk}/sync/", {}) <= MOST_QUERIES
    assert SyncTask.objects.count() > 2


def test_a_click_in_a_row_makes_as_few_queries(signed_in: SignIn) -> None:
    """Outside a test there are two more: whether the connection stands, and that the bell rang."""
    client, order = signed_in(SALES), a_sales_order()
    row = {"HX-Request": "true", "HX-Target": f"orders-{order.pk}"}

    with mock.patch("django_rq.get_queue"), CaptureQueriesContext(connection) as queries:
        client.post(f"/orders/{order.pk}/sync/", headers=row)

    sent = [one for one in queries if "SAVEPOINT" not in one["sql"]]
    assert len(sent) <= MOST_QUERIES - 2
    assert "Waiting" in client.get("/orders/").content.decode()


def test_a_clicked_row_goes_on_watching_what_its_list_watched(signed_in: SignIn) -> None:
    order = a_sales_order()
    row = {"HX-Request": "true", "HX-Target": f"orders-{order.pk}"}
    client = signed_in(SALES)
    client.post("/orders/sync/", {"selected": [order.pk, order.pk + 1]})
    asks = watched(client.get("/orders/").content.decode())

    fragment = client.post(
        f"/orders/{order.pk}/sync/", {"watched": asks}, headers=row
    ).content.decode()
    elsewhere = client.post(
        f"/orders/{order.pk}/sync/", {"watched": "https://evil.example/?fetches=1"}, headers=row
    ).content.decode()

    assert watched(fragment).split("&pace")[0] == asks.split("&pace")[0]
    assert "clicks=" in asks
    assert watched(elsewhere).startswith("/live/orders/?fetches=1")


def test_all_that_match_the_filters_are_asked_for_on_every_page(signed_in: SignIn) -> None:
    orders = [a_sales_order() for _ in range(30)]
    an_order_in_sap(stage="complete")
    client = signed_in(SALES)
    page = client.get("/orders/?stage=to_sync").content.decode()
    assert "All 30 that match, on every page" in page
    chosen = {"selected": [orders[0].pk], "all_matching": "yes", "matching": "stage=to_sync"}

    asked = client.post("/orders/sync/", chosen).content.decode()
    assert "Sync 30 orders?" in asked
    assert not Click.objects.exists()

    with mock.patch("django_rq.get_queue"):
        made = queries_of(client, "/orders/sync/", chosen | {"confirmed": "30"})

    assert made <= MOST_QUERIES + 1  # the filter reads the names of the store views
    assert Click.objects.get().documents == [order.pk for order in orders]


def test_another_number_than_was_confirmed_is_asked_about_again(signed_in: SignIn) -> None:
    for _ in range(3):
        a_sales_order()
    chosen = {"all_matching": "yes", "matching": "stage=to_sync", "confirmed": "2"}

    asked = signed_in(SALES).post("/orders/sync/", chosen).content.decode()

    assert "Sync 3 orders?" in asked
    assert "The list has changed meanwhile" in asked
    assert not Click.objects.exists()


def test_more_than_can_be_meant_is_refused_in_words(signed_in: SignIn) -> None:
    for _ in range(3):
        a_sales_order()
    client = signed_in(SALES)

    with mock.patch("sync.views.selection.MOST", 2):
        told = client.post("/orders/sync/", {"all_matching": "yes"}, follow=True)

    assert "More than 2 match: narrow the list with a filter first." in told.content.decode()
    assert not SyncTask.objects.exists()


def test_before_the_release_all_that_match_are_not_sent_at_once(
    signed_in: SignIn, settings: Any
) -> None:
    settings.NEEDS_RELEASE = True
    a_sales_order()
    client = signed_in(SALES)

    told = client.post("/orders/sync/", {"all_matching": "yes"}, follow=True).content.decode()

    assert "tick the orders themselves" in told
    assert not SyncTask.objects.exists()


def test_the_list_says_what_has_become_of_a_click(signed_in: SignIn) -> None:
    orders = [a_sales_order() for _ in range(3)]
    client = signed_in(SALES)
    ticked = {"selected": [order.pk for order in orders], "next": "/orders/"}

    before = client.post("/orders/sync/", ticked, follow=True).content.decode()
    queue_clicks()
    after = client.get("/orders/").content.decode()

    assert "Sync now: 3 orders asked for. The queue cannot be reached just now" in before
    assert "Waiting" in before
    assert "Sync now, 3 orders: 0 of 3 finished." in after


def test_a_list_follows_a_click_until_it_is_queued(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    client.post("/orders/sync/", {"selected": [a_sales_order().pk, a_sales_order().pk]})
    asks = watched(client.get("/orders/").content.decode())

    same = client.get(asks)
    queue_clicks()
    moved = client.get(asks)

    assert same.status_code == 204
    assert "HX-Trigger" not in same
    assert "list-changed" in moved["HX-Trigger"]


def watched(page: str) -> str:
    """The address a list polls."""
    found = re.search(r'id="watcher" hx-get="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def test_p1_19_everybody_who_looks_sees_the_same_run(signed_in: SignIn) -> None:
    orders = [a_sales_order(), a_sales_order()]
    signed_in(SALES).post("/orders/sync/", {"selected": [one.pk for one in orders]})
    queue_clicks()
    a_task_ended(orders[0])

    for role in (SALES, LOGISTICS, FINANCE):
        for page in ("/orders/", "/", "/attention/"):
            shown = signed_in(role).get(page).content.decode()
            assert "Sync now, 2 orders: 1 of 2 finished." in shown, (role, page)


def a_task_ended(order: SalesOrder, state: str = SyncTask.State.DONE) -> None:
    SyncTask.objects.filter(sales_order=order).update(state=state, finished_at=timezone.now())


def test_needs_attention_says_what_has_become_of_a_retry(signed_in: SignIn) -> None:
    for _ in range(2):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order())
    client = signed_in(SALES)
    cause = {"cause": "mapping", "cause_key": "mapping:material:24-MB01"}

    before = client.post("/attention/retry/", cause, follow=True).content.decode()
    queue_clicks()

    assert "Retry: 2 stopped tasks asked for." in before
    assert 'hx-trigger="every 500ms"' in before
    after = client.get("/attention/").content.decode()
    assert "Retry, 2 stopped tasks: 0 of 2 finished." in after


def test_p0_14_many_invoices_are_confirmed_first_and_then_mailed_by_a_worker(
    signed_in: SignIn,
) -> None:
    documents = []
    for _ in range(2):
        order = an_order_in_sap()
        documents.append(a_billing_document(order))
        an_invoice(order, documents[-1])
    client = signed_in(FINANCE)

    asked = client.post("/invoices/resend/", {"selected": [one.pk for one in documents]})
    keys = re.search(r'name="selected" value="([\d,]+)"', asked.content.decode())
    assert keys is not None
    assert not Click.objects.exists()
    client.post("/invoices/resend/", {"selected": keys[1], "confirmed": "yes"})
    queue_clicks()

    assert SyncTask.objects.filter(step=Step.SEND_INVOICE).count() == 2
