"""Shows times in the reader's zone, which the browser sends in a cookie."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

COOKIE = "time_zone"


class ReaderTimeZoneMiddleware:
    """Activates the zone named in the reader's cookie; an unknown one is ignored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            timezone.activate(ZoneInfo(request.COOKIES[COOKIE]))
        except (KeyError, ValueError, OSError):  # no file, a folder, a name too long for one
            timezone.deactivate()
        return self.get_response(request)
