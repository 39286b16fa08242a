"""A 400 that only says that something was busy passes by itself, for writes too: three times more,
each after a look at the shop, and then a person is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import requests

from sync.jobs import work
from sync.jobs.retries import MOST_PASSING
from sync.jobs.work import Work
from sync.models import Invoice, InvoiceMailRule, SalesArea, SalesOrder
from sync.sandbox.sap import billing
from sync.sandbox.shop.factory import AUTHORISED
from tests import wire
from tests.world import World

BUSY = [
    "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock",
    "SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction",
    "SQLSTATE[HY000]: General error: 2006 MySQL server has gone away",
    "Mollie API: 503 Service Unavailable",
    "Error from payment service (HTTP 503)",
    "The gateway answered with status code: 502",
    "cURL error 28: Operation timed out after 30000 milliseconds",
]


def refuse(
    monkeypatch: pytest.MonkeyPatch, answer: str | dict[str, Any], ending: str, times: int = 1
) -> list[int]:
    """The shop's next answers to writes whose address ends so are a 400 with this message; returns
    how many of them are left."""
    body = answer if isinstance(answer, dict) else {"message": answer}
    real, left = wire.WsgiAdapter.send, [times]

    def send(self: Any, request: Any, *args: Any, **more: Any) -> requests.Response:
        if not left[0] or request.method == "GET" or not request.url.endswith(ending):
            return real(self, request, *args, **more)
        left[0] -= 1
        made = requests.Response()
        made.status_code, made._content = 400, json.dumps(body).encode()
        made.headers["Content-Type"] = "application/json"
        made.request, made.url = request, request.url
        return made

    monkeypatch.setattr(wire.WsgiAdapter, "send", send)
    return left


def dispatched(world: World) -> tuple[SalesOrder, str]:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    return order, number


def shipment(world: World) -> tuple[SalesOrder, Work]:
    order, number = dispatched(world)
    return order, world.shipment_of(order, number)


def invoice(world: World) -> tuple[SalesOrder, Work]:
    order, number = dispatched(world)
    world.ship(order, number)
    document = world.bill(number)
    world.run(work.pull_billing(order))
    return order, world.invoice_of(order, document)


def sap_number(world: World) -> tuple[SalesOrder, Work]:
    order = world.into_sap()
    return order, work.confirm_order(order)


def late_parcel(world: World) -> tuple[SalesOrder, Work]:
    order, number = dispatched(world)
    world.ship(order, number)
    world.track(number, "1Z1", "1Z2")
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def notice(world: World) -> tuple[SalesOrder, Work]:
    """Shipped without a parcel: the customer is told with the first one."""
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=())
    world.ship(order, number)
    world.track(number, "1Z1")
    world.run(work.pull_deliveries(order))
    return order, world.shipment_of(order, number)


def comment(world: World) -> tuple[SalesOrder, Work]:
    """Billed anew: the new document's mark becomes one more comment of the invoice."""
    order, number = dispatched(world)
    world.ship(order, number)
    old = world.bill(number)
    world.invoice(order, old)
    billing.cancel(world.sap, old)
    document = world.bill(number)
    world.run(work.pull_billing(order))
    return order, world.invoice_of(order, document)


def first_mail(world: World) -> tuple[SalesOrder, Work]:
    """Of an invoice that was made without one."""
    rule = {"sales_area": SalesArea.objects.get(store_id=1), "customer_kind": "guest"}
    InvoiceMailRule.objects.create(**rule)
    order, wanted = invoice(world)
    world.run(wanted)
    return order, work.send_invoice(Invoice.objects.get())


WRITES: dict[str, tuple[Callable[[World], tuple[SalesOrder, Work]], str]] = {
    "ship": (shipment, "/ship"),
    "invoice": (invoice, "/invoice"),
    "SAP number": (sap_number, "/orders"),
    "parcel": (late_parcel, "/shipment/track"),
    "comment": (comment, "/invoices/comments"),
    "mail": (first_mail, "/emails"),
    "notice": (notice, "/emails"),
}


