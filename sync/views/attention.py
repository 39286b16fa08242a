"""What stopped until a person acts: one row for each cause, with its remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Max
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sync.mapping.stopped_for import entry_of, initial_of, present_entry
from sync.mirrors.intake import NEVER
from sync.models import SalesOrder, SapMessageEntry, SyncTask
from sync.roles import steps_to_retry
from sync.views.causes import Remedy, remedy_for
from sync.views.counts import capped
from sync.views.people import PortalRequest
from sync.views.strips import strips_of, tokens

MOST_CAUSES = 50
SHOWN_PER_CAUSE = 20
MOST_NOT_TAKEN = 50


@dataclass(slots=True)
class Group:
    """Tasks that stopped for the same cause; ``message`` is empty where they differ in it."""

    cause: str
    cause_key: str
    count: int
    remedy: Remedy
    message: str = ""
    tasks: list[SyncTask] = field(default_factory=list)
    may_retry: bool = False
    link_url: str = ""
    add_url: str = ""
    teach_url: str = ""

    @property
    def rest(self) -> int:
        return self.count - len(self.tasks)


@require_safe
def attention_page(request: PortalRequest) -> HttpResponse:
    """One query for the causes and one for each cause's tasks; at most fifty causes."""
    not_taken = SalesOrder.objects.filter(stage=SalesOrder.Stage.NOT_TAKEN)
    moving = SyncTask.objects.filter(
        state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING],
        origin=SyncTask.Origin.REPAIR,
    )
    strips = strips_of(request.user)
    context = {
        "section": "attention",
        "groups": _groups(request.user),
        "not_taken": not_taken.select_related("shop").defer("payload")[:MOST_NOT_TAKEN],
        "not_taken_count": capped(not_taken),
        "never_taken": NEVER,
        "repairs": capped(moving),
        "strips": strips,
        "is_moving": bool(tokens(strips)),
        "retryable": steps_to_retry(request.user),
    }
    return render(request, "sync/attention.html", context)


def _groups(user: User) -> list[Group]:
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    rows = (
        stopped.order_by()
        .values("cause", "cause_key")
        .annotate(count=Count("pk"), newest=Max("pk"))
        .order_by("-count", "-newest")[:MOST_CAUSES]
    )
    newest = stopped.select_related("shop").in_bulk([row["newest"] for row in rows])
    retryable = set(steps_to_retry(user))
    groups = []
    for row in rows:
        first = newest.get(row["newest"])
        if first is None:  # it was retried between the two queries
            continue
        group = Group(row["cause"], row["cause_key"], row["count"], remedy_for(first))
        same = stopped.filter(cause=group.cause, cause_key=group.cause_key)
        listed = same.select_related("sales_order", "delivery", "billing_document", "shop")
        group.tasks = list(listed.order_by("id")[:SHOWN_PER_CAUSE])
        messages = {task.error_message for task in group.tasks}
        group.message = messages.pop() if len(messages) == 1 else ""
        group.may_retry = any(task.step in retryable for task in group.tasks)
        group.add_url = _add_url(first, user)
        group.link_url = "" if group.add_url else group.remedy.link_for(user)
        group.teach_url = _teach_url(first, user)
        groups.append(group)
    return groups


def _add_url(task: SyncTask, user: User) -> str:
    """The admin page that adds or completes the missing mapping, prefilled from the error; empty
    where no mapping is missing, or the person may not keep its table."""
    missing = entry_of(task)
    model = missing.table.facts.model if missing else ""
    if missing is None or not (user.is_staff and user.has_perm(f"sync.add_{model}")):
        return ""
    admin, known = f"admin:sync_{model}", initial_of(task, missing)
    present = present_entry(missing.table, known)
    wanted = {"missing": missing.field} if missing.field else {}
    if present is None:
        return f"{reverse(f'{admin}_add')}?{urlencode(known | wanted)}"
    return f"{reverse(f'{admin}_change', args=[present.pk])}?{urlencode(wanted)}".rstrip("?")


def _teach_url(task: SyncTask, user: User) -> str:
    """The admin page for the SAP message this task stopped on, prefilled with its key; empty where
    it has none or the person may not edit it."""
    key = {"message_class": task.sap_message_class, "number": task.sap_message_number}
    if not all(key.values()) or not user.has_perm("sync.add_sapmessageentry"):
        return ""
    taught = SapMessageEntry.objects.filter(**key).first()
    if taught is not None:
        return reverse("admin:sync_sapmessageentry_change", args=[taught.pk])
    return f"{reverse('admin:sync_sapmessageentry_add')}?{urlencode(key)}"
