"""One HTTP call to a shop: sends it, translates its failures, and records it in the ledger."""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any

import requests
from requests.auth import AuthBase
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteMisconfigured, RemoteUnavailable, SyncError
from sync.exchanges import SENT, Exchange, Observer, redact
from sync.magento.answers import NOT_JSON, decoded
from sync.magento.connections import Borrower, ShopConnections
from sync.magento.deadline import within
from sync.magento.refusals import raise_for_response
from sync.magento.search import Query, query_string
from sync.names.calls import shop_call_name
from sync.told import told

_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
)
_HOST_ALONE = re.compile(r"(localhost|[\w-]+(\.[\w-]+)+)(:\d+)?(/|$)", re.ASCII)


@dataclass
class _Call:
    """One call in progress; ``answer`` and ``status`` appear when there is one."""

    method: str
    route: str
    request: dict[str, Any]
    is_write: bool
    is_page: bool = False
    answer: Any = None
    status: int | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)

    @property
    def operation(self) -> str:
        return f"{self.method} {self.route}"

    @property
    def asked(self) -> str:
        """As messages for people say it."""
        return shop_call_name(self.operation)

    def begin(self) -> None:
        """What it waited for a connection is not the shop's time."""
        self.started_at, self.started = datetime.now(UTC), time.monotonic()

    @cached_property
    def redacted(self) -> dict[str, Any]:
        kept: dict[str, Any] = redact(self.request)
        return kept


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds a call may take: to connect, between two bytes, and from beginning to end."""

    connect: float = 5
    read: float = 60
    call: float = 120


USUAL_LIMITS = TimeLimits()


class Transport:
    """Calls the REST routes of one shop; knows no route by name."""

    def __init__(
        self,
        base_url: str,
        auth: AuthBase,
        connections: ShopConnections,
        limits: TimeLimits,
        observe: Observer,
    ) -> None:
        self.base_url = rest_base(base_url)
        self._auth = auth
        self.borrower = Borrower(connections)
        self._limits = limits
        self._observe = observe
        self.server_time: datetime | None = None

    def get(self, route: str, query: Query = ()) -> Any:
        """The answer's JSON. Raises a ``SyncError``."""
        call = _Call("GET", route, {"query": [list(pair) for pair in query]}, is_write=False)
        return self._run(call, query_string(query), None)

    def post(self, route: str, body: dict[str, Any] | None = None) -> Any:
        """The answer's JSON. Raises ``OutcomeUnknown`` after anything but a clean refusal."""
        return self._run(_Call("POST", route, body or {}, is_write=True), "", body)

    def post_to_be_refused(self, route: str, body: dict[str, Any]) -> Any:
        """A POST that every shop refuses, sent to read the refusal: it changes nothing, so a lost
        answer needs no second look. Raises as a read does."""
        return self._run(_Call("POST", route, body, is_write=False), "", body)

    def get_page(self, path: str) -> str:
        """The text of a public page outside the REST routes. Raises a ``SyncError`` where there is
        none."""
        return str(self._run(_Call("GET", path, {}, is_write=False, is_page=True), "", None))

    def delete(self, route: str) -> Any:
        return self._run(_Call("DELETE", route, {}, is_write=True), "", None)

    def _run(self, call: _Call, query: str, body: dict[str, Any] | None) -> Any:
        with self.borrower.borrowed() as session:
            call.begin()
            return self._recorded(session, call, query, body)

    def _recorded(
        self, session: requests.Session, call: _Call, query: str, body: dict[str, Any] | None
    ) -> Any:
        if call.is_write:
            self._observe(self._exchange(call, SENT))
        outcome = "refused"
        try:
            value = self._sent(session, call, query, body)
            outcome = "ok"
            return value
        except OutcomeUnknown:
            outcome = "unknown"
            raise
        except RemoteUnavailable:
            outcome = "unavailable"
            raise
        finally:
            self._observe(self._exchange(call, outcome))

    def _sent(
        self, session: requests.Session, call: _Call, query: str, body: dict[str, Any] | None
    ) -> Any:
        base = self.base_url.rpartition("/rest/")[0] if call.is_page else self.base_url
        url = f"{base}/{call.route}" + (f"?{query}" if query else "")
        # Magento answers 400 to a POST without a content type [536], also when it has no body.
        headers = {"Content-Type": "application/json"} if call.method == "POST" else {}
        with _translated(call), within(self._limits.call) as deadline:
            response = session.request(
                call.method,
                url,
                data=json_body(body) if body is not None else None,
                headers=headers,
                auth=None if call.is_page else self._auth,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,  # a redirected POST would become a GET
            )
            if deadline.is_over:  # an answer without a length looks whole when it is cut
                raise requests.Timeout
        call.status = response.status_code
        self.server_time = _date_of(response)
        value = decoded(response)
        call.answer = None if value is NOT_JSON else value
        raise_for_response(response, call.operation, is_write=call.is_write)
        if call.is_page:
            return response.text
        if value is NOT_JSON:
            raise _unreadable(call, response)
        return value

    def _exchange(self, call: _Call, outcome: str) -> Exchange:
        answer = None
        if call.status is not None:
            answer = {"status": call.status, "body": redact(call.answer)}
        return Exchange(
            system="magento",
            operation=call.operation,
            is_write=call.is_write,
            started_at=call.started_at,
            duration_seconds=time.monotonic() - call.started,
            outcome=outcome,
            request=call.redacted,
            answer=answer,
        )


