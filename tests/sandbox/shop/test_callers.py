"""Who is let in: OAuth 1.0a, admin tokens, integration tokens [001-037]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from requests_oauthlib import OAuth1

from sync.sandbox.shop.app import create_app
from tests.sandbox.shop.conftest import CREDENTIALS, Caller

PATH = "/rest/V1/orders?searchCriteria[pageSize]=1&fields=items[entity_id],total_count"
BLANK = (
    "/rest/V1/orders?searchCriteria[filter_groups][0][filters][0][field]=created_at"
    "&searchCriteria[filter_groups][0][filters][0][value]=2026-11-23{}10:35:00"
    "&searchCriteria[filter_groups][0][filters][0][condition_type]=gt&fields=total_count"
)
LONG_AGO = "1700000000"


def signed(path: str, **changes: str) -> str:
    """The Authorization header another library makes for a GET."""
    keys = {
        "client_key": CREDENTIALS.consumer_key,
        "client_secret": CREDENTIALS.consumer_secret,
        "resource_owner_key": CREDENTIALS.access_token,
        "resource_owner_secret": CREDENTIALS.access_token_secret,
        "signature_method": "HMAC-SHA256",
        **changes,
    }
    request = requests.Request("GET", f"http://localhost{path}").prepare()
    header = OAuth1(**keys)(request).headers["Authorization"]
    return header.decode() if isinstance(header, bytes) else header


def answer(caller: Caller, header: str, path: str = PATH) -> tuple[int, str]:
    got = caller.call("GET", path, headers={"Authorization": header})
    document = got.get_json()
    return got.status_code, document.get("message", "")


@pytest.mark.parametrize("path", [PATH, quote(PATH, safe="/?&="), BLANK.format("%20")])
def test_a_good_signature_is_let_in(caller: Caller, path: str) -> None:
    assert answer(caller, signed(path), path)[0] == 200


def test_a_plus_for_a_blank_spoils_the_signature(caller: Caller) -> None:
    path = BLANK.format("+")

    assert answer(caller, signed(path.replace("+", "%20")), path)[0] == 401


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"signature_method": "HMAC-SHA1"}, 400, "Signature method %1 is not supported"),
        ({"client_secret": "x" * 32}, 401, "The signature is invalid. Verify and try again."),
        ({"client_key": "x" * 32}, 401, "A consumer having the specified key does not exist"),
        ({"client_key": "short"}, 401, "Consumer key is not the correct length"),
        ({"timestamp": "9999999999"}, 401,
         "An error occurred validating the nonce"),
        ({"timestamp": LONG_AGO}, 200, ""),
    ],
)  # fmt: skip
def test_each_bad_signature_has_its_own_answer(
    caller: Caller, changes: dict[str, str], status: int, message: str
) -> None:
    assert answer(caller, signed(PATH, **changes)) == (status, message)


def test_a_nonce_is_good_once(caller: Caller) -> None:
    header = signed(PATH)
    answer(caller, header)

    status, message = answer(caller, header)

    assert status == 401
    assert message == "The nonce is already being used by the consumer with ID %1"


@pytest.mark.parametrize("header", ["", "Bearer nonsense", "Bearer a.b.c", "Bearer " + "t" * 32])
def test_anyone_else_gets_the_same_401(caller: Caller, header: str) -> None:
    status, message = answer(caller, header)

    assert (status, message) == (401, "The consumer isn't authorized to access %resources.")


def test_the_integration_token_is_a_bearer_only_when_switched_on(caller: Caller) -> None:
    caller.http.post("/sandbox/settings", json={"integration_as_bearer": True})

    assert answer(caller, f"Bearer {CREDENTIALS.access_token}")[0] == 200


def test_an_old_admin_token_counts_as_none(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    caller = Caller(create_app(tmp_path, clock=lambda: now, credentials=CREDENTIALS))
    assert caller.call("GET", PATH).status_code == 200

    now += timedelta(minutes=61)

    assert caller.call("GET", PATH).status_code == 401


def test_six_wrong_passwords_lock_the_account(caller: Caller) -> None:
    wrong = {"username": "admin", "password": "wrong"}
    for _ in range(6):
        caller.call("POST", "integration/admin/token", wrong)

    right = {"username": "admin", "password": CREDENTIALS.admin_password}
    refused = caller.call("POST", "integration/admin/token", right)

    assert refused.status_code == 401
    assert refused.get_json()["message"].startswith("The account sign-in was incorrect")


@pytest.mark.parametrize("sent", [{"username": "admin"}, {"username": "admin", "password": ""}])
def test_a_missing_password_is_named(caller: Caller, sent: dict[str, str]) -> None:
    refused = caller.call("POST", "integration/admin/token", sent)

    assert refused.status_code == 400
    assert refused.get_json()["parameters"] == {"fieldName": "password"}
