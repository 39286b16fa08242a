"""Stopped work at home: one row for each cause, with how many, since when and how much money."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Min, QuerySet
from django.urls import reverse

from sync.models import BillingDocument, SalesOrder, SyncTask
from sync.models.one_statement import in_one_statement
from sync.views.causes import remedy_for
from sync.views.counts import Count

MOST_CAUSES = 50
MOST_ROWS = 3  # for each team
MOST_ADDED = 100  # documents whose money is added up
EXAMPLE = (
    "step", "state", "cause", "error_class", "error_message", "headline", "remedy", "owner",
    "finished_at", "asked_at",
)  # fmt: skip


@dataclass(slots=True)
class Stopped:
    """Work that stopped for one cause; ``oldest`` stopped first. ``is_more``: the money of so many
    documents is not added up."""

    cause: str
    cause_key: str
    count: int
    oldest: SyncTask
    headline: str
    steps: list[str] = field(default_factory=list)
    amounts: list[tuple[Decimal, str]] = field(default_factory=list)

    @property
    def since(self) -> datetime:
        return self.oldest.finished_at or self.oldest.asked_at

    @property
    def url(self) -> str:
        """Its card, with the form that repairs it."""
        return reverse("sync:repair_task", args=[self.oldest.pk])

    @property
    def is_more(self) -> bool:
        return bool(self.amounts) and self.count > MOST_ADDED


@dataclass(slots=True)
class StoppedWork:
    """What one team has to repair: the causes it begins with, and how much there is in all."""

    count: Count = field(default_factory=lambda: Count(0))
    causes: list[Stopped] = field(default_factory=list)


def stopped_work(teams: Sequence[str]) -> dict[str, StoppedWork]:
    """By team; as many queries for one cause as for fifty."""
    groups = _groups()
    causes: dict[tuple[str, str, str], Stopped] = {}
    tasks = SyncTask.objects.only(*EXAMPLE).in_bulk([row["oldest"] for row in groups])
    for row in groups:
        if (task := tasks.get(row["oldest"])) is None:
            continue  # it was retried meanwhile
        remedy, alike = remedy_for(task), (row["cause"], row["cause_key"])
        cause = causes.setdefault((remedy.team, *alike), Stopped(*alike, 0, task, remedy.headline))
        cause.count += row["count"]
        cause.oldest = min(cause.oldest, task, key=lambda one: one.pk)
        cause.steps.append(row["step"])
    found = {team: _of_team(team, causes, is_cut=len(groups) == MOST_CAUSES) for team in teams}
    _add_money([one for work in found.values() for one in work.causes])
    return found


def _of_team(
    team: str, causes: dict[tuple[str, str, str], Stopped], *, is_cut: bool
) -> StoppedWork:
    own = [one for (owner, *_alike), one in causes.items() if owner == team]
    number = sum(one.count for one in own)
    oldest = sorted(own, key=lambda one: one.since)[:MOST_ROWS]
    return StoppedWork(Count(number, is_cut and number > 0), oldest)


def _groups() -> list[Any]:
    """The causes with the most documents, counted within one index."""
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).order_by()
    rows = stopped.values("cause", "cause_key", "step")
    counted = rows.annotate(count=CountOf("pk"), oldest=Min("pk")).order_by("-count", "-oldest")
    return list(counted[:MOST_CAUSES])


def _add_money(causes: Sequence[Stopped]) -> None:
    """What the orders are worth, or the billing documents where the work is about those."""
    about = {at: set[tuple[str, int]]() for at in range(len(causes))}
    for at, order, document in in_one_statement(_questions(causes)):
        if document or order:
            about[at].add(("document", document) if document else ("order", order))
    wanted = {one for documents in about.values() for one in documents}
    orders = SalesOrder.objects.filter(pk__in=[key for what, key in wanted if what == "order"])
    documents = BillingDocument.objects.filter(
        pk__in=[key for what, key in wanted if what == "document"]
    )
    money = {("order", key): one for key, *one in _money(orders, "grand_total")}
    money |= {("document", key): one for key, *one in _money(documents, "gross_value")}
    for at, cause in enumerate(causes):
        totals: dict[str, Decimal] = {}
        for amount, currency in (money[one] for one in about[at] if one in money):
            totals[currency] = totals.get(currency, Decimal(0)) + amount
        cause.amounts = [(totals[currency], currency) for currency in sorted(totals)]


def _money(documents: QuerySet[Any, Any], amount: str) -> QuerySet[Any, Any]:
    return documents.order_by().values_list("pk", amount, "currency")


def _questions(causes: Sequence[Stopped]) -> Iterator[tuple[str, QuerySet[Any, Any]]]:
    for at, one in enumerate(causes):
        stopped = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION,
            cause=one.cause,
            cause_key=one.cause_key,
            step__in=one.steps,
        )
        keys = stopped.order_by().values("sales_order_id", "billing_document_id")[:MOST_ADDED]
        yield f"SELECT {at} AS cause, sales_order_id, billing_document_id FROM {{rows}}", keys
