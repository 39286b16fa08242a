"""How many queries each page and each step makes, held against a stored count: ``make baseline``.

A page is counted with twenty documents of each kind, a step with the order's second neighbour in
the stand-in world; both when everything that is kept in memory is there. SQLite only: on PostgreSQL
the clock is a query of its own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from sync.jobs import work
from sync.models import Click, SalesOrder, Shop, Step, SyncTask
from sync.roles import SALES
from tests.builders import (
    a_billing_document,
    a_carrier,
    a_dispatched_delivery,
    a_done_task,
    a_mail,
    a_remote_call,
    a_shipment,
    a_stopped_task,
    a_task,
    a_user,
    an_attempt,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)
from tests.world import World

STORED = Path(__file__).with_name("queries.json")
NO_PAGES = {302, 404, 405}  # buttons, and addresses that lead elsewhere
TOLD = "Not the stored number of queries. If it is meant to be so: make baseline, and say why."

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="counted on SQLite only"),
]


def compare(kind: str, counted: dict[str, int]) -> None:
    """With what is stored; stores it instead where the environment says so."""
    stored = json.loads(STORED.read_text("utf-8"))
    if os.environ.get("REWRITE_BASELINE"):
        stored[kind] = counted
        STORED.write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", "utf-8")
    assert counted == stored[kind], TOLD


# ---- pages
def a_documented_order() -> dict[str, int]:
    """An order that came all the way, with everything its rows and pages may show, by address."""
    order = an_order_in_sap(stage=SalesOrder.Stage.COMPLETE)
    an_order_line(order)
    delivery = a_dispatched_delivery(order, track_number=f"PARCEL{order.pk}")
    a_shipment(order, delivery)
    document = a_billing_document(order)
    invoice = an_invoice(order, document)
    a_mail(invoice)
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))
    a_task(Step.PULL_DELIVERIES, order)
    stopped = a_stopped_task(Step.PUSH_SHIPMENT, order, cause_key=f"mapping:material:{order.pk}")
    click = Click.objects.create(kind=Click.Kind.ORDERS, finished_at=timezone.now())
    SyncTask.objects.filter(sales_order=order).update(click=click)
    return {
        "orders": order.pk,
        "deliveries": delivery.pk,
        "invoices": document.pk,
        "billing_documents": document.pk,
        "shop-invoices": invoice.pk,
        "tasks": stopped.pk,
        "calls": call.pk,
        "runs": click.pk,
    }


def pages(keys: dict[str, int]) -> dict[str, str]:
    """Every address of the portal by its name."""
    found = {}
    _, portal = get_resolver().namespace_dict["sync"]
    for one in portal.url_patterns:
        assert isinstance(one, URLPattern)
        room = str(one.pattern).removeprefix("live/").split("/")[0]
        known = {"pk": keys.get(room, 1), "kind_name": "orders", "table": "material"}
        arguments = {name: known[name] for name in one.pattern.converters}
        found[str(one.name)] = reverse(f"sync:{one.name}", kwargs=arguments)
    return found


def queries_of_page(client: Client, url: str) -> int | None:
    """None where there is no page; a file is read to its end."""
    if read(client, url) in NO_PAGES:
        return None
    with CaptureQueriesContext(connection) as queries:
        read(client, url)
    return len(queries)


def read(client: Client, url: str) -> int:
    answer = client.get(url)
    if answer.streaming:
        assert b"".join(answer.streaming_content)  # type: ignore[attr-defined] # a file
    return answer.status_code


def test_each_page_makes_the_stored_number_of_queries(administrator: Client) -> None:
    a_carrier()
    keys = [a_documented_order() for _ in range(20)][-1]

    counted = {name: queries_of_page(administrator, url) for name, url in pages(keys).items()}

    compare("pages", {name: count for name, count in counted.items() if count is not None})


# ---- steps
def run_counted(world: World, wanted: work.Work, counted: dict[str, int]) -> None:
    with CaptureQueriesContext(connection) as queries:
        task = world.run(wanted)
    assert task.state == SyncTask.State.DONE, task.error_message
    counted[wanted.step] = len(queries)


def queries_of_steps(world: World) -> dict[str, int]:
    """One order through every step, asked for and carried out."""
    counted: dict[str, int] = {}
    entity_id = world.place_only()
    run_counted(world, work.pull_orders(world.shop), counted)
    order = SalesOrder.objects.get(shop=world.shop, entity_id=entity_id)
    run_counted(world, work.dry_run(order), counted)
    run_counted(world, work.push_order(order), counted)
    order.refresh_from_db()
    run_counted(world, work.confirm_order(order), counted)
    (delivery,) = world.dispatch(order)
    run_counted(world, work.pull_deliveries(order), counted)
    run_counted(world, world.shipment_of(order, delivery), counted)
    document = world.bill(delivery)
    run_counted(world, work.pull_billing(order), counted)
    run_counted(world, world.invoice_of(order, document), counted)
    run_counted(world, work.send_invoice(order.invoices.get()), counted)
    click = Click(kind=Click.Kind.ORDERS, asked_by=a_user(SALES), documents=[order.pk], wanted=1)
    click.save()
    run_counted(world, work.take_up(click), counted)
    for of_all in (work.check_completeness, work.try_connection, work.check_readiness):
        run_counted(world, of_all(Shop.objects.get()), counted)
    return counted


def test_each_step_makes_the_stored_number_of_queries(world: World) -> None:
    queries_of_steps(world)

    counted = queries_of_steps(world)

    assert set(counted) == set(Step)
    compare("steps", counted)
