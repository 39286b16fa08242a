"""What an answer that is not 200 means, and who has to act. The one place that decides it.

- 401: never a 403, and nothing tells "expired" from "not allowed" (README "Authentication"), so an
  administrator must look at the credentials and rights.
- 400, 404, 405: the shop understood and said no, unless it only says that something was busy. A 404
  for a *route*, or one that is not the shop's JSON, means that the address is wrong.
- 5xx, 408, 429 on a read: try again later. That includes 500 "Report ID: webapi-...": it stands for
  a bad column too [151, 167], but the client's columns are fixed and known to exist, so in practice
  it is a deadlock or a broken module, and either may be gone at the next try.
- 500 with a JSON body is Magento's own word about what was asked for, so it does not say that the
  shop is away; any other 5xx does.
- 5xx on a write: nobody knows whether it was done, the maintenance page [562] included, for a proxy
  may answer 503 in the shop's place. 429 comes from a proxy before the shop saw anything.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from sync.causes.cause import Cause
from sync.causes.shop import ShopCause
from sync.errors import (
    OutcomeUnknown,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
)
from sync.exchanges import redact_text
from sync.magento.answers import NOT_JSON, decoded
from sync.magento.rights import where_to_tick
from sync.names.calls import shop_call_name
from sync.told import told

LONGEST_MESSAGE = 600
LONGEST_PAUSE_SECONDS = 15 * 60.0  # never wait longer, whatever a remote asks for
_PAGE_TOO_LARGE = "Maximum SearchCriteria pageSize"
_LIST_TOO_LONG = 'Maximum items of type "%type"'
# Words of the shop's database, and of services its modules ask on the way, that pass by themselves:
# a read may simply be repeated, and before a write is, the shop is looked at.
_PASSING = re.compile(
    r"SQLSTATE\[(40001|08S01)\]|\b(1205|1213|2006|2013)\b.{0,40}(lock|MySQL|connection)"
    r"|Deadlock found|Lock wait timeout exceeded|try restarting transaction|database is locked"
    r"|MySQL server has gone away|Lost connection to MySQL|Too many connections"
    r"|\b(429|50[234]) (Too Many Requests|Service|Bad|Gateway)"
    r"|(HTTP|status|code|response)\W{1,3}(code\W{1,3})?(429|50[234])\b"
    r"|Service (is )?(Temporarily |Currently )?Unavailable|Bad Gateway|Gateway Time-?out"
    r"|cURL error (6|7|28|35|52|56)\b|temporarily unavailable|Too Many Requests"
    r"|(Connection|Operation|Request|Socket|Read) timed out|Connection (refused|reset)",
    re.IGNORECASE,
)
_FROM_THE_FUTURE = "An error occurred validating the nonce"  # of a timestamp [248-019]
NO_ROUTE = "Request does not match any route."
_MISCONFIGURED_REFUSALS = ("Signature method %1", "Specified request cannot be processed", "oauth_")


ANSWERED = told("The shop, asked to {call}, answered with HTTP {status}.")
ANSWERED_WITH_WORDS = told("The shop, asked to {call}, answered with HTTP {status}. {words}")


class PageTooLarge(RemoteRejected):
    """The shop limits its pages to ``maximum`` records [557]; 0 where it does not say.

    Never leaves ``sync.magento``: the search asks again for smaller pages.
    """

    maximum = 0


def raise_for_response(response: requests.Response, operation: str, *, is_write: bool) -> None:
    """Returns for 200 to 299."""
    status = response.status_code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise _wrong_address(
            told(
                "The shop, asked to {call}, sends elsewhere (HTTP {status}).",
                call=shop_call_name(operation),
                status=status,
            ),
            status,
        )
    if status >= 500 or status in (408, 429):
        raise _unanswered(response, operation, is_write=is_write)
    raise _refused(response, operation, is_write=is_write)


def is_passing(words: str) -> bool:
    """Whether the shop says only that its database, or a service it called, was busy."""
    return _PASSING.search(words) is not None


def refusal_text(body: Any) -> str:
    """The message of a JSON answer with its placeholders filled in, fit to be shown.

    Magento leaves ``%name`` and ``%1`` as they are; ``parameters`` is an object for the first kind
    and a list for the second (README "Errors").
    """
    if not isinstance(body, dict) or not isinstance(body.get("message"), str):
        return ""
    return readable(_filled(body["message"], body.get("parameters")))


def readable(text: str) -> str:
    """On one line, without markup, control characters or personal data."""
    plain = re.sub(r"<[^>]{0,500}>", " ", redact_text(text))
    plain = re.sub(r"[ \t\r\f\v]+", " ", "".join(c for c in plain if c == "\n" or c.isprintable()))
    plain = plain.strip()
    return plain if len(plain) <= LONGEST_MESSAGE else f"{plain[:LONGEST_MESSAGE]}…"


def _filled(message: str, parameters: Any) -> str:
    if isinstance(parameters, list):
        named = {str(position): value for position, value in enumerate(parameters, start=1)}
    elif isinstance(parameters, dict):
        named = {str(name): value for name, value in parameters.items()}
    else:
        return message
    if not named:
        return message
    names = sorted(named, key=len, reverse=True)
    pattern = re.compile("%(" + "|".join(re.escape(name) for name in names) + ")")
    return pattern.sub(lambda found: _parameter(named[found.group(1)]), message)


def _parameter(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_parameter(item) for item in value)
    return "" if value is None else str(value)


def _refused(response: requests.Response, operation: str, *, is_write: bool) -> SyncError:
    status = response.status_code
    body = decoded(response)
    words = refusal_text(body)
    template = body.get("message", "") if isinstance(body, dict) else ""
    if status in (401, 403, 407):
        return _not_allowed(status, words, body)
    if body is NOT_JSON or not words or words == NO_ROUTE:
        return _wrong_address(
            told(
                "{host}, asked to {call}, answered with HTTP "
                "{status}, but not as a Magento shop does.",
                host=_host(response),
                call=shop_call_name(operation),
                status=status,
            ),
            status,
        )
    if status == 400 and template.startswith(_MISCONFIGURED_REFUSALS):
        return RemoteMisconfigured(
            told(
                "The shop refused to {call}: {words}", call=shop_call_name(operation), words=words
            ),
            cause=ShopCause.SETUP,
        )
    if status == 400 and template.startswith((_PAGE_TOO_LARGE, _LIST_TOO_LONG)):
        return _over_the_limit(operation, template, body)
    if is_passing(words):
        return _passing(operation, words, is_write=is_write)
    said = told("The shop refused to {call}: {words}", call=shop_call_name(operation), words=words)
    if status == 404:
        return RemoteRejected(said, cause=ShopCause.NOT_FOUND, reference=operation)
    why = " ".join(readable(template).split())
    return RemoteRejected(
        said, cause=ShopCause.REFUSED, detail=f"{status}:{why}", reference=operation
    )


def _passing(operation: str, words: str, *, is_write: bool) -> SyncError:
    """Magento rolls back, but a module may have done its part: the outcome is unknown."""
    error = OutcomeUnknown if is_write else RemoteUnavailable
    return error(
        told(
            "The shop, or a service it asked, was too busy to {call}: {words}",
            call=shop_call_name(operation),
            words=words,
        ),
        cause=ShopCause.BUSY,
        reference=operation,
    )


def _over_the_limit(operation: str, template: str, body: Any) -> SyncError:
    """Input limiting is on [557, 560]. A document is never split to stay below it: its marker
    stands for the whole, and a document sent in parts would look like one sent twice."""
    parameters = body.get("parameters") if isinstance(body, dict) else None
    given = parameters.get("max") if isinstance(parameters, dict) else None
    digits = str(given)
    maximum = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
    most = told("at most {number}", number=maximum) if maximum else told("only a limited number of")
    if template.startswith(_PAGE_TOO_LARGE):
        error = PageTooLarge(
            told(
                "The shop, asked to {call}, gives {most} records a page.",
                call=shop_call_name(operation),
                most=most,
            ),
            cause=ShopCause.REFUSED,
        )
        error.maximum = maximum
        return error
    return RemoteMisconfigured(
        told(
            "The shop, asked to {call}, takes {most} lines or parcels in one call, and was sent "
            "more. Nothing was done.",
            call=shop_call_name(operation),
            most=most,
        ),
        cause=ShopCause.TOO_MANY_LINES,
        reference=operation,
    )


def _not_allowed(status: int, words: str, body: Any) -> RemoteMisconfigured:
    parameters = body.get("parameters") if isinstance(body, dict) else None
    resources = parameters.get("resources") if isinstance(parameters, dict) else None
    right = readable(_parameter(resources)) if resources else ""
    if words == _FROM_THE_FUTURE:
        return RemoteMisconfigured(
            told(
                "The shop refuses calls from the future: the portal's clock is ahead of the shop's "
                "by more than ten minutes."
            ),
            cause=ShopCause.CLOCK_AHEAD,
        )
    remedy = where_to_tick(right) if right else ""
    if words.startswith("The signature is invalid"):
        remedy = told(
            "Check the keys of the integration, and the address of the shop: it must be the one "
            "the shop knows itself by, scheme and port included."
        )
    message = told("The shop does not accept the portal's credentials (HTTP {n}).", n=status)
    return RemoteMisconfigured(
        told("{message} It says: {words}", message=message, words=words) if words else message,
        cause=ShopCause.KEYS if status == 401 else ShopCause.FORBIDDEN,
        detail=right,
        remedy=remedy,
    )


def _unanswered(response: requests.Response, operation: str, *, is_write: bool) -> SyncError:
    status = response.status_code
    body = decoded(response)
    words = refusal_text(body)
    error = OutcomeUnknown if is_write and status != 429 else RemoteUnavailable
    retry_after = _retry_after(response.headers.get("Retry-After", ""))
    return error(
        told(
            ANSWERED_WITH_WORDS if words else ANSWERED,
            call=shop_call_name(operation),
            status=status,
            words=words,
        ),
        cause=_cause_of_no_answer(status, body, retry_after),
        detail=str(status),
        reference=operation,
        retry_after=retry_after,
    )


def _cause_of_no_answer(status: int, body: Any, retry_after: float | None) -> Cause:
    """The shop's own 500, or a worker that broke off (502), may be about what was asked for; a JSON
    body certainly is."""
    if status == 429 and retry_after is not None:  # the shop is up, only too busy
        return ShopCause.ASKS_FOR_PAUSE
    if status == 500 and isinstance(body, dict):
        return ShopCause.FAILED
    return ShopCause.BROKE_OFF if status in (500, 502) else ShopCause.DOWN


def _wrong_address(message: str, status: int) -> RemoteMisconfigured:
    return RemoteMisconfigured(message, cause=ShopCause.ADDRESS_WRONG, detail=str(status))


def _host(response: requests.Response) -> str:
    return str(response.url).split("?")[0].split("/rest/")[0].split("@")[-1]


def _retry_after(header: str) -> float | None:
    """Seconds, up to the longest pause; the header is a number or a date. Magento never sends it,
    proxies may."""
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 8:
        return min(float(text), LONGEST_PAUSE_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), LONGEST_PAUSE_SECONDS)