def _date_of(response: requests.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None


def rest_base(base_url: str) -> str:
    """``https://shop.example/rest/V1`` for the shop's address, with or without that ending.

    A host without a scheme is called by https: the keys travel with every call.

    A store code before ``/V1`` is kept [187, 188]; an unknown one is refused [190].
    """
    address = base_url.strip()
    if _HOST_ALONE.match(address):
        address = f"https://{address}"
    plain = address.rstrip("/").removesuffix("/V1")
    shop, rest, store = plain.partition("/rest")
    if rest and re.fullmatch(r"/[A-Za-z]\w*", store):
        return f"{shop}/rest{store}/V1"
    return f"{plain.removesuffix('/rest')}/rest/V1"


def json_body(body: Any) -> bytes:
    """Whole quantities are sent as integers."""
    return json.dumps(body, default=_number, ensure_ascii=False, allow_nan=False).encode("utf-8")


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} has no place in a request")
    return int(value) if value == value.to_integral_value() else float(value)


@contextmanager
def _translated(call: _Call) -> Iterator[None]:
    """Raises the portal's errors in place of the network's."""
    try:
        yield
    except SyncError:
        raise
    except _BAD_ADDRESS as error:
        raise RemoteMisconfigured(
            told("The address of the shop is not a web address."), cause=ShopCause.ADDRESS_INVALID
        ) from error
    except requests.RequestException as error:
        raise _lost(call, error) from error


def _lost(call: _Call, error: requests.RequestException) -> SyncError:
    reason = _innermost(error)
    kind = type(reason).__name__
    if isinstance(reason, ssl.SSLCertVerificationError):
        return RemoteMisconfigured(
            told("The certificate of the shop is not trusted, or not for this address."),
            cause=ShopCause.CERTIFICATE,
        )
    if _nothing_was_sent(error):
        return RemoteUnavailable(
            told(
                "The shop cannot be reached: no connection to {call} ({kind}).",
                call=call.asked,
                kind=kind,
            ),
            cause=ShopCause.UNREACHABLE,
        )
    error_class = OutcomeUnknown if call.is_write else RemoteUnavailable
    return error_class(
        told(
            "The shop was asked to {call}, and its answer got lost ({kind}).",
            call=call.asked,
            kind=kind,
        ),
        cause=ShopCause.ANSWER_LOST,
        reference=call.operation,
    )


def _nothing_was_sent(error: requests.RequestException) -> bool:
    """True only where no connection was made; a broken kept-alive one may have carried it."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _innermost(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = error.args[0] if error.args else None
        reason = getattr(inner, "reason", None) or inner
        if not isinstance(reason, BaseException):
            return error
        error = reason
    return error


def _unreadable(call: _Call, response: requests.Response) -> SyncError:
    is_json = "json" in response.headers.get("Content-Type", "").lower()
    if call.is_write:
        return OutcomeUnknown(
            told(
                "The shop was asked to {call}, and its answer could not be read.", call=call.asked
            ),
            cause=ShopCause.ANSWER_UNCLEAR if is_json else ShopCause.ANSWER_LOST,
            reference=call.operation,
        )
    if is_json:
        return RemoteUnavailable(
            told("The shop was asked to {call}, and its answer was not whole.", call=call.asked),
            cause=ShopCause.ANSWER_UNCLEAR,
        )
    return RemoteMisconfigured(
        told(
            "The shop's address, asked to {call}, answers with a web page and not as a Magento "
            "shop does.",
            call=call.asked,
        ),
        cause=ShopCause.ADDRESS_WRONG,
        detail="200",
    )
