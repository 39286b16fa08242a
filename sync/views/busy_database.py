"""Answers 503 where the database is away or busy for too long, instead of reporting a fault."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.defaults import bad_request, server_error

logger = logging.getLogger(__name__)


class BusyDatabaseMiddleware:
    """503 with advice a person can act on, where the database is locked, full or away.

    Stands before the middleware that checks the sign-in, so that nobody is sent to sign in because
    their session could not be read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Reads session and user here, so that a page without login works even if that fails."""
        try:
            bool(request.user.is_authenticated)
        except (OperationalError, InterfaceError) as error:
            if getattr(view, "login_required", True):
                return _busy(request, error)
            request.user = AnonymousUser()
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _busy(request, error) if _is_busy(error) else None


def server_error_page(request: HttpRequest) -> HttpResponse:
    error = sys.exc_info()[1]
    _speak_to(request)
    return _busy(request, error) if error and _is_busy(error) else server_error(request)


def bad_request_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django also reports a session that could not be stored as a bad request."""
    reason: BaseException | None = exception
    _speak_to(request)
    while reason is not None and not _is_busy(reason):
        reason = reason.__context__
    return _busy(request, reason) if reason else bad_request(request, exception)


def _speak_to(request: HttpRequest) -> None:
    """Where the request has failed before its language was looked for, that of another one is
    still active."""
    translation.activate(translation.get_language_from_request(request))


def _is_busy(error: BaseException) -> bool:
    return isinstance(error, OperationalError | InterfaceError)


def _busy(request: HttpRequest, error: BaseException) -> HttpResponse:
    logger.error("the database did not answer %s: %s", request.path, type(error).__name__)
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "10"
    return response
