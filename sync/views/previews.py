"""What Sync now will do, said before it is pressed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from sync.jobs import plan, release
from sync.models import SalesOrder, Step, SyncTask
from sync.models.order_holds import is_held
from sync.templatetags.retold import retold
from sync.templatetags.written import number
from sync.views import paper_previews
from sync.views.causes import remedy_for
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind
from sync.views.people import PortalRequest
from sync.views.selection import selection_of

MOST = 1_000  # looked at one by one
MOST_CAUSES = 3
PAPERS = {
    DELIVERIES.name: paper_previews.DELIVERIES,
    BILLING_DOCUMENTS.name: paper_previews.BILLING_DOCUMENTS,
}
Stage = SalesOrder.Stage


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: PortalRequest, kind: DocumentKind) -> HttpResponse:
    """GET: of everything new. POST: of the chosen ones, as they would be posted to be synced."""
    if not request.user.has_perm(kind.permission):
        raise PermissionDenied
    if request.method != "POST":
        said = " ".join(_of_all(kind))
    else:
        selection = selection_of(request, kind)
        said = selection.refusal or " ".join(_of_chosen(kind, selection.keys))
    template = "sync/partials/preview.html" if request.htmx else "sync/preview.html"
    context = {"preview": said, "section": kind.name, "kind": kind.name}
    return render(request, template, context)


def _of_all(kind: DocumentKind) -> Iterator[str]:
    if kind is ORDERS:
        yield from _of_all_new_orders()
        return
    papers = PAPERS[kind.name]
    yield from paper_previews.of_all(papers)
    yield from _blocked(paper_previews.stopped(papers))


def _of_chosen(kind: DocumentKind, keys: Sequence[int]) -> Iterator[str]:
    if len(keys) > MOST:
        many = gettext("Will sync %(number)s documents.")
        yield many % {"number": number(len(keys))}
    elif kind is ORDERS:
        yield from _of_chosen_orders(keys)
    else:
        papers = PAPERS[kind.name]
        yield from paper_previews.of_chosen(papers, keys)
        yield from _blocked(paper_previews.stopped(papers, keys))


def _of_all_new_orders() -> Iterator[str]:
    if release.is_held():
        yield gettext("Looks into the shop for new orders.")
        yield retold(release.HELD)
        return
    waiting = plan.number_of_waiting(MOST + 1)
    if waiting > MOST:
        many = gettext(
            "Will send more than %(number)s new orders to SAP, and look into the shop for new ones."
        )
        yield many % {"number": number(MOST)}
    elif waiting:
        yield ngettext(
            "Will send %(number)s new order to SAP, and look into the shop for new ones.",
            "Will send %(number)s new orders to SAP, and look into the shop for new ones.",
            waiting,
        ) % {"number": number(waiting)}
    else:
        yield gettext("No order waits for SAP. Will look into the shop for new ones.")
    yield from _blocked(_stopped().filter(sales_order__stage=Stage.TO_SYNC))


def _of_chosen_orders(keys: Sequence[int]) -> Iterator[str]:
    orders = SalesOrder.objects.filter(pk__in=keys).order_by()
    held = set(orders.filter(is_held()).values_list("pk", flat=True))
    orders = orders.exclude(pk__in=held)
    stages = dict(orders.values_list("stage").annotate(Count("pk")))
    stopped = _stopped().filter(sales_order__in=set(keys) - held)
    again = stopped.filter(sales_order__stage=Stage.TO_SYNC).count()
    kept_out, cancelled = stages.pop(Stage.NOT_TAKEN, 0), stages.pop(Stage.CANCELED, 0)
    new = stages.pop(Stage.TO_SYNC, 0)
    if new > again:
        yield ngettext(
            "Will send %(number)s new order to SAP.",
            "Will send %(number)s new orders to SAP.",
            new - again,
        ) % {"number": number(new - again)}
    if left := sum(stages.values()):
        yield ngettext(
            "%(number)s order is in SAP: read again, with deliveries and invoices.",
            "%(number)s orders are in SAP: read again, with deliveries and invoices.",
            left,
        ) % {"number": number(left)}
    yield from _blocked(stopped, is_tried=True)
    yield from _left_alone(held, kept_out, cancelled)


def _left_alone(held: Collection[int], kept_out: int, cancelled: int) -> Iterator[str]:
    if held:
        yield ngettext(
            "%(number)s is held by a person: only read.",
            "%(number)s are held by people: only read.",
            len(held),
        ) % {"number": number(len(held))}
    if kept_out:
        yield ngettext(
            "%(number)s kept out by a rule: looked at again.",
            "%(number)s kept out by a rule: looked at again.",
            kept_out,
        ) % {"number": number(kept_out)}
    if cancelled:
        yield ngettext(
            "%(number)s cancelled: nothing to do.",
            "%(number)s cancelled: nothing to do.",
            cancelled,
        ) % {"number": number(cancelled)}


def _stopped() -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(step=Step.PUSH_ORDER, state=SyncTask.State.NEEDS_ATTENTION)


def _blocked(stopped: QuerySet[SyncTask], *, is_tried: bool = False) -> Iterator[str]:
    """By cause, those with the most orders first."""
    alike = stopped.order_by().values("cause", "cause_key")
    rows = list(alike.annotate(count=Count("pk"), newest=Max("pk")).order_by("-count")[:MOST])
    newest = SyncTask.objects.defer("facts").in_bulk([one["newest"] for one in rows[:MOST_CAUSES]])
    for row in rows[:MOST_CAUSES]:
        task = newest.get(row["newest"])
        headline = remedy_for(task).headline if task else gettext("it stopped")
        yield _because(row["count"], retold(headline).rstrip("."), is_tried=is_tried)
    if others := sum(row["count"] for row in rows[MOST_CAUSES:]):
        yield ngettext(
            "%(number)s more is blocked for other reasons.",
            "%(number)s more are blocked for other reasons.",
            others,
        ) % {"number": number(others)}


def _because(count: int, why: str, *, is_tried: bool) -> str:
    names = {"number": number(count), "why": why}
    if is_tried:
        return (
            ngettext(
                "%(number)s is blocked because of “%(why)s”, and is tried again.",
                "%(number)s are blocked because of “%(why)s”, and are tried again.",
                count,
            )
            % names
        )
    return (
        ngettext(
            "%(number)s is blocked because of “%(why)s”.",
            "%(number)s are blocked because of “%(why)s”.",
            count,
        )
        % names
    )
