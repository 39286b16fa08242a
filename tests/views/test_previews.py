"""Sync now says before what it will do with papers, and whose hold it will not pass."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sync.jobs import order_holds
from sync.models import OrderHold, SalesOrder, Step, SyncTask
from sync.roles import FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_sales_order,
    a_shipment,
    a_stopped_task,
    a_user,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def said(client: Client, url: str, *chosen: int) -> str:
    headers = {"HX-Request": "true"}
    if not chosen:
        return unescape(client.get(url, headers=headers).content.decode()).strip()
    answer = client.post(url, {"selected": chosen}, headers=headers)
    return unescape(answer.content.decode()).strip()


def held(order: SalesOrder) -> None:
    assert order_holds.hold(OrderHold.of_order(order), a_user(username="anna"), "Unpaid bills")


def test_what_syncing_all_deliveries_will_do_is_said_before(signed_in: SignIn) -> None:
    a_dispatched_delivery(an_order_in_sap(), track_number="JJD1")
    a_dispatched_delivery(an_order_in_sap())
    a_delivery(an_order_in_sap())
    shipped = an_order_in_sap()
    a_shipment(shipped, a_dispatched_delivery(shipped, track_number="JJD2"))
    stopped = an_order_in_sap()
    delivery = a_dispatched_delivery(stopped)
    a_stopped_task(Step.PUSH_SHIPMENT, stopped, delivery=delivery)
    waiting = an_order_in_sap()
    a_dispatched_delivery(waiting)
    held(waiting)

    told = said(signed_in(LOGISTICS), "/deliveries/preview/")

    assert told.startswith(
        "Will fetch the deliveries of all open orders. 2 shipments will be made in the shop. "
        "1 customer gets a notice. 1 order is held by a person and waits. 1 is blocked because of “"
    )


def test_what_syncing_chosen_deliveries_will_do_is_said_before(signed_in: SignIn) -> None:
    chosen = a_dispatched_delivery(an_order_in_sap())
    a_dispatched_delivery(an_order_in_sap())

    told = said(signed_in(LOGISTICS), "/deliveries/preview/", chosen.pk)

    assert told == "Will read 1 delivery again in SAP. 1 shipment will be made in the shop."


def test_what_syncing_invoices_will_do_is_said_before(signed_in: SignIn) -> None:
    chosen = a_billing_document(an_order_in_sap())
    a_billing_document(an_order_in_sap())
    client = signed_in(FINANCE)

    assert said(client, "/invoices/preview/") == (
        "Will fetch the billing documents of all open orders. 2 invoices will be made in the shop, "
        "and mailed unless a rule says otherwise."
    )
    assert said(client, "/invoices/preview/", chosen.pk).startswith(
        "Will read 1 billing document again in SAP. 1 invoice will be made in the shop"
    )
    assert "Sync all invoices" in client.get("/invoices/preview/").content.decode()


def test_nothing_to_make_is_said_as_of_what_was_read(signed_in: SignIn) -> None:
    assert said(signed_in(LOGISTICS), "/deliveries/preview/").endswith(
        "As SAP was last read, no shipment is to be made."
    )


@pytest.mark.parametrize("url", ["/deliveries/preview/", "/invoices/preview/"])
def test_a_preview_asks_no_more_for_many_documents(url: str, signed_in: SignIn) -> None:
    client, counts = signed_in(LOGISTICS, FINANCE), []
    for more in (1, 9):
        for _ in range(more):
            a_dispatched_delivery(an_order_in_sap(), track_number="JJD1")
            a_billing_document(an_order_in_sap())
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(url)
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_who_may_not_sync_them_is_told_nothing(signed_in: SignIn) -> None:
    assert signed_in(SALES).get("/invoices/preview/").status_code == 403
    assert "/invoices/preview/" not in signed_in(SALES).get("/invoices/").content.decode()


def test_sync_now_on_a_held_order_says_who_holds_it_and_queues_nothing(signed_in: SignIn) -> None:
    order = a_sales_order()
    held(order)

    page = signed_in(SALES).post(f"/orders/{order.pk}/sync/", follow=True)

    told = unescape(page.content.decode())
    assert f"Order {order}: held by anna since " in told
    assert "Unpaid bills. Nothing was asked for: it must be released first." in told
    assert not SyncTask.objects.exists()


def test_sync_now_reads_both_sides_of_a_held_order_and_writes_nothing(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    held(order)

    page = signed_in(SALES).post("/orders/sync/", {"selected": order.pk}, follow=True)

    assert "nothing new is written until it is released" in page.content.decode()
    steps = set(SyncTask.objects.values_list("step", flat=True))
    assert steps == {Step.PULL_DELIVERIES, Step.PULL_BILLING}


def test_held_orders_among_the_chosen_ones_are_said_before(signed_in: SignIn) -> None:
    orders = [a_sales_order(), a_sales_order()]
    held(orders[0])

    told = said(signed_in(SALES), "/orders/preview/", *(one.pk for one in orders))

    assert told == "Will send 1 new order to SAP. 1 is held by a person: only read."
