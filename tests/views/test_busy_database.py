"""A database that is away is said to be so, on whichever way a request first needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import Error, InterfaceError, OperationalError, connection
from django.test import Client

from sync.roles import ADMINISTRATORS
from tests.builders import a_sales_order, a_user

SignIn = Callable[..., Client]


@contextmanager
def the_database_away(error: type[Error] = OperationalError, only: str = "") -> Iterator[None]:
    """Every query fails, or those that hold a text."""

    def fail(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        if only in sql:
            raise error("server closed the connection unexpectedly")
        return execute(sql, *given)

    with connection.execute_wrapper(fail):
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("address", ["/", "/orders/", "/admin/", "/readiness/", "/trouble/"])
def test_a_page_of_the_signed_in_says_that_the_database_is_away(
    address: str, error: type[Error], signed_in: SignIn
) -> None:
    client = signed_in(ADMINISTRATORS)

    with the_database_away(error):
        answer = client.get(address)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "Traceback" not in answer.content.decode()
    assert "sessionid" not in answer.cookies  # they are still signed in once it is back


def test_a_click_while_the_database_is_away_is_answered_so(signed_in: SignIn) -> None:
    client, order = signed_in(ADMINISTRATORS), a_sales_order()

    with the_database_away():
        assert client.post(f"/orders/{order.pk}/sync/").status_code == 503


@pytest.mark.django_db
def test_signing_in_while_the_database_is_away_is_answered_so(client: Client) -> None:
    with the_database_away():
        assert client.get("/accounts/login/").status_code == 200
        answer = client.post("/accounts/login/", {"username": "a", "password": "b"})

    assert answer.status_code == 503


@pytest.mark.django_db
def test_a_session_that_cannot_be_stored_is_no_fault() -> None:
    client = Client(raise_request_exception=False)
    user = a_user()
    user.set_password("a good password")
    user.save()

    with the_database_away(only='UPDATE "django_session"'):
        answer = client.post(
            "/accounts/login/", {"username": user.username, "password": "a good password"}
        )

    assert answer.status_code == 503


def test_the_process_answers_while_the_database_is_away(signed_in: SignIn) -> None:
    client = signed_in(ADMINISTRATORS)

    with the_database_away(InterfaceError):
        alive, ready = client.get("/healthz"), client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert "database" in ready.json()["missing"]


def test_static_files_are_served_before_anybody_asks_the_database(settings: Any) -> None:
    order = [name.rsplit(".", 1)[1] for name in settings.MIDDLEWARE]

    assert order.index("WhiteNoiseMiddleware") < order.index("SessionMiddleware")
    assert order.index("BusyDatabaseMiddleware") < order.index("LoginRequiredMiddleware")
