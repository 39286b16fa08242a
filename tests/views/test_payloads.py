"""Payloads are fetched when somebody opens a call; pages stay small however much was said."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import JSONField, Value
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.jobs import prune
from sync.models import DryRun, RemoteCall, SalesOrder, Step
from sync.roles import ADMINISTRATORS, LOGISTICS, SALES
from tests.builders import (
    a_delivery,
    a_done_task,
    a_remote_call,
    a_stopped_task,
    an_attempt,
    an_order_in_sap,
    an_order_line,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[..., Client]
COMPRESSED = {"Accept-Encoding": "gzip"}
LIST_BYTES, ORDER_BYTES, UPDATE_BYTES = 40_000, 60_000, 5_000
SAID = "&quot;SALESDOCUMENT&quot;: &quot;0000004711&quot;"


def a_long_answer() -> dict[str, Any]:
    return {"items": [{"sku": f"24-MB{n:04}", "row_total": n * 7.31} for n in range(400)]}


def an_order_with_history(calls: int = 60) -> SalesOrder:
    order = an_order_in_sap()
    for _ in range(calls // 6):
        attempt = an_attempt(a_done_task(Step.PUSH_ORDER, order))
        for _ in range(6):
            a_remote_call(attempt, answer=a_long_answer())
    return order


def test_a_page_names_its_calls_and_leaves_their_payloads_where_they_are(
    signed_in: SignIn,
) -> None:
    order = an_order_with_history()
    call = RemoteCall.objects.earliest("pk")
    client = signed_in(SALES)

    with CaptureQueriesContext(connection) as asked:
        page = client.get(order.get_absolute_url()).content.decode()

    assert page.count('class="call"') == 60
    assert reverse("sync:call", args=[call.pk]) in page
    assert "24-MB0001" not in page
    of_calls = [one["sql"] for one in asked if 'FROM "sync_remotecall"' in one["sql"]]
    assert len(of_calls) == 1
    assert '"answer"' not in of_calls[0]


def test_a_call_that_is_opened_shows_what_was_sent_and_answered(signed_in: SignIn) -> None:
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, an_order_in_sap())))
    client, address = signed_in(LOGISTICS), reverse("sync:call", args=[call.pk])

    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    page = client.get(address).content.decode()

    assert "&quot;DOC_TYPE&quot;: &quot;TA&quot;" in fragment
    assert SAID in fragment
    assert "<html" not in fragment
    assert SAID in page
    assert "<html" in page


def test_nobody_reads_a_payload_without_signing_in(client: Client) -> None:
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, an_order_in_sap())))

    response = client.get(reverse("sync:call", args=[call.pk]))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("login"))


def test_where_a_payload_was_removed_the_page_says_so(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)), is_write=False)
    list(prune.prune_all())
    client = signed_in(SALES)

    page = client.get(order.get_absolute_url()).content.decode()
    opened = client.get(reverse("sync:call", args=[call.pk])).content.decode()

    assert "payload removed" in page
    assert "Payload removed after 30 days" in opened


def test_a_call_without_an_answer_is_not_told_as_removed(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)), request={}, answer=None)
    emptied = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))
    RemoteCall.objects.filter(pk=emptied.pk).update(request=Value(None, JSONField()), answer=None)

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert page.count("payload removed") == 1


def test_what_a_dry_run_would_send_is_shown_when_asked_for(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    dry_run = DryRun.objects.create(
        sales_order=order, verdict=DryRun.Verdict.ACCEPTED, request={"PURCH_NO_C": "100000017"}
    )
    client, address = signed_in(SALES), reverse("sync:dry_run_payload", args=[dry_run.pk])

    assert address in client.get(order.get_absolute_url()).content.decode()
    fragment = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "&quot;PURCH_NO_C&quot;: &quot;100000017&quot;" in fragment
    assert "What would be sent" in client.get(address).content.decode()


def test_of_many_lines_the_first_are_shown_and_the_rest_on_demand(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    for number in range(250):
        an_order_line(order, sku=f"SKU-{number:03}")
    client = signed_in(SALES)

    page = client.get(order.get_absolute_url()).content.decode()
    whole = client.get(f"{order.get_absolute_url()}?lines=all").content.decode()

    assert "Show all 250 lines" in page
    assert ("SKU-049" in page, "SKU-050" in page) == (True, False)
    assert "SKU-249" in whole
    assert "Show all" not in whole


def test_a_delivery_of_few_lines_is_shown_whole(signed_in: SignIn) -> None:
    page = signed_in(SALES).get(a_delivery(an_order_in_sap()).get_absolute_url())

    assert "Show all" not in page.content.decode()


def test_an_orders_page_stays_within_its_bytes(signed_in: SignIn) -> None:
    """With the history of a long life: 60 calls that took 1.4 MB of JSON, and 250 lines."""
    order = an_order_with_history()
    for number in range(250):
        an_order_line(order, sku=f"SKU-{number:03}")
    client = signed_in(ADMINISTRATORS)

    for address in (order.get_absolute_url(), f"{order.get_absolute_url()}?lines=all"):
        response = client.get(address, headers=COMPRESSED)
        assert response["Content-Encoding"] == "gzip"
        assert len(response.content) <= ORDER_BYTES


def test_a_list_and_its_updates_stay_within_their_bytes(signed_in: SignIn) -> None:
    for _ in range(50):
        a_stopped_task(Step.PUSH_ORDER, an_order_in_sap())
    client = signed_in(ADMINISTRATORS)

    page = client.get(f"{reverse('sync:orders')}?per_page=50", headers=COMPRESSED)
    seen = {"live": [f"{pk}:none" for pk in SalesOrder.objects.values_list("pk", flat=True)[:25]]}
    update = client.get(reverse("sync:orders_live"), seen, headers=COMPRESSED)

    assert page["Content-Encoding"] == update["Content-Encoding"] == "gzip"
    assert len(page.content) <= LIST_BYTES
    assert gzip.decompress(update.content).count(b"<template>") == 25
    assert len(update.content) <= UPDATE_BYTES


@pytest.mark.parametrize("target", ["document", None])
def test_a_refresh_brings_the_document_without_the_frame_around_it(
    signed_in: SignIn, target: str | None
) -> None:
    """Going back in the browser asks through htmx as well, but for the whole page: without a
    target."""
    asked = {"HX-Request": "true"} | ({"HX-Target": target} if target else {})
    order = an_order_with_history()

    response = signed_in(SALES).get(order.get_absolute_url(), headers=COMPRESSED | asked)

    page = gzip.decompress(response.content).decode()
    assert 'id="document"' in page
    assert f"<title>Order {order}" in page
    assert ("<nav" in page) is (target is None)
    assert len(response.content) <= (UPDATE_BYTES if target else ORDER_BYTES)