def found(world: World, order: SalesOrder) -> tuple[int, ...]:
    """How many papers, parcels, comments and mails there are."""
    books = world.shop_books(order)
    papers = [*books["shipments"], *books["invoices"]]
    return (
        len(papers),
        sum(len(one.get("tracks") or ()) for one in papers),
        sum(len(one.get("comments") or ()) for one in papers),
        len(world.mails(order, "invoice")),
        len(world.mails(order, "shipment")),
    )


@pytest.mark.parametrize("write", WRITES)
def test_a_write_refused_in_passing_is_done_once_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    stage, ending = WRITES[write]
    order, wanted = stage(world)
    left = refuse(monkeypatch, BUSY[0], ending, MOST_PASSING)
    before = found(world, order)

    task = world.run(wanted)
    assert (task.state, task.cause, left) == ("waiting", "magento:deadlock", [MOST_PASSING - 1])
    assert write == "notice" or found(world, order) == before  # its parcel is there by then
    for _ in range(MOST_PASSING - 1):
        SalesOrder.objects.update(shop_unsettled_until=None)
        assert world.run_task(task).state == "waiting"
    SalesOrder.objects.update(shop_unsettled_until=None)

    assert world.run_task(task).state == "done"
    after = found(world, order)
    assert max(now - then for now, then in zip(after, before, strict=True)) <= 1
    assert (after != before) or order.ext_order_id != SalesOrder.objects.get().ext_order_id


@pytest.mark.parametrize("write", WRITES)
def test_a_write_refused_for_the_fourth_time_waits_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    stage, ending = WRITES[write]
    _order, wanted = stage(world)
    refuse(monkeypatch, BUSY[0], ending, MOST_PASSING + 1)
    task = world.run(wanted)
    for _ in range(MOST_PASSING):
        assert task.state == "waiting"
        SalesOrder.objects.update(shop_unsettled_until=None)
        world.run_task(task)

    assert (task.state, task.cause) == ("needs_attention", "magento:deadlock")
    SalesOrder.objects.update(shop_unsettled_until=None)
    assert world.retry(task).state == "done"


@pytest.mark.parametrize("message", BUSY)
def test_many_words_say_that_something_was_busy(
    world: World, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    _order, wanted = shipment(world)
    refuse(monkeypatch, message, "/ship")

    assert world.run(wanted).state == "waiting"


def test_they_count_where_they_stand_among_the_parameters(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _order, wanted = shipment(world)
    refuse(monkeypatch, {"message": "Could not ship: %1", "parameters": [BUSY[0]]}, "/ship")

    assert world.run(wanted).state == "waiting"


def test_a_lost_line_in_between_does_not_use_up_the_tries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, wanted = shipment(world)
    world.shop_fails("server_error", "ship", times=5)
    task = world.run(wanted)
    for _ in range(4):
        SalesOrder.objects.update(shop_unsettled_until=None)
        task = world.run_task(task)
    SalesOrder.objects.update(shop_unsettled_until=None)
    refuse(monkeypatch, BUSY[0], "/ship")

    assert world.run_task(task).state == "waiting"
    SalesOrder.objects.update(shop_unsettled_until=None)
    assert world.run_task(task).state == "done"
    assert len(world.shop_books(order)["shipments"]) == 1


def test_a_capture_refused_in_passing_is_never_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap(AUTHORISED)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    document = world.bill(number)
    world.run(work.pull_billing(order))
    left = refuse(monkeypatch, BUSY[0], "/invoice", 4)
    task = world.run(world.invoice_of(order, document))
    SalesOrder.objects.update(shop_unsettled_until=None)

    assert world.run_task(task).cause == "payment:capture-unknown"
    assert (task.state, left) == ("needs_attention", [3])


def test_a_repeated_mail_refused_in_passing_is_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing tells whether a second mail has gone."""
    _order, wanted = invoice(world)
    world.run(wanted)
    left = refuse(monkeypatch, BUSY[0], "/emails", 2)
    task = world.run(work.send_invoice(Invoice.objects.get()))
    SalesOrder.objects.update(shop_unsettled_until=None)

    assert (world.run_task(task).state, left) == ("needs_attention", [1])


def test_a_real_refusal_still_stops_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _order, wanted = shipment(world)
    refuse(monkeypatch, "Shipment Document Validation Error(s): 5035 is no quantity", "/ship")

    assert world.run(wanted).state == "needs_attention"
