"""What Sync now will do with orders, said before it is pressed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sync.jobs import plan, release
from sync.models import SalesOrder, Step, SyncTask
from sync.views.causes import remedy_for
from sync.views.kinds import ORDERS
from sync.views.people import PortalRequest
from sync.views.selection import selection_of

MOST = 1_000  # looked at one by one
MOST_CAUSES = 3
Stage = SalesOrder.Stage


@require_http_methods(["GET", "HEAD", "POST"])
def preview_orders(request: PortalRequest) -> HttpResponse:
    """GET: of all new orders. POST: of the chosen ones, as they would be posted to be synced."""
    if not request.user.has_perm(ORDERS.permission):
        raise PermissionDenied
    if request.method != "POST":
        said = " ".join(_of_all_new())
    else:
        selection = selection_of(request, ORDERS)
        said = selection.refusal or " ".join(_of_chosen(selection.keys))
    is_part = bool(request.htmx)
    template = "sync/partials/preview.html" if is_part else "sync/preview.html"
    return render(request, template, {"preview": said, "section": ORDERS.name})


def _of_all_new() -> Iterator[str]:
    if release.is_held():
        yield f"Looks into the shop for new orders. {release.HELD}"
        return
    waiting = plan.number_of_waiting(MOST + 1)
    if waiting:
        yield f"Will send {_orders(waiting)} to SAP, and look into the shop for new ones."
    else:
        yield "No order waits for SAP. Will look into the shop for new ones."
    yield from _blocked(_stopped().filter(sales_order__stage=Stage.TO_SYNC))


def _of_chosen(keys: Sequence[int]) -> Iterator[str]:
    if len(keys) > MOST:
        yield f"Will sync {len(keys):,} orders."
        return
    orders = SalesOrder.objects.filter(pk__in=keys).order_by()
    stages = dict(orders.values_list("stage").annotate(Count("pk")))
    stopped = _stopped().filter(sales_order__in=keys)
    again = stopped.filter(sales_order__stage=Stage.TO_SYNC).count()
    kept_out, cancelled = stages.pop(Stage.NOT_TAKEN, 0), stages.pop(Stage.CANCELED, 0)
    new = stages.pop(Stage.TO_SYNC, 0)
    if new > again:
        yield f"Will send {_orders(new - again)} to SAP."
    if left := sum(stages.values()):
        are = "order is" if left == 1 else "orders are"
        yield f"{left:,} {are} in SAP: read again, with deliveries and invoices."
    yield from _blocked(stopped, "tried again")
    if kept_out:
        yield f"{kept_out:,} kept out by a rule: looked at again."
    if cancelled:
        yield f"{cancelled:,} cancelled: nothing to do."


def _stopped() -> QuerySet[SyncTask]:
    return SyncTask.objects.filter(step=Step.PUSH_ORDER, state=SyncTask.State.NEEDS_ATTENTION)


def _blocked(stopped: QuerySet[SyncTask], then: str = "") -> Iterator[str]:
    """By cause, those with the most orders first."""
    alike = stopped.order_by().values("cause", "cause_key")
    rows = list(alike.annotate(count=Count("pk"), newest=Max("pk")).order_by("-count")[:MOST])
    newest = SyncTask.objects.defer("facts").in_bulk([one["newest"] for one in rows[:MOST_CAUSES]])
    for row in rows[:MOST_CAUSES]:
        task = newest.get(row["newest"])
        because = remedy_for(task).headline.rstrip(".") if task else "it stopped"
        verb = "is" if row["count"] == 1 else "are"
        also = f", and {verb} {then}" if then else ""
        yield f"{row['count']:,} {verb} blocked because of “{because}”{also}."
    if others := sum(row["count"] for row in rows[MOST_CAUSES:]):
        yield f"{others:,} more {'is' if others == 1 else 'are'} blocked for other reasons."


def _orders(number: int) -> str:
    if number > MOST:
        return f"more than {MOST:,} new orders"
    return "1 new order" if number == 1 else f"{number:,} new orders"
