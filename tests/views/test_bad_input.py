"""Every address, as everybody, with input no page of ours sends: never a fault, little work."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from sync.jobs.schedule import create_missing_schedules
from sync.models import RemoteIdentity, SalesOrder
from sync.roles import SALES
from tests.builders import (
    a_billing_document,
    a_carrier,
    a_delivery,
    a_mail,
    a_remote_call,
    a_sales_area,
    a_sales_order,
    a_shipment,
    a_stopped_task,
    a_user,
    a_worker,
    an_attempt,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

pytestmark = pytest.mark.slow

BACKEND = "django.contrib.auth.backends.ModelBackend"
NOBODY, SUPERUSER = "nobody", "superuser"
PEOPLE = [NOBODY, SALES, SUPERUSER]  # who sees nothing, some, everything
MOST_QUERIES = 60
FAULT = 500
LONG, VERY_LONG, HUGE = "9" * 400, "x" * 10_000, "99999999999999999999"
FOR_NUMBERS = ["1", "0", HUGE, LONG]
FOR_TEXT = ["1", "orders", "material", HUGE, "a%00b", LONG, "%FF%FE", "..%2Fetc", "_00", "pk=1"]
VALUES = [
    "", "\0", LONG, VERY_LONG, HUGE, "-1", "0", "1000", "abc", "²", "1e9", "\ufffe", "null", "٣",
    "0001-01-01", "9999-12-31", f"1,2,{HUGE}", "../" * 200, "//evil.example", "%s %(x)s {0}", "on",
]  # fmt: skip
NAMES = [
    "q", "page", "per_page", "sort", "stage", "shop", "store_id", "verification", "placed_from",
    "placed_to", "attention", "picking", "goods_issue", "shop_shipment", "created_from", "kind",
    "live", "fetches", "seen", "next", "unheard_of", "cause_key", "error_class", "place", "change",
    "selected", "username", "password", "is_enabled", "interval_seconds", "known_by", "sales_area",
    "id", "id__in", "id__exact", "shop__id__exact", "shop__id__in", "id__gt", "o", "p", "e", "all",
    "_popup", "_to_field", "_changelist_filters", "action", "_selected_action", "select_across",
    "index", "app_label", "model_name", "field_name", "term", "state", "step__in", "email",
    "usable",
]  # fmt: skip
COOKIES = [
    {"sessionid": '"a\\000b"'}, {"sessionid": LONG}, {"sessionid": VERY_LONG[:3000]},
    {"sessionid": "\xff\xfe"}, {"csrftoken": LONG}, {"csrftoken": '"\\000"'},
    {"messages": "rubbish"}, {"messages": "a:b:c"}, {"messages": LONG}, {"time_zone": LONG},
    {"time_zone": "../../etc/passwd"}, {"time_zone": "Europe"}, {"time_zone": '"\\000"'},
    {"time_zone": "\xff"}, {"theme": "<script>"},
]  # fmt: skip
SOME = [
    "/", "/orders/", "/orders/sync/", "/accounts/login/", "/admin/login/", "/healthz", "/nothing/",
    "/static/sync/js/portal.js", "/live/orders/",
]  # fmt: skip
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
BODIES = [
    (b"{", "application/json"), (b"\xff\xfe\x00", "application/json"), (b"x", PARTS),
    (b"--x\r\nrubbish", f"{PARTS}; boundary=x"), (b"a=b", f"{PARTS}; boundary="),
    (b"a=b", f"{PARTS}; boundary=\xff"), (b"selected=%FF&next=%ED%A0%80", FORM),
    (b"selected=%00", FORM), (b"username=a%00&password=b%00", FORM),
    (b"username=+2AA-&password=x", f"{FORM}; charset=utf-7"), (b"a=b", f"{FORM}; charset=hex"),
    (b"a=b", "text/plain; charset=undefined"), (b"a=b", "text/plain; charset=\xff"),
    (b"&".join([b"a=1"] * 1001), FORM), (b"a=" + b"a" * 3_000_000, FORM), (b"", "\x00"),
    (b'--x\r\nContent-Disposition: form-data; name="f"; filename="a\x00b"\r\n\r\nz\r\n--x--\r\n',
     f"{PARTS}; boundary=x"),
    (b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\x00\r\n--x--\r\n',
     f"{PARTS}; boundary=x"),
]  # fmt: skip
HEADERS = [
    {"HTTP_USER_AGENT": "a\0b"}, {"HTTP_ACCEPT": VERY_LONG}, {"HTTP_X_FORWARDED_FOR": "a\0b"},
    {"HTTP_X_FORWARDED_FOR": VERY_LONG}, {"HTTP_X_FORWARDED_FOR": "999.1.1.1, \xff"},
    {"HTTP_HX_TARGET": "orders-\0"}, {"HTTP_HX_CURRENT_URL": "http://[::1"},
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": VERY_LONG}, {"HTTP_REFERER": "http://[::1"},
    {"HTTP_IF_MODIFIED_SINCE": LONG}, {"HTTP_COOKIE": "\0"}, {"HTTP_ACCEPT_LANGUAGE": VERY_LONG},
    {"QUERY_STRING": "q=%ED%A0%80&page=%FF"}, {"QUERY_STRING": "%00=1"},
    {"QUERY_STRING": "a;b&&=&="},
    {"QUERY_STRING": "&".join(["a=1"] * 1001)}, {"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "unix:"},
]  # fmt: skip


def addresses(pattern: Any = None, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route with its converters, as ``%(name)s`` where a value belongs."""
    pattern = pattern or get_resolver()
    for one in pattern.url_patterns:
        route = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLResolver):
            yield from addresses(one, route)
        elif isinstance(one, URLPattern):
            yield route, dict(one.pattern.converters)


