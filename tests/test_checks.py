"""``manage.py check`` names each setting that is missing or cannot work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

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


@pytest.mark.slow
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


PARTS = {
    "database": ("DATABASE_URL", "postgres://portal@127.0.0.1:5432/portal"),
    "redis": ("REDIS_URL", "redis://127.0.0.1:6379/0"),
    "key": ("SECRET_KEY", "x" * 50),
    "shop": ("MAGENTO_SHOPS", "north"),
    "sap": ("SAP_RFC_CONNECT", "sync.sap.connection.connect"),
}
REST = {
    **{f"MAGENTO_NORTH_{name}": "x" for name in (
        "CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")},
    "MAGENTO_NORTH_BASE_URL": "https://shop.example",
    "SAP_RFC_PARAMETERS": "ashost=sap,client=100,user=PORTAL,passwd=x",
}  # fmt: skip
# How each kind of process comes up, as far as the checks; the scheduler would go on for ever.
PROCESSES = {
    "check": ["manage.py", "check"],
    "web": ["-c", "import o2c_portal.wsgi"],
    "worker": ["manage.py", "sync_worker"],
    "scheduler": ["manage.py", "sync_scheduler"],
}


def started(process: str, directory: Path, without: str = "", **more: str) -> tuple[int, str]:
    """How a production process ended that lacks a part, and what it said."""
    ours = {"PATH": os.environ["PATH"], "DATA_DIR": str(directory), **REST}
    parts = dict(given for name, given in PARTS.items() if name != without)
    ended = subprocess.run(
        [sys.executable, *PROCESSES[process]], env=ours | parts | more, cwd=settings.BASE_DIR,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
def test_production_does_not_start_without_a_part(part: str, tmp_path: Path) -> None:
    code, told = started("check", tmp_path, without=part)

    assert code != 0
    assert part in told or PARTS[part][0] in told


@pytest.mark.slow
@pytest.mark.parametrize("process", PROCESSES)
def test_no_process_starts_without_sap(process: str, tmp_path: Path) -> None:
    code, told = started(process, tmp_path, without="sap")

    assert code != 0
    assert "No SAP is set" in told


@pytest.mark.slow
@pytest.mark.parametrize("process", ["check", "web"])
def test_what_is_named_may_be_missing(process: str, tmp_path: Path) -> None:
    allowed = {"ALLOW_MISSING": "sap,stand-in"}

    assert started(process, tmp_path, without="sap", **allowed)[0] == 0
    assert started(process, tmp_path)[0] == 0


def test_a_stand_in_on_one_side_only_is_refused(settings: Any) -> None:
    settings.ALLOW_MISSING = ["database", "redis", "key", "shop", "sap"]
    assert ids(checks.check_parts) == []

    settings.MAGENTO = {"north": SHOP}
    assert ids(checks.check_parts) == ["sync.E011"]

    settings.MAGENTO = {"demo": SHOP, "north": SHOP}
    settings.SAP_RFC_CONNECT = "sync.sap.connection.connect"
    assert ids(checks.check_parts) == ["sync.E011"]


def test_a_part_nobody_knows_is_refused(settings: Any) -> None:
    settings.ALLOW_MISSING = [*settings.PARTS, "everything"]

    assert ids(checks.check_parts) == ["sync.E010"]
