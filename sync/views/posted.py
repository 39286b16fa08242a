"""What a click sends: the ticked rows, and the page to return to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

MOST_SELECTED = 500


def chosen_keys(request: HttpRequest) -> list[int]:
    values = request.POST.getlist("selected")[:MOST_SELECTED]
    return [int(value) for value in values if value.isdecimal() and len(value) < 19]


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to the page the click came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(wanted)
    return HttpResponseRedirect(otherwise)


def done(request: HttpRequest, message: str, otherwise: str) -> HttpResponseRedirect:
    messages.success(request, message)
    return back(request, otherwise)
