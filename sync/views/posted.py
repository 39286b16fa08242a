"""What clicks send: the rows a person has ticked, and the page to go back to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

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


def done(request: HttpRequest, message: str, otherwise: str) -> HttpResponseRedirect:
    """Back, with a word for the person."""
    messages.success(request, message)
    return back(request, otherwise)
