"""The causes for which work has stopped, each with what the page says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse

from sync.causes.table import cause_named
from sync.forms.mappings import MappingForm
from sync.jobs.repairs import can_be_tried
from sync.models import Repair, SapMessageEntry, Step, SyncTask
from sync.roles import steps_to_retry
from sync.views.causes import Remedy, remedy_for

MOST_CAUSES = 50
MOST_READ = 200  # causes by step
SHOWN_AT_ONCE = 50  # documents of all causes that have few
MOST_SUMMED = 2_000  # documents of all causes whose money is added up
FETCHED_AGAIN = {Step.PUSH_SHIPMENT, Step.PUSH_INVOICE}  # others read their order anyway


@dataclass(slots=True)
class Group:
    """Tasks that stopped for the same cause; ``message`` is empty where they differ in it. Where
    there are too many to show at once, ``tasks`` is empty and ``example`` the newest message."""

    cause: str
    cause_key: str
    count: int = 0
    newest: int = 0
    oldest: int = 0
    steps: set[str] = field(default_factory=set)
    first: SyncTask | None = None  # the newest: what the form repairs, and what is tried
    remedy: Remedy | None = None
    message: str = ""
    example: str = ""
    tasks: list[SyncTask] = field(default_factory=list)
    amounts: list[tuple[Decimal, str]] = field(default_factory=list)
    is_summed: bool = False  # False where there are too many documents to add their money up
    since: datetime | None = None
    is_ours: bool = False
    may_retry: bool = False
    may_fetch: bool = False
    link_url: str = ""
    add_url: str = ""
    teach_url: str = ""
    form: MappingForm | None = None
    repair_url: str = ""  # where the form is on a page of its own
    repair: Repair | None = None  # the one that is being tried, or was not accepted

    @property
    def rest(self) -> int:
        return self.count - len(self.tasks)

    @property
    def place(self) -> tuple[str, str]:
        return self.cause, self.cause_key

    @property
    def is_being_tried(self) -> bool:
        """Until the trial ends, well or not."""
        trial = self.repair.trial if self.repair else None
        is_open = self.repair is not None and self.repair.state == Repair.State.TRYING
        return is_open and trial is not None and trial.is_moving

    @property
    def is_tried_first(self) -> bool:
        return self.first is not None and can_be_tried(self.first)

    @property
    def documents_url(self) -> str:
        query = urlencode({"cause": self.cause, "cause_key": self.cause_key})
        return f"{reverse('sync:stopped_documents')}?{query}"


def stopped(**only: str) -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION, **only)


def groups_of(user: User, own: Collection[str], **only: str) -> list[Group]:
    """The causes with the most documents, the own team's before all others, counted within one
    index."""
    rows = stopped(**only).order_by().values("cause", "cause_key", "step")
    counted = rows.annotate(count=Count("pk"), newest=Max("pk"), oldest=Min("pk"))
    groups: dict[tuple[str, str], Group] = {}
    for row in counted.order_by("-count", "-newest")[:MOST_READ]:
        same = (row["cause"], row["cause_key"])
        group = groups.setdefault(same, Group(*same, oldest=row["oldest"]))
        group.count += row["count"]
        group.newest = max(group.newest, row["newest"])
        group.oldest = min(group.oldest, row["oldest"])
        group.steps.add(row["step"])
    retryable = set(steps_to_retry(user))
    for group in groups.values():
        group.may_retry = bool(group.steps & retryable)
        group.may_fetch = bool(group.steps & retryable & FETCHED_AGAIN)
        group.is_ours = _usual_team(group) in own
    ordered = sorted(groups.values(), key=lambda one: (not one.is_ours, -one.count, -one.newest))
    return ordered[:MOST_CAUSES]


def _usual_team(group: Group) -> str:
    """Before its tasks are read; a failure of its own may name another."""
    owner = cause_named(group.cause).owner
    return owner or SyncTask(step=min(group.steps)).usual_team


def explain(groups: list[Group], user: User, own: Collection[str]) -> None:
    """Adds remedies, money and age, and the documents of the causes that have few."""
    wanted = {pk for one in groups for pk in (one.newest, one.oldest)}
    tasks = SyncTask.objects.select_related("shop", "sales_order")
    read = tasks.defer("facts", "sales_order__payload").in_bulk(wanted)
    groups[:] = [one for one in groups if one.newest in read]  # others were retried meanwhile
    few = _few_documents(groups)
    for group in groups:
        group.first = first = read[group.newest]
        group.remedy = remedy_for(first)
        group.is_ours = group.remedy.team in own
        group.since = read[group.oldest].finished_at if group.oldest in read else None
        group.tasks = few.get(group.place, [])
        messages = {task.error_message for task in group.tasks}
        group.message = messages.pop() if len(messages) == 1 else ""
        group.example = "" if group.tasks else first.error_message
    _add_money(groups)
    _add_lessons(groups, user)
    groups.sort(key=lambda one: (not one.is_ours, -one.count, -one.newest))


def _few(groups: Iterable[Group], most: int) -> Q:
    """The causes with the fewest documents, as long as these stay within ``most``."""
    wanted = Q(pk__in=[])
    for group in sorted(groups, key=lambda one: one.count):
        most -= group.count
        if most < 0:
            break
        wanted |= Q(cause=group.cause, cause_key=group.cause_key)
    return wanted


def _few_documents(groups: list[Group]) -> dict[tuple[str, str], list[SyncTask]]:
    """Documents of the causes with the fewest, as long as the page stays small."""
    few = listed(stopped().filter(_few(groups, SHOWN_AT_ONCE)))[:SHOWN_AT_ONCE]
    found: dict[tuple[str, str], list[SyncTask]] = defaultdict(list)
    for task in few:
        found[task.cause, task.cause_key].append(task)
    return found


def listed(tasks: QuerySet[SyncTask]) -> QuerySet[SyncTask]:
    documents = tasks.select_related("sales_order", "delivery", "billing_document", "shop")
    return documents.defer("facts", "sales_order__payload").order_by("id")


def _add_money(groups: list[Group]) -> None:
    """What the orders are worth, or the billing documents where the work is about those, each
    once; and since when the oldest waits. A cause with more documents than are added up has
    none."""
    few = _few(groups, MOST_SUMMED)
    rows = stopped().filter(few).order_by().values_list(*_OF_MONEY)[:MOST_SUMMED]
    of_place = {one.place: one for one in groups}
    worth: dict[tuple[str, str], dict[tuple[str, int], tuple[Decimal, str]]] = defaultdict(dict)
    for cause, key, since, order, *total, document, gross, currency in rows:
        if (group := of_place.get((cause, key))) is None:
            continue
        group.is_summed = True
        if since and (group.since is None or since < group.since):
            group.since = since
        if document:
            worth[cause, key]["document", document] = (gross, currency)
        elif order:
            worth[cause, key]["order", order] = (total[0], total[1])
    for place, amounts in worth.items():
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for amount, currency in amounts.values():
            totals[currency] += amount
        of_place[place].amounts = [(totals[one], one) for one in sorted(totals) if totals[one]]


_OF_MONEY = (
    "cause", "cause_key", "finished_at", "sales_order", "sales_order__grand_total",
    "sales_order__currency", "billing_document", "billing_document__gross_value",
    "billing_document__currency",
)  # fmt: skip


def _add_lessons(groups: list[Group], user: User) -> None:
    """The admin pages for the SAP messages these tasks stopped on, prefilled with their keys."""
    if not user.has_perm("sync.add_sapmessageentry"):
        return
    told = {
        (one.first.sap_message_class, one.first.sap_message_number) for one in groups if one.first
    }
    pages = {}
    for message_class, number in told:
        if message_class and number:
            key = {"message_class": message_class, "number": number}
            pages[message_class, number] = f"{_admin_of_messages('add')}?{urlencode(key)}"
    known = SapMessageEntry.objects.filter(message_class__in=[one for one, _number in pages])
    for entry in known.reverse():
        if (place := (entry.message_class, entry.number)) in pages:
            pages[place] = _admin_of_messages("change", entry.pk)
    for group in groups:
        if group.first is not None:
            message = (group.first.sap_message_class, group.first.sap_message_number)
            group.teach_url = pages.get(message, "")


def _admin_of_messages(page: str, *keys: int) -> str:
    return reverse(f"admin:sync_sapmessageentry_{page}", args=keys)
