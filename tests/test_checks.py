"""``manage.py check`` names each setting that is missing or cannot work."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from sync import checks

SHOP = {"base_url": "https://shop.example", "call_timeout_seconds": 120.0}


def ids(check: Any) -> list[str | None]:
    """The ids a check gives out."""
    return [message.id for message in check()]


def test_the_stand_ins_need_nothing() -> None:
    assert [ids(check) for check in (checks.check_shops, checks.check_sap)] == [[], []]
    assert [ids(check) for check in (checks.check_times, checks.check_security)] == [[], []]


@pytest.mark.parametrize(
    ("auth", "missing"),
    [("oauth", "CONSUMER_SECRET"), ("bearer", "TOKEN"), ("admin", "PASSWORD")],
)
def test_each_way_in_names_the_key_that_is_missing(auth: str, missing: str, settings: Any) -> None:
    settings.MAGENTO = {"north-1": {**SHOP, "auth": auth}}

    messages = [str(message.msg) for message in checks.check_shops()]

    assert f"MAGENTO_NORTH_1_{missing} is not set." in messages


def test_an_unknown_way_in_is_refused(settings: Any) -> None:
    settings.MAGENTO = {"north": {**SHOP, "auth": "magic"}}

    assert ids(checks.check_shops) == ["sync.E003"]


def test_a_real_sap_needs_host_client_and_user(settings: Any) -> None:
    settings.SAP_RFC_CONNECT = "sync.sap.connection.connect"
    settings.SAP_RFC_PARAMETERS = {"user": "PORTAL", "passwd": "x"}

    messages = [str(message.msg) for message in checks.check_sap()]

    assert messages == ["SAP_RFC_PARAMETERS has no client.", "SAP_RFC_PARAMETERS has no ashost."]


def test_a_time_zone_nobody_knows_is_refused(settings: Any) -> None:
    settings.SAP_TIME_ZONE = "Berlin"

    assert ids(checks.check_sap) == ["sync.E006"]


def test_an_rfc_call_longer_than_its_lease_is_refused(settings: Any) -> None:
    settings.SAP_RFC_TIMEOUT_SECONDS = settings.LEASE_SECONDS

    assert ids(checks.check_times) == ["sync.E005"]


def test_a_job_shorter_than_the_lease_is_refused(settings: Any) -> None:
    settings.RQ_QUEUES = {"bulk": {"DEFAULT_TIMEOUT": settings.LEASE_SECONDS}}

    assert ids(checks.check_times) == ["sync.E007"]


def test_a_proxy_that_is_no_network_is_refused(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24", "unix", "::1", "proxy.example"]

    assert ids(checks.check_proxies) == ["sync.E009"]


def test_real_systems_forbid_what_the_demo_may(settings: Any) -> None:
    settings.MAGENTO = {"north": SHOP}
    settings.DEBUG = True
    settings.SECRET_KEY = ""
    settings.ALLOWED_HOSTS = ["*"]

    assert ids(checks.check_security) == ["sync.E001", "sync.E008", "sync.W001", "sync.W002"]


def test_a_password_of_sap_may_hold_commas() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from o2c_portal import settings as s; print(s.SAP_RFC_PARAMETERS)"],
        env={
            **os.environ,
            "SAP_RFC_CONNECT": "sync.sap.connection.connect",
            "SAP_RFC_PARAMETERS": "ashost=sap,user=PORTAL",
            "SAP_RFC_PASSWORD": "a,b=c",
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert told.strip() == str({"ashost": "sap", "user": "PORTAL", "passwd": "a,b=c"})
