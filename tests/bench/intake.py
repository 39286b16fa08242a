"""A shop's first 20,000 orders, against the least any program must do to take them in."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import requests
from django.conf import settings

from sync.magento.auth import oauth1
from tests.bench import cycle
from tests.bench.figures import Figure, at_least
from tests.bench.meter import Cost, peak_memory_bytes, read
from tests.bench.stage import Stage
from tests.chaos.processes import free_ports

ORDERS = int(os.environ.get("BENCH_INTAKE", "20000"))
PAGES = (100, 300)  # the bare loop takes the better one
HUNDRED = 100
MB = 1_000_000


def figures(stage: Stage) -> Iterator[Figure]:
    """The shop answers at once: what is measured is the portal, and the bare loop."""
    address = _shop_of_many(stage)
    seconds, cost, half, whole = _take_in(stage, address)
    _forget()
    bare = []
    for page in PAGES:
        bare.append(_bare_loop(address, page))
        _forget()
    yield at_least("intake: speed against a bare loop", min(bare) / seconds, 0.6, "×")
    yield Figure("intake: orders per second", ORDERS / seconds)
    yield Figure("intake: queries per 100 orders", cost.queries / ORDERS * HUNDRED, "", 5)
    yield Figure("intake: worker's CPU per order", cost.worker_cpu / ORDERS * 1000, "ms")
    yield Figure("intake: memory, all orders against half", whole / half, "×", 1.05)
    yield Figure("intake: worker's memory", whole / MB, "MB")


def _shop_of_many(stage: Stage) -> str:
    cycle.place(stage, 1)
    (order,) = _orders(_session(), stage.shop.address, 1, 1)
    model = stage.directory / "order.json"
    model.write_text(json.dumps(order))
    (port,) = free_ports(1)
    command = ("-m", "tests.bench.many_orders", str(port), stage.shop.address, str(model))
    stage.crew.start("many", [sys.executable, *command, str(ORDERS)])
    return f"http://127.0.0.1:{port}"


def _take_in(stage: Stage, address: str) -> tuple[float, Cost, int, int]:
    from sync.jobs import work
    from sync.models import Shop, Step, StepSchedule

    StepSchedule.objects.filter(step=Step.PUSH_ORDER).update(is_enabled=False)
    stage.start_workers(1, 4, MAGENTO_DEMO_BASE_URL=address)
    with stage.watch() as watcher:
        before, began = read(stage, watcher), time.monotonic()
        cycle.ask(work.pull_orders(Shop.objects.get()))
        cycle.until(watcher, cycle.STORED, ORDERS // 2)
        (pid,) = stage.worker_pids()
        half = peak_memory_bytes(pid)
        cycle.until(watcher, cycle.STORED, ORDERS)
        seconds = time.monotonic() - began
        cycle.until_quiet(watcher)
        cost, whole = read(stage, watcher) - before, peak_memory_bytes(pid)
    stage.stop_workers()
    return seconds, cost, half, whole


def _forget() -> None:
    """As if nothing had been read."""
    from django.db import connection

    from sync.models import RemoteIdentity

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sync_salesorder, sync_pullwatermark, sync_synctask CASCADE")
    RemoteIdentity.objects.all().delete()


def _bare_loop(address: str, size: int) -> float:
    """Seconds for requests, json and a bulk upsert of orders and lines, without any check."""
    session, began, page = _session(), time.monotonic(), 0
    while page * size < ORDERS:
        page += 1
        _upsert(_orders(session, address, size, page))
    return time.monotonic() - began


def _session() -> requests.Session:
    keys = settings.MAGENTO["demo"]
    session = requests.Session()
    session.trust_env = False
    session.auth = oauth1(
        keys["consumer_key"], keys["consumer_secret"],
        keys["access_token"], keys["access_token_secret"],
    )  # fmt: skip
    return session


def _orders(session: requests.Session, address: str, size: int, page: int) -> list[dict[str, Any]]:
    answer = session.get(f"{address}/rest/V1/orders", timeout=60, params={
        "searchCriteria[pageSize]": size, "searchCriteria[currentPage]": page,
    })  # fmt: skip
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def _upsert(found: list[dict[str, Any]]) -> None:
    from sync.models import SalesOrder, SalesOrderLine, Shop

    shop, now = Shop.objects.get(), datetime.now(UTC)
    orders = SalesOrder.objects.bulk_create(
        [
            SalesOrder(
                shop=shop, entity_id=one["entity_id"], increment_id=one["increment_id"],
                store_id=one["store_id"], state=one["state"], status=one["status"], placed_at=now,
                remote_updated_at=now, pulled_at=now, currency=one["order_currency_code"],
                grand_total=one["grand_total"], customer_email=one["customer_email"], payload=one,
            )
            for one in found
        ],
        update_conflicts=True, unique_fields=["shop", "entity_id"],
        update_fields=["state", "status", "remote_updated_at", "grand_total", "payload"],
    )  # fmt: skip
    SalesOrderLine.objects.bulk_create(
        [
            SalesOrderLine(
                sales_order=order, item_id=item["item_id"], position=at, sku=item["sku"],
                name=item["name"], qty_ordered=item["qty_ordered"], price=item["price"],
                row_total=item["row_total"],
            )
            for order, one in zip(orders, found, strict=True)
            for at, item in enumerate(one["items"], start=1)
        ],
        update_conflicts=True, unique_fields=["sales_order", "item_id"],
        update_fields=["sku", "name", "qty_ordered", "price", "row_total"],
    )  # fmt: skip
