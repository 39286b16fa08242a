"""What stopped until a person acts: one row for each cause, with its remedy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode
from zlib import crc32

from django.contrib.auth.models import User
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from sync.mapping.stopped_for import PresentEntries, areas, entry_of, initial_of
from sync.mirrors.intake import NEVER
from sync.models import SalesOrder, SapMessageEntry, SyncTask
from sync.roles import steps_to_retry
from sync.templatetags.polling import is_at_its_pace
from sync.views.causes import Remedy, remedy_for
from sync.views.counts import capped
from sync.views.people import PortalRequest
from sync.views.strips import shown_to, strips_of, tokens

MOST_CAUSES = 50
MOST_READ = 200  # causes by step
MOST_COUNTED = 1_000
SHOWN_PER_CAUSE = 20
SHOWN_AT_ONCE = 50  # documents of all causes that have few
MOST_NOT_TAKEN = 50


@dataclass(slots=True)
class Group:
    """Tasks that stopped for the same cause; ``message`` is empty where they differ in it. Where
    there are too many to show at once, ``tasks`` is empty and ``example`` the newest message."""

    cause: str
    cause_key: str
    count: int = 0
    newest: int = 0
    remedy: Remedy | None = None
    message: str = ""
    example: str = ""
    tasks: list[SyncTask] = field(default_factory=list)
    may_retry: bool = False
    link_url: str = ""
    add_url: str = ""
    teach_url: str = ""

    @property
    def rest(self) -> int:
        return self.count - len(self.tasks)

    @property
    def documents_url(self) -> str:
        query = urlencode({"cause": self.cause, "cause_key": self.cause_key})
        return f"{reverse('sync:stopped_documents')}?{query}"


@require_safe
def attention_page(request: PortalRequest) -> HttpResponse:
    """As many queries for fifty causes as for one; 204 where nothing has moved since the page was
    shown."""
    repairs = capped(_under_repair(), MOST_COUNTED)
    groups = _groups(request.user)
    clicks = shown_to(request.user)
    stamp = _stamp(f"{repairs} {tokens(clicks)}", groups)
    if request.GET.get("seen") == stamp and is_at_its_pace(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    _explain(groups, request.user)
    not_taken = SalesOrder.objects.filter(stage=SalesOrder.Stage.NOT_TAKEN)
    context = {
        "section": "attention",
        "groups": groups,
        "not_taken": not_taken.select_related("shop").defer("payload")[:MOST_NOT_TAKEN],
        "not_taken_count": capped(not_taken, MOST_COUNTED),
        "never_taken": NEVER,
        "repairs": repairs,
        "strips": strips_of(request.user, clicks),
        "is_moving": bool(tokens(clicks)),
        "stamp": stamp,
        "retryable": steps_to_retry(request.user),
    }
    return render(request, "sync/attention.html", context)


@require_safe
def stopped_documents(request: PortalRequest) -> HttpResponse:
    """The first documents of one cause, once a person opens it."""
    cause, key = (request.GET.get(name, "") for name in ("cause", "cause_key"))
    stopped = SyncTask.objects.filter(
        state=SyncTask.State.NEEDS_ATTENTION, cause=cause, cause_key=key
    )
    group = Group(cause, key, capped(stopped, MOST_COUNTED).number, newest=0)
    group.tasks = list(_listed(stopped)[:SHOWN_PER_CAUSE])
    context = {"cause": group, "retryable": steps_to_retry(request.user)}
    return render(request, "sync/partials/cause_documents.html", context)


def _under_repair() -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(
        state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING], origin=SyncTask.Origin.REPAIR
    )


def _stamp(repairs: str, groups: list[Group]) -> str:
    """Changes whenever the page would show something else."""
    seen = [repairs, *(f"{one.cause}:{one.cause_key}:{one.count}:{one.newest}" for one in groups)]
    return f"{crc32('|'.join(seen).encode()):x}"


def _groups(user: User) -> list[Group]:
    """The causes with the most documents, counted within one index."""
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).order_by()
    rows = stopped.values("cause", "cause_key", "step").annotate(
        count=Count("pk"), newest=Max("pk")
    )
    retryable = set(steps_to_retry(user))
    groups: dict[tuple[str, str], Group] = {}
    for row in rows.order_by("-count", "-newest")[:MOST_READ]:
        same = (row["cause"], row["cause_key"])
        group = groups.setdefault(same, Group(*same))
        group.count += row["count"]
        group.newest = max(group.newest, row["newest"])
        group.may_retry |= row["step"] in retryable
    return sorted(groups.values(), key=lambda one: (-one.count, -one.newest))[:MOST_CAUSES]


def _explain(groups: list[Group], user: User) -> None:
    """Adds remedies, links and the documents of the causes that have few."""
    tasks = SyncTask.objects.select_related("shop", "sales_order")
    newest = tasks.defer("facts", "sales_order__payload").in_bulk([one.newest for one in groups])
    groups[:] = [one for one in groups if one.newest in newest]  # others were retried meanwhile
    entries, taught = _Entries(newest.values(), user), _taught(newest.values(), user)
    listed = _few_documents(groups)
    for group in groups:
        first = newest[group.newest]
        group.remedy = remedy = remedy_for(first)
        group.tasks = listed.get((group.cause, group.cause_key), [])
        messages = {task.error_message for task in group.tasks}
        group.message = messages.pop() if len(messages) == 1 else ""
        group.example = "" if group.tasks else first.error_message
        group.add_url = entries.url_for(first)
        group.link_url = "" if group.add_url else remedy.link_for(user)
        group.teach_url = taught.get((first.sap_message_class, first.sap_message_number), "")


def _few_documents(groups: list[Group]) -> dict[tuple[str, str], list[SyncTask]]:
    """Documents of the causes with the fewest, as long as the page stays small."""
    wanted, left = Q(pk__in=[]), SHOWN_AT_ONCE
    for group in sorted(groups, key=lambda one: one.count):
        left -= group.count
        if left < 0:
            break
        wanted |= Q(cause=group.cause, cause_key=group.cause_key)
    stopped = SyncTask.objects.filter(wanted, state=SyncTask.State.NEEDS_ATTENTION)
    found: dict[tuple[str, str], list[SyncTask]] = defaultdict(list)
    for task in _listed(stopped)[:SHOWN_AT_ONCE]:
        found[task.cause, task.cause_key].append(task)
    return found


def _listed(stopped: QuerySet[SyncTask]) -> QuerySet[SyncTask]:
    documents = stopped.select_related("sales_order", "delivery", "billing_document", "shop")
    return documents.defer("facts", "sales_order__payload").order_by("id")


class _Entries:
    """The admin pages that add or complete the missing mappings, prefilled from the errors; empty
    where no mapping is missing, or the person may not keep its table."""

    def __init__(self, tasks: Iterable[SyncTask], user: User) -> None:
        self._user, self._areas = user, areas()
        missing = [(task, entry_of(task)) for task in tasks]
        self._present = PresentEntries(
            (one.table, initial_of(task, one, self._areas)) for task, one in missing if one
        )

    def url_for(self, task: SyncTask) -> str:
        missing = entry_of(task)
        model = missing.table.facts.model if missing else ""
        user = self._user
        if missing is None or not (user.is_staff and user.has_perm(f"sync.add_{model}")):
            return ""
        admin, known = f"admin:sync_{model}", initial_of(task, missing, self._areas)
        present = self._present.like(missing.table, known)
        wanted = {"missing": missing.field} if missing.field else {}
        if present is None:
            return f"{reverse(f'{admin}_add')}?{urlencode(known | wanted)}"
        return f"{reverse(f'{admin}_change', args=[present.pk])}?{urlencode(wanted)}".rstrip("?")


def _taught(tasks: Iterable[SyncTask], user: User) -> dict[tuple[str, str], str]:
    """The admin pages for the SAP messages these tasks stopped on, prefilled with their keys."""
    if not user.has_perm("sync.add_sapmessageentry"):
        return {}
    keys = {(task.sap_message_class, task.sap_message_number) for task in tasks}
    pages = {}
    for message_class, number in keys:
        if message_class and number:
            key = {"message_class": message_class, "number": number}
            pages[message_class, number] = f"{_admin_of_messages('add')}?{urlencode(key)}"
    known = SapMessageEntry.objects.filter(message_class__in=[one for one, _number in pages])
    for entry in known.reverse():
        if (place := (entry.message_class, entry.number)) in pages:
            pages[place] = _admin_of_messages("change", entry.pk)
    return pages


def _admin_of_messages(page: str, *keys: int) -> str:
    return reverse(f"admin:sync_sapmessageentry_{page}", args=keys)
