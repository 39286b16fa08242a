"""A line in the log for each request, with an id that its other lines carry as well."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from sync.log_context import doing

logger = logging.getLogger("sync.access")
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")
PROBES = {"/healthz", "/readyz", "/metrics"}  # asked all the time


class AccessLogMiddleware:
    """A proxy's X-Request-ID is kept. Queries are left out: they name customers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        known = given if GIVEN.fullmatch(given) else uuid.uuid4().hex
        began = time.monotonic()
        with doing(request=known):
            response = self.get_response(request)
            level = logging.DEBUG if request.path in PROBES else logging.INFO
            took = (time.monotonic() - began) * 1000
            logger.log(
                level, "%s %s %s %.0f ms", request.method, request.path, response.status_code, took
            )
        response["X-Request-ID"] = known
        return response
