"""The stand-in lets in and turns away as the real shop did [001-037, 176, 193]."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.exchanges.staging import differences, stage_list
from tests.exchanges.test_shop import comparable
from tests.magento.recorded import exchange, version_of
from tests.sandbox.shop.conftest import CREDENTIALS, Caller
from tests.sandbox.shop.test_callers import LONG_AGO, signed

READ_ORDERS = "Magento_Sales::actions_view"
Play = Callable[[Caller, dict[str, Any]], TestResponse]


def with_header(make: Callable[[str], str], **settings: Any) -> Play:
    """The recorded request under the Authorization header made for its path."""

    def call(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
        caller.shop.change_settings(settings)
        request = recorded["request"]
        headers = {"Authorization": make(request["path"])}
        return caller.call(request["method"], request["path"], request["body"], headers=headers)

    return call


def bearer(token: str, **settings: Any) -> Play:
    """Under a bearer token."""
    return with_header(lambda path: f"Bearer {token}" if token else "", **settings)


def by_signature(**changes: str) -> Play:
    """Signed by another library, with other keys where it says so."""
    return with_header(lambda path: signed(path, **changes))


def login(password: str | None = CREDENTIALS.admin_password, **settings: Any) -> Play:
    """A login as the admin; the recording hides the password."""

    def call(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
        caller.shop.change_settings(settings)
        body = {**recorded["request"]["body"], "username": CREDENTIALS.admin_user}
        if password is not None:
            body["password"] = password
        path: str = recorded["request"]["path"]
        return caller.call("POST", path, body, headers={})

    return call


def admin(**settings: Any) -> Play:
    """As the admin."""

    def call(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
        caller.shop.change_settings(settings)
        return caller.call("GET", recorded["request"]["path"])

    return call


def locked(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
    """The right password after six wrong ones."""
    for _ in range(6):
        login("wrong")(caller, recorded)
    return login()(caller, recorded)


def nonce_again(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
    """The same signature twice."""
    header = signed(recorded["request"]["path"])
    again = with_header(lambda path: header)
    again(caller, recorded)
    return again(caller, recorded)


def expired(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
    """A token of an hour ago."""
    token = caller.app.extensions["shop_gate"].admin_token("admin", "right-1", -1)
    return bearer(token)(caller, recorded)


def readonly_write(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
    """A write of an integration that may read orders; a GET's signature does not fit a POST."""
    caller.shop.change_settings({"integration_as_bearer": True})
    return bearer(CREDENTIALS.access_token, integration_rights=READ_ORDERS)(caller, recorded)


def ahead_by(minutes: int) -> Play:
    """A caller whose clock is that much ahead of the shop's."""

    def play(caller: Caller, recorded: dict[str, Any]) -> TestResponse:
        moment = datetime.now(UTC) + timedelta(minutes=minutes)
        return by_signature(timestamp=str(int(moment.timestamp())))(caller, recorded)

    return play


PLAYS: dict[str, Play] = {
    "001": login(),
    "002": login("wrong"),
    "004": login(None),
    "005": login(""),
    "006": bearer(""),
    "007": bearer("unknown"),
    "010": admin(admin_rights="Magento_Backend::store"),
    "011": with_header(signed, integration_rights=READ_ORDERS),
    "012": readonly_write,
    "014": by_signature(),
    "015": by_signature(signature_method="HMAC-SHA1"),
    "016": by_signature(client_secret="x" * 32),
    "017": nonce_again,
    "018": by_signature(timestamp=LONG_AGO),
    "020": by_signature(client_key="x" * 32),
    "022": by_signature(client_key="short"),
    "023": bearer(CREDENTIALS.access_token),
    "024": bearer(CREDENTIALS.access_token, integration_as_bearer=True),
    "026": bearer("a.customers.token"),
    "027": locked,
    "029": expired,
    "030": login(two_factor="unconfigured"),
    "032": login("wrong", two_factor="configured"),
    "033": with_header(signed, two_factor="configured"),
    "034": login(two_factor="unconfigured"),
    "035": login(two_factor="forced"),
    "036": login(two_factor="configured"),
    "037": login(two_factor="configured"),
    "176": by_signature(),
    "193": by_signature(),
    "559": admin(input_limit_enabled=True, default_page_size=5),
    "248-002": login("wrong"),
    "248-006": bearer(""),
    "248-008": readonly_write,
    "248-010": readonly_write,
    "248-011": with_header(signed, integration_rights=READ_ORDERS),
    "248-013": readonly_write,
    "248-014": by_signature(),
    "248-015": by_signature(signature_method="HMAC-SHA1"),
    "248-016": by_signature(client_secret="x" * 32),
    "248-018": by_signature(timestamp=LONG_AGO),
    "248-019": ahead_by(11),
    "248-020": by_signature(client_key="x" * 32),
    "248-021": by_signature(resource_owner_key="x" * 32),
    "248-023": bearer(CREDENTIALS.access_token),
    "248-024": with_header(signed, integration_rights=READ_ORDERS),
    "248-025": ahead_by(9),
}


@pytest.mark.parametrize("name", PLAYS)
def test_a_caller_is_answered_as_recorded(caller: Caller, name: str) -> None:
    recorded = exchange(name)
    response = recorded["response"]
    caller.play_version(version_of(name))
    if isinstance(response["body"], dict) and "total_count" in response["body"]:
        stage_list(caller.shop.store, name)

    answer = PLAYS[name](caller, recorded)

    body = answer.get_json()
    assert answer.status_code == response["status"], body
    if response["body"] == "eyJ***.***.***":
        assert body.count(".") == 2
        assert bearer(body)(caller, exchange("006")).status_code == 200
    else:
        assert not differences(comparable(body), comparable(response["body"]))
