"""The portal's figures for Prometheus, read from the database when they are asked for."""

from __future__ import annotations

import hmac
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from statistics import quantiles

from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sync.jobs.bell import is_reachable
from sync.models import (
    FetchHealth,
    ProcessHeartbeat,
    PullWatermark,
    RemoteCall,
    RemoteHealth,
    SalesOrder,
    Step,
    SyncTask,
    clock,
)
from sync.models.page_indexes import STOPPED
from sync.policy import metrics_token

LATEST_CALLS = 1_000  # of which the durations are told
LATEST_ORDERS = 200  # of which the lead times are told
ENDED = [SalesOrder.Stage.COMPLETE, SalesOrder.Stage.CANCELED]
STAGES = {
    "in_sap": Step.CONFIRM_ORDER,
    "in_shop_as_shipment": Step.PUSH_SHIPMENT,
    "in_shop_as_invoice": Step.PUSH_INVOICE,
}
State = SyncTask.State


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 without METRICS_TOKEN, which the caller gives as a bearer token."""
    token, given = metrics_token(), request.headers.get("Authorization", "")
    wanted = f"Bearer {token}"
    if not token or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    registry = CollectorRegistry()
    registry.register(PortalFigures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class PortalFigures(Collector):
    """As many queries however much there is; what grows for ever is read by its newest rows."""

    def collect(self) -> Iterator[Metric]:
        now = clock.now()
        yield from _fetches(now)
        yield from _backlog(now)
        yield _stopped()
        yield from _remotes()
        yield from _processes()
        yield _orders()
        yield _lead_times()


def _fetches(now: datetime) -> Iterator[Metric]:
    age = _gauge("fetch_age_seconds", "Since the last fetch that succeeded.", "step", "reference")
    failing = _gauge("fetch_failing", "1 while people are told of it.", "step", "reference")
    for health in FetchHealth.objects.all():
        labels = [health.step, health.reference]
        if health.silent_since is not None:
            age.add_metric(labels, (now - health.silent_since).total_seconds())
        failing.add_metric(labels, health.is_in_trouble)
    behind = _gauge("watermark_age_seconds", "Since the newest change read of a shop.", "shop")
    for mark in PullWatermark.objects.select_related("shop").exclude(updated_at=None):
        if mark.updated_at is not None:
            behind.add_metric([mark.shop.code], (now - mark.updated_at).total_seconds())
    return iter((age, failing, behind))


def _backlog(now: datetime) -> Iterator[Metric]:
    waiting = _gauge("tasks_due", "Work that waits for a worker.", "step")
    oldest = _gauge("oldest_due_seconds", "How long the oldest of it has been due.", "step")
    later = _gauge("tasks_put_off", "Work that waits for a later try.", "step")
    rows = SyncTask.objects.filter(state=State.WAITING).order_by().values("step")
    due = Q(not_before__lte=now)
    for row in rows.annotate(
        due=Count("pk", filter=due), later=Count("pk", filter=~due), since=Min("not_before")
    ):
        waiting.add_metric([row["step"]], row["due"])
        later.add_metric([row["step"]], row["later"])
        if row["due"]:
            oldest.add_metric([row["step"]], (now - row["since"]).total_seconds())
    return iter((waiting, oldest, later))


def _stopped() -> Metric:
    """By the team that acts; beyond the first thousands by the step's usual team."""
    found = _gauge("tasks_stopped", "Work that waits for a person.", "team", "step")
    counted: dict[tuple[str, str], int] = defaultdict(int)
    rows = SyncTask.objects.filter(STOPPED).order_by().values("step", "owner")
    for row in rows.annotate(count=Count("pk")):
        team = row["owner"] or SyncTask(step=row["step"]).usual_team
        counted[str(team), row["step"]] += row["count"]
    for labels, count in counted.items():
        found.add_metric(labels, count)
    return found


def _remotes() -> Iterator[Metric]:
    trouble = _gauge("remote_in_trouble", "1 while work for it waits.", "system")
    for health in RemoteHealth.objects.all():
        trouble.add_metric([health.system], health.is_in_trouble)
    newest = RemoteCall.objects.order_by("-pk").values_list("system", "duration_seconds")
    durations: dict[str, list[float]] = defaultdict(list)
    for system, seconds in newest[:LATEST_CALLS]:
        durations[system].append(seconds)
    took = _gauge("remote_call_seconds", "How long the latest calls took.", "system", "quantile")
    for system, of_system in durations.items():
        _add_quantiles(took, [system], of_system)
    return iter((trouble, took))


def _processes() -> Iterator[Metric]:
    alive = _gauge("processes_alive", "Processes with a recent sign of life.", "kind")
    busy = _gauge("threads_busy", "Threads of workers that run a task.")
    threads = _gauge("threads", "Threads of workers.")
    skew = _gauge("clock_skew_seconds", "By how much a clock is ahead of the database.", "process")
    beats = [one for one in ProcessHeartbeat.objects.all() if one.is_alive]
    for kind in ProcessHeartbeat.Kind.values:
        alive.add_metric([kind], sum(one.kind == kind for one in beats))
    busy.add_metric([], sum(one.busy_threads for one in beats))
    threads.add_metric([], sum(one.threads for one in beats if one.kind == "worker"))
    for beat in beats:
        skew.add_metric([beat.name], beat.clock_skew_seconds)
    skew.add_metric(["web"], clock.skew().total_seconds())
    redis = _gauge("redis_reachable", "1 while Redis answers.")
    redis.add_metric([], is_reachable())
    return iter((alive, busy, threads, skew, redis))


def _orders() -> Metric:
    stages = _gauge("orders_open", "Orders that are neither complete nor canceled.", "stage")
    rows = SalesOrder.objects.exclude(stage__in=ENDED).order_by().values("stage")
    for row in rows.annotate(count=Count("pk")):
        stages.add_metric([row["stage"]], row["count"])
    return stages


def _lead_times() -> Metric:
    took = _gauge(
        "lead_time_seconds", "From the web order, of the latest orders.", "until", "quantile"
    )
    for until, step in STAGES.items():
        done = SyncTask.objects.filter(step=step, state=State.DONE, sales_order__isnull=False)
        latest = done.order_by("-pk").values_list("finished_at", F("sales_order__placed_at"))
        seconds = [
            (ended - placed).total_seconds() for ended, placed in latest[:LATEST_ORDERS] if ended
        ]
        _add_quantiles(took, [until], seconds)
    return took


def _gauge(name: str, told: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"o2c_{name}", told, labels=labels)


def _add_quantiles(gauge: GaugeMetricFamily, labels: list[str], seconds: list[float]) -> None:
    if not seconds:
        return
    cuts = quantiles([*seconds, *seconds], n=20)
    for name, value in (("0.5", cuts[9]), ("0.95", cuts[18])):
        gauge.add_metric([*labels, name], value)
