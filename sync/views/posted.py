"""What a click sends: the ticked rows, and the page to return to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from sync.templatetags.polling import note_click

DIALOG = "dialog"  # in dialog.js


def chosen_keys(request: HttpRequest) -> list[int]:
    """All that were ticked, each once: a field for each, or several in one, with commas between.
    Django refuses a request with more fields than the settings allow."""
    values = ",".join(request.POST.getlist("selected")).split(",")
    ticked = (int(value) for value in values if value.isdecimal() and len(value) < 19)
    return list(dict.fromkeys(ticked))


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponse:
    """Redirect to the page the click came from, if it is one of ours. A dialog is told where to go:
    followed by itself, the redirect would use up the message."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    page = wanted if is_ours else otherwise
    is_in_dialog = request.headers.get("HX-Target") == DIALOG
    response = HttpResponseClientRedirect(page) if is_in_dialog else HttpResponseRedirect(page)
    note_click(request, response)
    return response


def redirect_with(request: HttpRequest, message: str, otherwise: str) -> HttpResponse:
    messages.success(request, message)
    return redirect_back(request, otherwise)
