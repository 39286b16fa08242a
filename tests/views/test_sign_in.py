"""Failed sign-ins: whose they are, who waits for them and for how long, and who may end it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from o2c_portal.client_address import client_address
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import a_user

SignIn = Callable[..., Client]
PROXY, PASSWORD = "10.0.0.1", "a good password"
LIMIT, SPRAYED, FREE_TRIES = 6, 30, 10
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counted(settings: Any) -> None:
    """Sign-ins are counted, behind one proxy."""
    settings.AXES_ENABLED = True
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]


@pytest.fixture
def anna() -> User:
    """Somebody with a password."""
    person = a_user(username="Anna")
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(name: str, address: str, password: str = "wrong") -> HttpResponse:
    """What the portal answers to a sign-in from ``address``, behind the proxy."""
    return Client().post(  # type: ignore[return-value]
        "/accounts/login/", {"username": name, "password": password},
        REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=address,
    )  # fmt: skip


def fail(name: str, address: str, times: int = 1) -> HttpResponse:
    """The last answer to so many wrong passwords."""
    return [sign_in(name, address) for _ in range(times)][-1]


@pytest.mark.parametrize(
    ("connected", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),  # from anywhere: not believed
        (PROXY, "198.51.100.7", "198.51.100.7"),
        (PROXY, "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # what the client itself wrote is left
        (PROXY, "198.51.100.7, 10.0.0.2", "198.51.100.7"),  # two proxies of ours
        (PROXY, "198.51.100.7:4711", "198.51.100.7"),
        (PROXY, "[2001:db8:1:2::7]:4711", "2001:db8:1:2::"),  # an IPv6 client has its whole /64
        (PROXY, "::ffff:198.51.100.7", "198.51.100.7"),
        (PROXY, "rubbish", PROXY),
        (PROXY, "198.51.100.7, rubbish, 10.0.0.2", "10.0.0.2"),
        (PROXY, "", PROXY),
        ("", "198.51.100.7", None),
    ],
)
def test_only_a_named_proxy_is_believed_about_the_client(
    connected: str, forwarded: str, client: str | None
) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR=connected, HTTP_X_FORWARDED_FOR=forwarded)

    assert client_address(request) == client


def test_a_proxy_behind_a_socket_is_named_too(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["unix"]
    request = RequestFactory().get("/", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert client_address(request) == "198.51.100.7"


def test_failures_behind_a_proxy_lock_nobody_else(anna: User) -> None:
    assert fail("Anna", "198.51.100.7", LIMIT).status_code == 429

    assert sign_in("Anna", "198.51.100.7", PASSWORD).status_code == 429
    assert sign_in("Anna", "198.51.100.8", PASSWORD).status_code == 302


@pytest.mark.parametrize("other", ["ANNA", " anna ", "\uff21nna"])
def test_a_name_is_counted_in_any_case_and_spelling(other: str) -> None:
    fail("anna", "198.51.100.7", LIMIT - 1)

    assert sign_in(other, "198.51.100.7").status_code == 429


def test_an_address_that_tries_many_names_waits() -> None:
    answers = [fail(f"person{one}", "198.51.100.7") for one in range(SPRAYED)]

    assert [one.status_code for one in answers[:-1]] == [200] * (SPRAYED - 1)
    assert answers[-1].status_code == 429
    assert sign_in("yet another", "198.51.100.7").status_code == 429
    assert "from your address" in answers[-1].content.decode()


def test_a_name_tried_from_many_addresses_waits_for_seconds_only() -> None:
    answers = [fail("anna", f"198.51.100.{one}") for one in range(FREE_TRIES)]

    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) <= 30
    assert "from several places" in answers[-1].content.decode()


def test_the_wait_of_a_name_grows_to_half_a_minute() -> None:
    for one in range(FREE_TRIES):
        fail("anna", f"198.51.100.{one}")
    AccessAttempt.objects.update(failures_since_start=1000, attempt_time=timezone.now())

    assert 25 <= int(sign_in("anna", "198.51.100.77")["Retry-After"]) <= 30


def test_nobody_keeps_a_person_from_where_they_have_signed_in_before(anna: User) -> None:
    sign_in("Anna", "198.51.100.200", PASSWORD)
    for one in range(FREE_TRIES):
        fail("anna", f"198.51.100.{one}")

    assert sign_in("Anna", "198.51.100.201", PASSWORD).status_code == 429
    assert sign_in("Anna", "198.51.100.200", PASSWORD).status_code == 302


def test_trying_while_waiting_does_not_make_it_longer() -> None:
    fail("anna", "198.51.100.7", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))

    assert int(fail("anna", "198.51.100.7", 3)["Retry-After"]) <= 61
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in("anna", "198.51.100.7").status_code == 200


def test_the_page_says_truly_how_long_it_takes() -> None:
    fail("anna", "198.51.100.7", LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10, seconds=30))

    assert "Try again in 5 minutes" in sign_in("anna", "198.51.100.7").content.decode()


def test_a_good_sign_in_forgets_only_its_own_failures(anna: User) -> None:
    for one in range(SPRAYED - 2):
        fail(f"person{one}", "198.51.100.7")
    fail("Anna", "198.51.100.7")
    sign_in("Anna", "198.51.100.7", PASSWORD)

    fail("one", "198.51.100.7")
    assert fail("two", "198.51.100.7").status_code == 429


def test_whoever_is_signed_in_stays_so(anna: User) -> None:
    browser = Client()
    browser.force_login(anna, backend="django.contrib.auth.backends.ModelBackend")
    fail("Anna", "198.51.100.7", LIMIT)

    answer = browser.get("/orders/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert answer.status_code == 200


@pytest.mark.parametrize("name", ["x" * 400, "\u00df" * 300, "\ufdfa" * 255])
def test_a_name_longer_than_any_column_is_only_wrong(name: str) -> None:
    assert sign_in(name, "198.51.100.7").status_code == 200
    assert fail(name, "198.51.100.7", LIMIT).status_code == 429


def test_neither_name_nor_password_gets_into_the_log(caplog: Any) -> None:
    fail("my secret password", "198.51.100.7", LIMIT)

    assert "198.51.100.7" in caplog.text
    assert "secret" not in caplog.text


def test_an_administrator_sees_and_clears_a_lock(anna: User, signed_in: SignIn) -> None:
    fail("Anna", "198.51.100.7", LIMIT)
    client = signed_in(ADMINISTRATORS)
    assert "anna, from 198.51.100.7" in client.get("/sign-in-locks/").content.decode()
    lock = {"rule": "name_and_address", "username": "anna", "ip_address": "198.51.100.7"}

    told = client.post("/sign-in-locks/clear/", lock, follow=True)

    assert "may sign in again" in told.content.decode()
    assert "Nobody waits" in told.content.decode()
    assert sign_in("Anna", "198.51.100.7", PASSWORD).status_code == 302
    assert "198.51.100.7" in LogEntry.objects.get().change_message
    again = client.post("/sign-in-locks/clear/", lock, follow=True)
    assert "has ended meanwhile" in again.content.decode()


def test_locks_of_an_address_and_of_a_name_are_listed_too(signed_in: SignIn) -> None:
    for one in range(SPRAYED):
        fail(f"person{one}", "198.51.100.7")
    for one in range(FREE_TRIES):
        fail("anna", f"198.51.100.{one + 100}")
    client = signed_in(ADMINISTRATORS)

    page = client.get("/sign-in-locks/").content.decode()

    assert "Every user, from 198.51.100.7" in page
    assert "anna, from new places" in page
    for lock in (
        {"rule": "address", "username": "", "ip_address": "198.51.100.7"},
        {"rule": "name", "username": "anna", "ip_address": ""},
    ):
        client.post("/sign-in-locks/clear/", lock)
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE])
def test_nobody_else_sees_or_clears_locks(role: str, signed_in: SignIn) -> None:
    client = signed_in(role)

    assert client.get("/sign-in-locks/").status_code == 403
    assert client.post("/sign-in-locks/clear/").status_code == 403


def test_who_has_signed_in_from_an_address_is_not_kept_out_by_others_there(anna: User) -> None:
    """Behind one address, or a proxy nobody has named, one stranger would lock out everybody."""
    assert sign_in("Anna", "198.51.100.7", PASSWORD).status_code == 302
    for one in range(SPRAYED):
        fail(f"person{one}", "198.51.100.7")

    assert sign_in("somebody", "198.51.100.7").status_code == 429
    assert sign_in("Anna", "198.51.100.7", PASSWORD).status_code == 302
