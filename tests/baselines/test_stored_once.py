"""What the steps and mirrors of one order cost in queries, whatever the number of its lines, and
what a page of orders costs to store."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import PurePath
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.jobs import work
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.mirrors.shop import store_order, store_orders
from sync.models import PaymentMapping, SalesOrder, SalesOrderLine, Shop, SyncTask
from tests.builders import a_shop
from tests.magento.recorded import recorded_orders
from tests.world import World

OWN = ("mirrors", "steps", "mapping", "models.master_data")
FRAME = ("steps.remote_writes", "steps.step_run", "steps.recognition")
CREATE_AND_CONFIRM, WHOLE_CYCLE = 18, 60
ONE_PAGE = 100


@pytest.fixture(autouse=True)
def _queries_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django splits what it writes to SQLite as if it took 999 values at most."""
    if connection.vendor == "sqlite":
        monkeypatch.setattr(connection.features, "max_query_params", 32_766)


# ---- one order
class Own:
    """Counts the queries that steps, mirrors and mapping make themselves."""

    def __init__(self) -> None:
        self.by_step: Counter[str] = Counter()
        self.step = ""

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        module = next(filter(None, map(_module, reversed(traceback.extract_stack()))), "")
        if module.startswith(OWN) and not module.startswith(FRAME):
            self.by_step[self.step] += 1
        return execute(sql, *rest)


def _module(frame: traceback.FrameSummary) -> str:
    """Such as ``steps.papers``; empty for code of others."""
    parts = PurePath(frame.filename).with_suffix("").parts
    return ".".join(parts[parts.index("sync") + 1 :]) if "sync" in parts else ""


def cycle(world: World, shape: str) -> Counter[str]:
    """One order of this shape through the steps that are about it alone, as they follow each
    other."""
    own = Own()

    def run(wanted: work.Work, origin: SyncTask.Origin = SyncTask.Origin.FOLLOW_UP) -> None:
        own.step = wanted.step
        task = SyncTask.objects.create(**wanted.columns(), origin=origin)
        with connection.execute_wrapper(own):
            task = world.run_task(task)
        assert task.state == SyncTask.State.DONE, task.error_message

    order = world.place(shape)
    run(work.push_order(order))
    order.refresh_from_db()
    run(work.confirm_order(order))
    (delivery,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    run(world.shipment_of(order, delivery))
    document = world.bill(delivery)
    world.run(work.pull_billing(order))
    run(world.invoice_of(order, document))
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE
    return own.by_step


def test_an_order_costs_few_queries_whatever_the_number_of_its_lines(world: World) -> None:
    cycle(world, "simple")  # what is kept in memory is there

    plain, large = cycle(world, "simple"), cycle(world, "large")

    assert SalesOrderLine.objects.count() > 250
    assert plain["push_order"] + plain["confirm_order"] <= CREATE_AND_CONFIRM, plain
    assert plain.total() <= WHOLE_CYCLE, plain
    assert abs(large.total() - plain.total()) <= plain.total() * 0.1, (plain, large)


# ---- a page of orders
def a_page(**changes: Any) -> list[MagentoOrder]:
    first = parse_order(recorded_orders()[0])
    return [
        replace(first, entity_id=1000 + at, increment_id=f"9{at:08}", **changes)
        for at in range(ONE_PAGE)
    ]


def writes(made: CaptureQueriesContext) -> list[str]:
    return [one["sql"] for one in made if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@contextmanager
def queries_at_most(number: int) -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as queries:
        yield queries
    told = "\n".join(query["sql"][:120] for query in queries)
    assert len(queries) <= number, f"{len(queries)}:\n{told}"


@pytest.fixture
def shop(db: None) -> Shop:
    shop = a_shop()
    store_orders(shop, [parse_order(recorded_orders()[-1])])  # what is kept in memory is there
    return shop


def test_a_page_of_new_orders_is_stored_with_seven_queries(shop: Shop) -> None:
    page = a_page()

    with queries_at_most(7):  # the transaction's two, mark, known ones, orders, lines, stages
        store_orders(shop, page)

    assert SalesOrder.objects.filter(increment_id__startswith="90").count() == ONE_PAGE


def test_a_page_of_unchanged_orders_writes_their_time_of_reading_alone(shop: Shop) -> None:
    page = a_page()
    store_orders(shop, page)

    with queries_at_most(6) as made:  # lines and mark as well: a rule may have decided anew
        store_orders(shop, page)

    assert len(writes(made)) == 1
    assert "payload" not in writes(made)[0]


def test_a_page_of_changed_orders_writes_no_line_that_is_as_before(shop: Shop) -> None:
    page = a_page()
    store_orders(shop, page)
    later = page[0].updated_at + timedelta(hours=1)

    with queries_at_most(7) as made:
        store_orders(shop, a_page(updated_at=later, status="another"))

    assert not [sql for sql in writes(made) if "sync_salesorderline" in sql]

    assert SalesOrder.objects.filter(status="another").count() == ONE_PAGE


# ---- one order, read again
def test_an_order_that_is_stored_as_it_is_costs_no_write(shop: Shop) -> None:
    (record,) = a_page()[:1]
    known = store_order(shop, record)
    PaymentMapping.objects.create(shop=shop, method=known.payment_method)

    with CaptureQueriesContext(connection) as queries:
        order = store_order(shop, record, known)

    assert not writes(queries)
    assert order.pulled_at > known.pulled_at


def test_what_another_has_stored_meanwhile_is_not_overwritten_by_something_older(
    shop: Shop,
) -> None:
    (record,) = a_page()[:1]
    known = store_order(shop, record)
    newer = replace(record, updated_at=record.updated_at + timedelta(hours=2), status="newer")
    store_order(shop, newer)

    between = replace(record, updated_at=record.updated_at + timedelta(hours=1), status="older")
    order = store_order(shop, between, known)

    assert (order.status, SalesOrder.objects.get(pk=order.pk).status) == ("newer", "newer")


def test_lines_changed_by_the_portal_are_stored_as_the_shop_says_when_it_is_read(
    shop: Shop,
) -> None:
    (record,) = a_page()[:1]
    known = store_order(shop, record)
    known.lines.update(qty_shipped=7)
    SalesOrder.objects.update(stored_fingerprint="", lines_fingerprint="")

    store_order(shop, record, SalesOrder.objects.get(pk=known.pk))

    assert not known.lines.filter(qty_shipped=7).exists()
