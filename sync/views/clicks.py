"""What a person's click does: one thing each, into the ledger, never waiting for a remote."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from sync.jobs import on_demand
from sync.models import SyncTask
from sync.views.kinds import ORDERS, DocumentKind
from sync.views.live import clicked_row
from sync.views.people import may_retry, reader, steps_to_retry

MOST_SELECTED = 500


def chosen_keys(request: HttpRequest) -> list[int]:
    """The documents a person has ticked, as their keys."""
    values = request.POST.getlist("selected")[:MOST_SELECTED]
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the page the click came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(otherwise)


class Click(PermissionRequiredMixin, View):
    """A page's action: POST only, 403 for those who may not."""

    http_method_names = ["post"]
    raise_exception = True


class _KindClick(Click):
    kind: DocumentKind = ORDERS

    def get_permission_required(self) -> tuple[str, ...]:
        """The permission its kind asks for."""
        return (self.kind.permission,)

    def to_list(self, request: HttpRequest) -> HttpResponseRedirect:
        """Back to where the click came from, or to the list."""
        return back(request, reverse(f"sync:{self.kind.name}"))


class SyncOne(_KindClick):
    """Sync now, for one document."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The changed row for htmx, a redirect otherwise."""
        document = get_object_or_404(self.kind.documents(), pk=pk)
        clicked = self.kind.sync([document], reader(request))
        messages.success(request, clicked.message)
        if request.headers.get("HX-Target", "").startswith(f"{self.kind.name}-"):
            return clicked_row(request, self.kind, pk)
        return back(request, document.get_absolute_url())


class SyncSelected(_KindClick):
    """Sync now, for every ticked document."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asks for all of them, or for a selection where there is none."""
        keys = chosen_keys(request)
        if not keys:
            messages.warning(request, "Select at least one row first.")
            return self.to_list(request)
        documents = self.kind.documents().filter(pk__in=keys)
        messages.success(request, self.kind.sync(documents, reader(request)).message)
        return self.to_list(request)


class SyncAll(_KindClick):
    """Sync now, for everything new."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Asks for a fetch, and for all work that waits."""
        messages.success(request, self.kind.sync_all(reader(request)).message)
        return self.to_list(request)


class RetryTask(Click):
    """Puts one stopped task back to work."""

    permission_required = "sync.retry_tasks"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A task of a step the person may not run stays as it is, with 403."""
        task = get_object_or_404(SyncTask, pk=pk)
        user = reader(request)
        if task.step not in steps_to_retry(user):
            return self.handle_no_permission()
        if may_retry(user, task):
            messages.success(request, on_demand.retry_tasks([task], user).message)
        else:
            messages.info(request, "Nothing to retry: this task is not stopped.")
        return back(request, reverse("sync:task", args=[pk]))


class RetryCause(Click):
    """Puts everything that stopped for one cause back to work."""

    permission_required = "sync.retry_tasks"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Only the steps the person may run are retried."""
        user = reader(request)
        stopped = SyncTask.objects.filter(
            state=SyncTask.State.NEEDS_ATTENTION,
            cause_key=request.POST.get("cause_key", ""),
            error_class=request.POST.get("error_class", ""),
            step__in=steps_to_retry(user),
        )
        clicked = on_demand.retry_tasks(list(stopped.order_by("id")), user)
        messages.success(request, clicked.message)
        return back(request, reverse("sync:attention"))


class TryConnections(Click):
    """Tries every connection."""

    permission_required = "sync.test_connections"

    def post(self, request: HttpRequest) -> HttpResponse:
        """The results appear on the page as the tasks end."""
        messages.success(request, on_demand.try_connections(reader(request)).message)
        return HttpResponseRedirect(reverse("sync:connections"))
