"""A page on which nothing moves says what has come since, and follows the rows it shows."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from sync.models import SalesOrder, Step, SyncTask, clock
from sync.roles import ADMINISTRATORS, LOGISTICS, SALES
from tests.builders import (
    a_delivery,
    a_done_task,
    a_sales_order,
    a_stopped_task,
    a_task,
    an_order_in_sap,
)

SignIn = Callable[..., Client]
MOST_BYTES = 5_000


def news_of(client: Client, page: str) -> str:
    """The address a page asks what has come, as it stands on the page."""
    html = client.get(page).content.decode()
    found = re.search(r'id="as-of"[^>]* hx-get="([^"]+)" hx-trigger="every 30s"', html)
    assert found, "the page asks nothing"
    return unescape(found[1])


@pytest.mark.parametrize("page", ["/", "/orders/", "/deliveries/", "/attention/"])
def test_where_nothing_has_come_the_answer_is_empty(signed_in: SignIn, page: str) -> None:
    a_delivery(an_order_in_sap())
    client = signed_in(ADMINISTRATORS)

    response = client.get(news_of(client, page))

    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize("page", ["/", "/orders/"])
def test_orders_that_have_come_are_counted_and_offered(signed_in: SignIn, page: str) -> None:
    a_sales_order()
    client = signed_in(SALES)
    asks = news_of(client, page)
    a_sales_order()
    a_sales_order()

    line = client.get(asks).content.decode()

    assert "as of" in line
    assert "2 new – show" in line
    assert f'href="{page}"' in line


def test_what_is_said_already_is_not_said_again(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    asks = news_of(client, "/orders/")
    a_sales_order()
    line = client.get(asks).content.decode()
    found = re.search(r'hx-get="([^"]+)" hx-trigger="every 30s"', line)
    assert found

    again = client.get(unescape(found[1]))

    assert again.status_code == 204


def test_only_what_the_filters_let_through_is_new(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    asks = news_of(client, "/orders/?stage=complete&page=2&sort=-total")
    a_sales_order()
    assert client.get(asks).status_code == 204

    a_sales_order(stage=SalesOrder.Stage.COMPLETE)

    line = client.get(asks).content.decode()
    assert "1 new – show" in line
    assert 'href="/orders/?stage=complete"' in line


def test_a_shown_row_that_moves_is_drawn_again_and_then_followed(signed_in: SignIn) -> None:
    order, other = a_sales_order(), a_sales_order()
    client = signed_in(SALES)
    asks = news_of(client, "/orders/")
    a_task(Step.PUSH_ORDER, order)

    fragment = client.get(asks).content.decode()

    assert f'id="orders-{order.pk}"' in fragment
    assert f'id="orders-{other.pk}"' not in fragment
    assert 'id="watcher"' in fragment
    assert 'hx-trigger="every 2s"' in fragment


def test_a_delivery_s_row_follows_the_fetch_of_its_order(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    delivery = a_delivery(order)
    client = signed_in(LOGISTICS)
    asks = news_of(client, "/deliveries/")
    a_task(Step.PULL_DELIVERIES, order)

    fragment = client.get(asks).content.decode()

    assert f'id="deliveries-{delivery.pk}"' in fragment


def test_news_of_a_full_page_stay_small(signed_in: SignIn) -> None:
    orders = [a_sales_order() for _ in range(25)]
    client = signed_in(SALES)
    asks = news_of(client, "/orders/")
    for order in orders:
        a_done_task(Step.PUSH_ORDER, order, finished_at=clock.now())

    fragment = client.get(asks).content

    assert fragment.count(b"<tr") == 25
    assert len(gzip.compress(fragment)) <= MOST_BYTES


def test_needs_attention_says_how_many_more_have_stopped(signed_in: SignIn) -> None:
    a_stopped_task(Step.PUSH_ORDER, a_sales_order())
    client = signed_in(SALES)
    asks = news_of(client, "/attention/")
    a_stopped_task(Step.PUSH_ORDER, a_sales_order())

    line = client.get(asks).content.decode()

    assert "1 new – show" in line


def test_nonsense_from_outside_is_no_news(signed_in: SignIn) -> None:
    nonsense = {"after": "x", "rows": "9" * 40 + ".y.1", "at": "9" * 18, "shown": "<b>"}

    for address in ("/live/orders/news/", "/live/news/"):
        assert signed_in(SALES).get(address, nonsense).status_code in {200, 204}


def test_an_order_s_page_on_which_nothing_moves_asks_calmly(signed_in: SignIn) -> None:
    order = a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, order)
    client = signed_in(SALES)
    page = client.get(f"/orders/{order.pk}/").content.decode()
    found = re.search(r'hx-get="(/live/orders/[^"]+)" hx-trigger="every 30s"', page)
    assert found
    assert "as of" in page
    asks = unescape(found[1])

    same = client.get(asks)
    SyncTask.objects.update(state=SyncTask.State.RUNNING, attempts=2)
    moved = client.get(asks)

    assert (same.status_code, same.content) == (204, b"")
    assert "HX-Trigger" not in same
    assert "page-changed" in moved["HX-Trigger"]
