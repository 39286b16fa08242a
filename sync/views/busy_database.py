"""A database that is busy for longer than anyone can wait is said to be so, not called a fault."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


class BusyDatabaseMiddleware:
    """503 with a sentence a person can act on, where the database is locked, full or away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Only the database's own trouble; everything else is a fault and stays one."""
        if not isinstance(error, OperationalError):
            return None
        logger.error("the database did not answer %s: %s", request.path, type(error).__name__)
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "10"
        return response
