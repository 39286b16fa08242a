"""Keeps each click that changes something, with who, when and why, beside changes of values."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from auditlog.cid import get_cid
from auditlog.context import set_extra_data
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import Error
from django.http import HttpRequest, HttpResponse

logger = logging.getLogger(__name__)
KEPT = ("reason", "number", "cause", "cause_key", "step", "is_enabled", "interval_seconds",
        "username", "rule", "line", "item")  # fmt: skip
LONGEST = 500  # characters of a value
CHANGE_NOTHING = {"set_language", "login", "logout"}
ONLY_LOOK = ("live_runs", "_live", "_live_one", "_news", "_preview")  # ends of names


class AuditTrailMiddleware:
    """What a form was sent with is kept by name: nothing else of it, above all no password."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self.get_response(request)
        by_whom = {"actor": request.user, "actor_email": lambda: request.user.get_username()}
        with set_extra_data(by_whom):  # nobody asks yet: the database may be away
            response = self.get_response(request)
        if response.status_code < HTTPStatus.BAD_REQUEST:
            try:
                _keep(request)
            except Error as error:  # what was clicked is done all the same
                logger.error("a click is not in the audit trail: %s", type(error).__name__)
        return response


def _keep(request: HttpRequest) -> None:
    found, person = request.resolver_match, request.user
    if found is None or person.pk is None:
        return
    name = found.url_name or ""
    if name in CHANGE_NOTHING or name.endswith(ONLY_LOOK):
        return
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_pk=str(person.pk),
        object_id=person.pk,
        object_repr=request.path[:LONGEST],
        action=LogEntry.Action.ACCESS,
        actor=person,
        actor_email=person.get_username(),
        cid=get_cid(),
        additional_data={
            "did": name,
            **{name: request.POST[name][:LONGEST] for name in KEPT if request.POST.get(name)},
        },
    )
