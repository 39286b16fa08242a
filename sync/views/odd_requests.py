"""Refuses requests that no page of the portal sends, before any view sees them."""

from __future__ import annotations

import codecs
import logging
from collections.abc import Callable, Iterable, Iterator

from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

logger = logging.getLogger(__name__)

NUL = "\0"  # PostgreSQL's texts cannot hold it; file names neither


class OddRequestMiddleware:
    """400 for NUL anywhere, for text not in UTF-8, and for values no column can hold. A malformed
    cookie is ignored: the browser would only send it again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        _refuse_encoding(request)
        request.COOKIES = {
            name: value for name, value in request.COOKIES.items() if NUL not in name + value
        }
        if any(NUL in text for text in _texts(request)):
            raise BadRequest("The request holds a NUL.")
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A number too large for its column fails as ``DataError`` in PostgreSQL and
        ``OverflowError`` on SQLite. The admin takes field names from the address."""
        is_named = isinstance(error, FieldDoesNotExist) and _names_a_field(request)
        if not (is_named or isinstance(error, DataError | OverflowError)):
            return None
        logger.warning("refused %s", request.path, exc_info=error)
        return bad_request(request, error)


def _names_a_field(request: HttpRequest) -> bool:
    return TO_FIELD_VAR in request.GET or TO_FIELD_VAR in request.POST


def _refuse_encoding(request: HttpRequest) -> None:
    """Several of Python's encodings produce text that cannot be stored, or handle bytes only."""
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        is_utf_8 = codecs.lookup(charset).name == "utf-8"
    except (LookupError, ValueError):
        is_utf_8 = False
    if not is_utf_8:
        raise BadRequest("The request is not in UTF-8.")


def _texts(request: HttpRequest) -> Iterator[str]:
    yield request.path_info
    yield from _of_lists(request.GET.lists())
    yield from (
        value
        for name, value in request.META.items()
        if name.startswith(("HTTP_", "CONTENT_", "REMOTE_")) and name != "HTTP_COOKIE"
        if isinstance(value, str)
    )
    yield from _of_lists(request.POST.lists())
    for name, files in request.FILES.lists():
        yield name
        yield from (file.name or "" for file in files)


def _of_lists(lists: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for name, values in lists:
        yield name
        yield from values