# Who has signed out is nobody, who walks for themselves.
ADDRESSES = [one for one in addresses() if "logout" not in one[0]]


def filled(route: str, converters: dict[str, Any]) -> Iterator[str]:
    """The route's addresses, each place taken by each odd value; pattern routes by one."""
    if "(?P" in route:
        yield "/admin/nothing%00such" if "url" in route else "/admin/sync/"
        return
    values = {
        name: FOR_NUMBERS if type(kind).__name__ in {"IntConverter", "KeyConverter"} else FOR_TEXT
        for name, kind in converters.items()
    }
    for number in range(max((len(one) for one in values.values()), default=1)):
        address = route
        for name, choice in values.items():
            address = re.sub(rf"<(\w+:)?{name}>", choice[number % len(choice)], address)
        yield f"/{address}"


@pytest.fixture(autouse=True)
def quiet(settings: Any) -> Iterator[None]:
    """What is refused on purpose fills no log of the tests; failed sign-ins are counted."""
    settings.AXES_ENABLED = True
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def documents(db: None) -> None:
    """One of each, mostly under the key 1."""
    order = an_order_in_sap(pk=1)
    a_sales_area()
    an_order_line(order)
    delivery = a_delivery(order, pk=1)
    a_shipment(order, delivery)
    a_mail(an_invoice(order, a_billing_document(order, pk=1), pk=1))
    a_remote_call(an_attempt(a_stopped_task(order=order, pk=1)))
    a_sales_order(pk=2, stage=SalesOrder.Stage.NOT_TAKEN)
    a_carrier()
    a_worker()
    create_missing_schedules()
    RemoteIdentity.objects.create(pk=1, system="magento:demo", known={}, seen={})


def browser_of(person: str) -> Client:
    """A browser in which ``person`` is signed in; a fault is answered, not raised."""
    client = Client(raise_request_exception=False)
    if person == NOBODY:
        return client
    roles = [] if person == SUPERUSER else [person]
    grand = {"is_staff": True, "is_superuser": True} if person == SUPERUSER else {}
    client.force_login(a_user(*roles, **grand), backend=BACKEND)
    return client


