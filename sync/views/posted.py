"""What a click sends: the ticked rows, and the page to return to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from sync.templatetags.polling import note_click


def chosen_keys(request: HttpRequest) -> list[int]:
    """All that were ticked, each once: a field for each, or several in one, with commas between.
    Django refuses a request with more fields than the settings allow."""
    values = ",".join(request.POST.getlist("selected")).split(",")
    ticked = (int(value) for value in values if value.isdecimal() and len(value) < 19)
    return list(dict.fromkeys(ticked))


def redirect_back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to the page the click came from, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    response = HttpResponseRedirect(wanted if is_ours else otherwise)
    note_click(request, response)
    return response


def redirect_with(request: HttpRequest, message: str, otherwise: str) -> HttpResponseRedirect:
    messages.success(request, message)
    return redirect_back(request, otherwise)
