"""Pages stay small and cost the same, however much there is: attention, searches, page numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sync.causes.sap import SapCause
from sync.filters import search_box
from sync.models import SalesOrder, Step, SyncTask
from sync.roles import ADMINISTRATORS, SALES
from sync.views import lists
from tests.builders import a_failure, a_sales_order, a_stopped_task

SignIn = Callable[..., Client]


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def stop(count: int, cause: str) -> None:
    for _ in range(count):
        a_stopped_task(
            Step.PUSH_ORDER, a_sales_order(), **a_failure(SapCause.REFUSED, "No.", cause)
        )


# ---- needs attention
def stamp_of(page: Any) -> str:
    return str(page.context["stamp"])


def test_attention_takes_as_many_queries_for_fifty_causes_as_for_one(signed_in: SignIn) -> None:
    client = signed_in(ADMINISTRATORS)
    stop(1, "first")
    client.get("/attention/")
    for_one = queries_of(client, "/attention/")
    for number in range(49):
        stop(2, f"{number}")

    assert queries_of(client, "/attention/") == for_one


def test_attention_polled_while_nothing_moves_answers_nothing(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    stop(2, "a")
    stamp = stamp_of(client.get("/attention/"))

    assert client.get("/attention/", {"seen": stamp}).status_code == 204
    assert client.get("/attention/", {"seen": stamp}).content == b""
    stop(1, "a")
    assert client.get("/attention/", {"seen": stamp}).status_code == 200


def test_attention_follows_retries_until_the_last(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    stop(2, "a")
    SyncTask.objects.update(origin=SyncTask.Origin.REPAIR, state=SyncTask.State.WAITING)
    stamp = stamp_of(client.get("/attention/"))
    SyncTask.objects.update(state=SyncTask.State.DONE)

    page = client.get("/attention/", {"seen": stamp})

    assert page.status_code == 200
    assert 'hx-get="/attention/' not in page.content.decode()


def test_documents_of_a_cause_with_many_are_loaded_when_it_is_opened(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    stop(51, "many")
    newest = SyncTask.objects.latest("id")

    page = client.get("/attention/").content.decode()
    address = page.split('<a href="/attention/documents/')[1].split('"')[0].replace("&amp;", "&")
    documents = client.get(f"/attention/documents/{address}").content.decode()

    assert f"/tasks/{newest.pk}/" not in page
    assert "Retry all 51" in page
    assert documents.count("Details<span") == 20
    assert "and 31 more" in documents


# ---- searches
@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if three were too many."""
    monkeypatch.setattr(search_box, "MOST_MATCHES", 3)
    monkeypatch.setattr(search_box, "NEWEST_LOOKED_AT", 4)


def orders_named(name: str, count: int) -> list[SalesOrder]:
    began = datetime(2026, 3, 2, tzinfo=UTC)
    return [
        a_sales_order(
            increment_id=f"1000000{number:02}",
            customer_name=name,
            customer_email=f"jane{number}@example.com",
            placed_at=began + timedelta(days=number),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("typed", ["Doe", "jane", "10000"])
def test_a_search_that_matches_too_many_says_so_and_finds_the_newest(
    typed: str, few: None, signed_in: SignIn
) -> None:
    *_others, newest = orders_named("Jane Doe", 9)

    typed = "jane1@" if typed == "jane" else typed
    page = signed_in(SALES).get("/orders/", {"q": typed}).content.decode()

    assert ("Too many match" in page) is (typed != "jane1@")
    assert (newest.get_absolute_url() in page) is (typed != "jane1@")


@pytest.mark.parametrize("typed", ["Doe", "10000"])
def test_a_search_reads_as_many_keys_for_many_as_for_few(
    typed: str, few: None, signed_in: SignIn
) -> None:
    client = signed_in(SALES)
    orders_named("Jane Doe", 9)
    client.get("/orders/", {"q": typed})

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/orders/", {"q": typed})

    assert page.context["count"].number <= 2 * search_box.MOST_MATCHES
    assert (
        len(queries) <= 29
    )  # eight of them count the tabs, one asks who is held, two add the amounts up


def test_a_name_many_have_is_found_in_full_and_not_looked_for_in_longer_ones(
    few: None, signed_in: SignIn
) -> None:
    *_others, newest = orders_named("Jane Doe", 9)
    client = signed_in(SALES)

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/orders/", {"q": "jane doe"})

    assert newest.get_absolute_url() in page.content.decode()
    assert "Too many match" in page.content.decode()
    assert [
        one["sql"] for one in queries if '"customer_name"' in one["sql"] and "LIKE" in one["sql"]
    ] == []


def test_a_name_few_have_is_also_found_in_longer_ones(signed_in: SignIn) -> None:
    alone, longer = (
        a_sales_order(customer_name="Jane Doe"),
        a_sales_order(customer_name="jane does"),
    )

    page = signed_in(SALES).get("/orders/", {"q": "JANE DOE"}).content.decode()

    assert alone.get_absolute_url() in page
    assert longer.get_absolute_url() in page


# ---- page numbers
@pytest.mark.parametrize("page", ["4", "5", "1000", "1001", "99999999999999999999"])
def test_a_page_beyond_the_last_one_offered_is_the_last(
    page: str, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    monkeypatch.setattr(lists, "CAP", 100)
    for _ in range(101):
        a_sales_order()

    answer = signed_in(SALES).get("/orders/", {"page": page})

    assert answer.status_code == 200
    assert answer.context["table"].page.number == 4
    assert 'rel="next"' not in answer.content.decode()
    assert "There are more: narrow the list" in answer.content.decode()


def test_a_far_page_skips_keys_and_no_rows(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    monkeypatch.setattr(lists, "FAR", 25)
    orders = orders_named("Jane Doe", 60)
    client = signed_in(SALES)

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/orders/", {"page": "2", "sort": "-increment_id"})

    shown = [row.record for row in page.context["table"].page.object_list]
    assert shown == orders[10:35][::-1]
    skipping = [one["sql"] for one in queries if "OFFSET" in one["sql"]]
    assert len(skipping) == 1
    assert '"customer_name"' not in skipping[0]


# ---- days
def test_days_are_the_readers_own_from_midnight_to_midnight(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    client.cookies["time_zone"] = "Europe/Berlin"
    before, first, last, after = (
        a_sales_order(placed_at=datetime(2026, 3, day, hour, 30, tzinfo=UTC))
        for day, hour in ((1, 22), (1, 23), (2, 22), (2, 23))
    )

    page = client.get("/orders/?placed_from=2026-03-02&placed_to=2026-03-02").content.decode()

    shown = [order.get_absolute_url() in page for order in (before, first, last, after)]
    assert shown == [False, True, True, False]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_last_day_there_are_narrow_nothing(day: str, signed_in: SignIn) -> None:
    order = a_sales_order()

    page = signed_in(SALES).get("/orders/", {"placed_from": day, "placed_to": day})

    assert order.get_absolute_url() in page.content.decode()


def test_days_with_too_many_rows_stay_sorted_by_date_and_say_so(
    few: None, signed_in: SignIn
) -> None:
    orders_named("Jane Doe", 9)
    days = {"placed_from": "2026-03-01", "sort": "increment_id"}

    all_of_them = signed_in(SALES).get("/orders/", days)
    some = signed_in(SALES).get("/orders/", days | {"placed_from": "2026-03-08"})

    assert "Sorted by date" in all_of_them.content.decode()
    assert "Sorted by date" not in some.content.decode()
    shown = [row.record.increment_id for row in some.context["table"].page.object_list]
    assert shown == sorted(shown)
