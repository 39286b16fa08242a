"""The figures for Prometheus: who may read them, what they say, what they cost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from prometheus_client.parser import text_string_to_metric_families

from sync.models import (
    FetchHealth,
    ProcessHeartbeat,
    PullWatermark,
    RemoteCall,
    RemoteHealth,
    SalesOrder,
    Step,
    clock,
)
from tests.builders import (
    a_done_task,
    a_remote_call,
    a_sales_order,
    a_stopped_task,
    a_task,
    an_attempt,
)

pytestmark = pytest.mark.django_db
TOKEN = "only-prometheus-knows"
HOUR = timedelta(hours=1)
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(client: Client) -> Figures:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name.removeprefix("o2c_"), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def figure(figures: Figures, name: str, **labels: str) -> float:
    return figures[name, frozenset(labels.items())]


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer x"}, {"Authorization": TOKEN}])
def test_without_the_token_there_is_no_such_page(client: Client, given: dict[str, str]) -> None:
    assert client.get("/metrics", headers=given).status_code == 404


def test_where_no_token_is_set_nobody_reads_them(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_silent_fetch_and_a_watermark_that_stands_still_tell_their_age(client: Client) -> None:
    now, order = clock.now(), a_sales_order()
    FetchHealth.objects.create(
        step=Step.PULL_BILLING, reference="sap", last_good_at=now - HOUR, opened_at=now
    )
    PullWatermark.objects.create(shop=order.shop, updated_at=now - 2 * HOUR)

    figures = read(client)

    labels = {"step": "pull_billing", "reference": "sap"}
    assert figure(figures, "fetch_age_seconds", **labels) == pytest.approx(3600, abs=60)
    assert figure(figures, "fetch_failing", **labels) == 1
    behind = figure(figures, "watermark_age_seconds", shop=order.shop.code)
    assert behind == pytest.approx(7200, abs=60)


def test_due_work_put_off_work_and_stopped_work_are_told_apart(client: Client) -> None:
    now = clock.now()
    a_task(Step.PUSH_ORDER, a_sales_order(), not_before=now - HOUR)
    a_task(Step.PUSH_ORDER, a_sales_order(), not_before=now + HOUR)
    a_stopped_task(Step.PUSH_SHIPMENT, a_sales_order())

    figures = read(client)

    assert figure(figures, "tasks_due", step="push_order") == 1
    assert figure(figures, "tasks_put_off", step="push_order") == 1
    oldest = figure(figures, "oldest_due_seconds", step="push_order")
    assert oldest == pytest.approx(3600, abs=60)
    stopped = {labels for name, labels in figures if name == "tasks_stopped"}
    assert [dict(one)["step"] for one in stopped] == ["push_shipment"]


def test_remotes_processes_and_orders(client: Client) -> None:
    now = clock.now()
    RemoteHealth.objects.create(system="sap", opened_at=now, kind="away")
    ProcessHeartbeat.objects.create(name="w1", kind="worker", threads=8, busy_threads=3)
    ProcessHeartbeat.objects.create(name="gone", kind="worker", beat_at=now - HOUR)
    a_sales_order(stage=SalesOrder.Stage.COMPLETE)
    order = a_sales_order(stage=SalesOrder.Stage.PICKING, placed_at=now - 2 * HOUR)
    a_done_task(Step.CONFIRM_ORDER, order, finished_at=now - HOUR)
    call = a_remote_call(an_attempt(a_done_task(Step.PUSH_ORDER, order)))
    RemoteCall.objects.filter(pk=call.pk).update(system="sap", duration_seconds=0.3)

    figures = read(client)

    assert figure(figures, "remote_in_trouble", system="sap") == 1
    assert figure(figures, "processes_alive", kind="worker") == 1
    assert figure(figures, "processes_alive", kind="scheduler") == 0
    assert (figure(figures, "threads"), figure(figures, "threads_busy")) == (8, 3)
    assert figure(figures, "orders_open", stage="picking") == 1
    assert not any(dict(labels).get("stage") == "complete" for _name, labels in figures)
    took = figure(figures, "remote_call_seconds", system="sap", quantile="0.95")
    assert took == pytest.approx(0.3)
    lead = figure(figures, "lead_time_seconds", until="in_sap", quantile="0.5")
    assert lead == pytest.approx(3600, abs=60)


def test_it_costs_the_same_for_one_and_for_many_and_names_no_document(client: Client) -> None:
    read(client)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client)
        return len(queries)

    order = a_sales_order()
    a_stopped_task(Step.PUSH_ORDER, order)
    few = count()
    for _ in range(20):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order())
        a_task(Step.PUSH_SHIPMENT, a_sales_order())

    assert count() == few
    page = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    assert order.increment_id not in page
    assert order.customer_email not in page


def told_in_docs() -> Iterator[str]:
    page = Path(portal.BASE_DIR) / "docs" / "metrics.md"
    yield from re.findall(r"`o2c_(\w+)`", page.read_text("utf-8"))


def test_every_figure_is_documented_and_every_documented_one_exists(client: Client) -> None:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    given = {one.name for one in text_string_to_metric_families(answer.content.decode())}

    assert {f"o2c_{name}" for name in told_in_docs()} == given