class Walk:
    """Asks, and keeps what was answered by a fault or with too much work."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.faults: list[str] = []
        self.queries = 0

    def count(self, execute: Callable[..., Any], *given: Any) -> Any:
        """Around every query."""
        self.queries += 1
        return execute(*given)

    def ask(self, method: str, address: str, *given: Any, **headers: Any) -> None:
        """One request; ``readyz`` alone may say 503, for here is no worker."""
        self.queries, before = 0, SimpleCookie(self.client.cookies.output(header="", sep=";"))
        send = getattr(self.client, method)
        with connection.execute_wrapper(self.count):
            answer = send(*(["POST"] if method == "generic" else []), address, *given, **headers)
        if answer.streaming:  # a file, where static files were collected
            b"".join(answer.streaming_content)
        self.client.cookies = before
        if answer.status_code >= FAULT and not address.startswith("/readyz"):
            error = answer.exc_info[1] if answer.exc_info else ""
            self.faults.append(f"{answer.status_code} {method} {address} {error!r:.200} {given}")
        if self.queries > MOST_QUERIES:
            self.faults.append(f"{self.queries} queries: {method} {address} {given}")


def odd_forms(step: int) -> Iterator[dict[str, str]]:
    """Every name with another value each time; NUL by itself, for it is refused at once."""
    others = [value for value in VALUES if value != "\0"]
    for turn in range(0, len(others), step):
        yield {name: others[(turn + at) % len(others)] for at, name in enumerate(NAMES)}
        yield dict.fromkeys(NAMES, others[turn])
    yield {"q": "\0", "username": "\0", "selected": "\0"}


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.usefixtures("documents")
def test_no_address_fails_on_odd_input_whoever_asks(person: str) -> None:
    walk = Walk(browser_of(person))
    step = 7 if person == SUPERUSER else 19

    for route, converters in ADDRESSES:
        for address in filled(route, converters):
            walk.ask("get", address)
            walk.ask("post", address)
        ordinary = next(filled(route, converters))
        for form in odd_forms(step):
            walk.ask("get", ordinary, form)
            walk.ask("post", ordinary, form)

    assert walk.faults == []


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.usefixtures("documents")
def test_no_address_fails_on_spoilt_cookies_bodies_and_headers(person: str) -> None:
    walk = Walk(client := browser_of(person))
    session = client.cookies.output(header="", sep=";").strip()

    for address in SOME:
        for spoilt in COOKIES:
            sent = "; ".join(f"{name}={value}" for name, value in spoilt.items())
            walk.ask("get", address, HTTP_COOKIE=sent)
            walk.ask("post", address, {"username": "x"}, HTTP_COOKIE=f"{session}; {sent}")
        for body, kind in BODIES:
            walk.ask("generic", address, body, content_type=kind)
        for headers in HEADERS:
            walk.ask("get", address, **headers)
            walk.ask("post", address, {"username": "x", "password": "y"}, **headers)

    assert walk.faults == []


def test_a_wrong_host_is_refused(client: Client) -> None:
    for host in ("evil.example", "a\0b", "[::1", "x" * 10_000):
        assert client.get("/accounts/login/", HTTP_HOST=host).status_code == 400


@pytest.mark.parametrize("size", ["100000", "26", "-5", "0", "abc", LONG])
def test_a_size_of_page_that_is_not_offered_counts_as_none(
    size: str, signed_in: Callable[..., Client]
) -> None:
    for _ in range(30):
        a_sales_order()

    page = signed_in(SALES).get("/orders/", {"per_page": size})

    assert len(page.context["table"].paginated_rows) == 25


def test_a_size_of_page_that_is_offered_is_kept(signed_in: Callable[..., Client]) -> None:
    for _ in range(30):
        a_sales_order()

    page = signed_in(SALES).get("/orders/", {"per_page": "50"})

    assert len(page.context["table"].paginated_rows) == 30


def test_every_key_in_an_address_fits_its_column() -> None:
    wide = [route for route, _ in addresses() if "<int:" in route]

    assert wide == []
