"""A repair from Needs attention: saves the entry and has one order tried before the rest goes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from sync.forms.mappings import MappingForm
from sync.jobs import repairs
from sync.mapping.to_repair import to_repair
from sync.models import Decision, Repair, SyncTask
from sync.models.page_indexes import RESOLVED
from sync.models.repairs import values_of
from sync.roles import steps_to_retry
from sync.templatetags import written
from sync.views.causes import teams_of
from sync.views.people import PortalRequest
from sync.views.posted import redirect_with
from sync.views.repair_forms import add_forms, add_repairs, form_for, may_repair
from sync.views.saved_entries import save_entry
from sync.views.stopped_causes import explain, groups_of, listed
from sync.views.takings import takings_of

GONE = gettext_lazy(
    "This has not stopped any more: somebody else was faster, or it went on by itself."
)
MOST_RESOLVED = 50  # of each kind


@require_http_methods(["GET", "HEAD", "POST"])
def repair_task(request: PortalRequest, pk: int) -> HttpResponse:
    """The card of one task's cause; what is posted repairs the entry for all that stopped for it.
    403 for those who may not keep the entry."""
    about = SyncTask.objects.select_related("shop", "sales_order")
    task = get_object_or_404(about.defer("facts", "sales_order__payload"), pk=pk)
    wanted = to_repair([task]).get(pk)
    if task.state != SyncTask.State.NEEDS_ATTENTION:
        messages.info(request, GONE)
        return HttpResponseRedirect(reverse("sync:attention"))
    if request.method != "POST":
        return _card(request, task)
    if wanted is None or not may_repair(request.user, wanted):
        raise PermissionDenied
    form = form_for(pk, wanted, request.POST)
    before, words = values_of(wanted.entry) if wanted.entry else {}, form.before()
    if not form.is_valid():
        return _card(request, task, form)
    with transaction.atomic():
        saved = save_entry(form, words, request.user)
        made = repairs.begin(task, wanted.table, saved, before, request.user)
    card = f"{reverse('sync:attention')}#cause-of-{pk}"  # it says what the trial is at
    return redirect_with(request, _told(made), card)


def _told(made: Repair) -> str:
    others = made.stopped - 1
    if made.order is None:
        told = gettext("Saved %(entry)s. What had stopped for it goes on.")
    elif others < 1:
        told = gettext(
            "Saved %(entry)s. Order %(order)s is tried in SAP with it, and goes on then."
        )
    else:
        told = ngettext(
            "Saved %(entry)s. Order %(order)s is tried in SAP with it; the other one follows as "
            "soon as SAP accepts it.",
            "Saved %(entry)s. Order %(order)s is tried in SAP with it; the other %(others)s follow "
            "as soon as SAP accepts it.",
            others,
        )
    return told % {"entry": made.entry, "order": made.order, "others": written.number(others)}


def _card(
    request: PortalRequest, task: SyncTask, refused: MappingForm | None = None
) -> HttpResponse:
    own = teams_of(request.user)
    groups = groups_of(request.user, own, cause=task.cause, cause_key=task.cause_key)
    add_repairs(groups)
    explain(groups, request.user, own)
    add_forms(groups, request.user)
    for group in groups:
        group.form = refused or group.form
        _begin_in(group.form)
    context: dict[str, Any] = {
        "section": "attention",
        "tab": "one",
        "groups": groups,
        "retryable": steps_to_retry(request.user),
        "takings": takings_of(request.user, (task for one in groups for task in one.tasks)),
    }
    return render(request, "sync/attention.html", context, status=422 if refused else 200)


def _begin_in(form: MappingForm | None) -> None:
    """The page is about one form, so typing begins in its first field, or the one refused."""
    fields = form.first_fields if form else []
    for bound in sorted(fields, key=lambda one: not one.errors)[:1]:
        bound.field.widget.attrs["autofocus"] = True


@require_safe
def resolved_page(request: PortalRequest) -> HttpResponse:
    """What people have repaired, retried and marked done, the newest first."""
    marked = Decision.objects.filter(kind=Decision.Kind.MARKED_DONE).order_by("-id")
    retried = SyncTask.objects.filter(RESOLVED).order_by("-finished_at")
    context = {
        "section": "attention",
        "tab": "resolved",
        "repairs": Repair.objects.select_related("order__shop").defer("order__payload")[
            :MOST_RESOLVED
        ],
        "marked": marked.select_related(
            "task", "sales_order__shop", "delivery", "billing_document"
        ).defer("task__facts", "sales_order__payload")[:MOST_RESOLVED],
        "retried": listed(retried)
        .select_related("asked_by")
        .order_by("-finished_at")[:MOST_RESOLVED],
    }
    return render(request, "sync/resolved.html", context)
