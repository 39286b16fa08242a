"""What stopped until a person acts: one row for each cause, with its remedy."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View

from sync.mapping.stopped_for import entry_of, initial_of, present_entry
from sync.mirrors.intake import NEVER
from sync.models import SalesOrder, SapMessageEntry, SyncTask
from sync.views.causes import Remedy, remedy_for
from sync.views.counts import capped
from sync.views.people import reader, steps_to_retry

MOST_CAUSES = 50
SHOWN_PER_CAUSE = 20
SAP_MESSAGE = re.compile(r"sap:(?P<message_class>[A-Z0-9_/]{1,20}) (?P<number>\d{3})(:|$)")
MOST_NOT_TAKEN = 50


@dataclass(slots=True)
class Cause:
    """Tasks that stopped for the same reason."""

    cause_key: str
    error_class: str
    count: int
    first: SyncTask
    remedy: Remedy
    tasks: list[SyncTask] = field(default_factory=list)
    may_retry: bool = False
    add_url: str = ""
    teach_url: str = ""

    @property
    def rest(self) -> int:
        """How many are not listed one by one."""
        return self.count - len(self.tasks)


class AttentionPage(View):
    """Failures by cause, and the orders a rule has stopped."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """One query for the causes, one for each cause's tasks, at most fifty causes."""
        not_taken = SalesOrder.objects.filter(stage=SalesOrder.Stage.NOT_TAKEN)
        moving = SyncTask.objects.filter(
            state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING],
            origin=SyncTask.Origin.REPAIR,
        )
        context = {
            "section": "attention",
            "causes": _causes(request),
            "not_taken": not_taken.select_related("shop").defer("payload")[:MOST_NOT_TAKEN],
            "not_taken_count": capped(not_taken),
            "never_taken": NEVER,
            "repairs": capped(moving),
            "retryable": steps_to_retry(reader(request)),
        }
        return render(request, "sync/attention.html", context)


def _causes(request: HttpRequest) -> list[Cause]:
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    groups = (
        stopped.order_by()
        .values("cause_key", "error_class")
        .annotate(count=Count("pk"), newest=Max("pk"), oldest=Min("asked_at"))
        .order_by("-count", "-newest")[:MOST_CAUSES]
    )
    newest = stopped.select_related("shop").in_bulk([group["newest"] for group in groups])
    user = reader(request)
    retryable = set(steps_to_retry(user))
    causes = []
    for group in groups:
        first = newest.get(group["newest"])
        if first is None:  # it was retried between the two queries
            continue
        cause = Cause(
            cause_key=group["cause_key"],
            error_class=group["error_class"],
            count=group["count"],
            first=first,
            remedy=remedy_for(first),
        )
        same = stopped.filter(cause_key=cause.cause_key, error_class=cause.error_class)
        listed = same.select_related("sales_order", "delivery", "billing_document", "shop")
        cause.tasks = list(listed.order_by("id")[:SHOWN_PER_CAUSE])
        cause.may_retry = any(task.step in retryable for task in cause.tasks)
        cause.add_url = _add_url(first) if user.is_staff else ""
        cause.teach_url = _teach_url(cause.cause_key, user)
        causes.append(cause)
    return causes


def _add_url(task: SyncTask) -> str:
    """The admin page that adds or completes the missing mapping, filled in as far as the error
    tells."""
    missing = entry_of(task)
    if missing is None:
        return ""
    admin, known = f"admin:sync_{missing.table.facts.model}", initial_of(task, missing)
    present = present_entry(missing.table, known)
    wanted = {"missing": missing.field} if missing.field else {}
    if present is None:
        return f"{reverse(f'{admin}_add')}?{urlencode(known | wanted)}"
    return f"{reverse(f'{admin}_change', args=[present.pk])}?{urlencode(wanted)}".rstrip("?")


def _teach_url(cause_key: str, user: User) -> str:
    """The admin page that says what one of SAP's messages means here, filled in with its key."""
    found = SAP_MESSAGE.match(cause_key)
    if found is None or not user.has_perm("sync.add_sapmessageentry"):
        return ""
    key = {"message_class": found["message_class"], "number": found["number"]}
    taught = SapMessageEntry.objects.filter(**key).first()
    if taught is not None:
        return reverse("admin:sync_sapmessageentry_change", args=[taught.pk])
    return f"{reverse('admin:sync_sapmessageentry_add')}?{urlencode(key)}"
