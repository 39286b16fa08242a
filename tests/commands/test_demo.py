"""The demo's parts that can be looked at without starting it."""

from __future__ import annotations

import configparser
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from sync.management.commands import demo
from sync.models import Shop
from sync.sandbox.processes import supervisor_config

PORTS = {"PORTAL_PORT": 9000, "SHOP_PORT": 9001, "SAP_PORT": 9002}
OPTIONS: dict[str, Any] = {"workers": 3, "place_every": 60}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


@pytest.fixture(autouse=True)
def embedded_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL", raising=False)


def test_a_taken_port_is_refused_by_the_name_of_its_variable(taken_port: int) -> None:
    with pytest.raises(CommandError, match=rf"Port {taken_port} is in use.*set SHOP_PORT"):
        demo.refuse_taken_ports({"SHOP_PORT": taken_port})


def test_a_free_port_is_not_refused(taken_port: int) -> None:
    demo.refuse_taken_ports({})


@pytest.mark.django_db
def test_with_a_taken_port_nothing_is_started(
    taken_port: int, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv("PORTAL_PORT", str(taken_port))

    with pytest.raises(CommandError, match="PORTAL_PORT"):
        call_command("demo")

    assert not (tmp_path / "supervisor.conf").exists()
    assert not Shop.objects.exists()


def test_redis_and_both_stand_ins_start_before_what_needs_them(tmp_path: Path) -> None:
    names = list(demo.commands(tmp_path, PORTS, OPTIONS))

    assert names == ["redis", "shop", "sap", "scheduler", "web", "worker1", "worker2", "worker3"]


def test_a_redis_of_ones_own_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://localhost")

    assert "redis" not in demo.commands(tmp_path, PORTS, OPTIONS)


def test_every_process_gets_its_port_and_its_data(tmp_path: Path) -> None:
    found = demo.commands(tmp_path, PORTS, OPTIONS)

    assert "--port 9001" in found["shop"]
    assert "--place-every 60" in found["shop"]
    assert "--port 9002" in found["sap"]
    assert "127.0.0.1:9000" in found["web"]
    assert f"{tmp_path / 'sap'}" in found["sap"]


def test_the_demo_listens_on_this_machine_only(tmp_path: Path) -> None:
    assert "0.0.0.0" not in " ".join(demo.commands(tmp_path, PORTS, OPTIONS).values())


def test_the_secret_is_made_once_and_is_nobody_elses_business(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"

    made = demo.secret_key(path)

    assert demo.secret_key(path) == made
    assert len(made) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_supervisor_reads_its_configuration(tmp_path: Path) -> None:
    text = supervisor_config(tmp_path, {"one": "run --at 100%", "two": "run"})

    read = configparser.ConfigParser()
    read.read_string(text)
    assert read.sections() == ["supervisord", "program:one", "program:two"]
    assert read["program:one"]["command"] == "run --at 100%"
    assert [read[f"program:{name}"]["priority"] for name in ("one", "two")] == ["1", "2"]
    assert read["supervisord"]["pidfile"] == str(tmp_path / "supervisor.pid")


def test_an_address_nobody_answers_at_is_not_ready() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

        assert not demo.answers(f"http://127.0.0.1:{port}/")


def test_the_supervisor_is_ended() -> None:
    process = subprocess.Popen(["sleep", "60"])

    demo.end(process)

    assert process.returncode is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SAP_RFC_CONNECT", "sync.sap.connection.connect"),
        ("MAGENTO", {"demo": {}, "north": {"base_url": "https://shop.example"}}),
    ],
)
def test_beside_a_real_system_the_demo_says_that_it_plays_its_stand_ins(
    name: str, value: Any, settings: Any
) -> None:
    assert demo.told_of_real_systems() == []
    setattr(settings, name, value)

    (said,) = demo.told_of_real_systems()
    assert "left alone" in said


def test_no_process_of_the_demo_reaches_a_real_system() -> None:
    """Asked of a process of its own, which reads the settings as the demo's processes do."""
    real = {
        "SAP_RFC_CONNECT": "sync.sap.connection.connect",
        "SAP_RFC_PARAMETERS": "ashost=sap.example,sysnr=00,client=100,user=REAL,lang=EN",
        "SAP_RFC_PASSWORD": "real",
        "MAGENTO_SHOPS": "north,demo",
        "MAGENTO_NORTH_BASE_URL": "https://shop.example",
        "MAGENTO_DEMO_BASE_URL": "https://shop.example",
        "MAGENTO_DEMO_AUTH": "bearer",
    }
    ask = "from o2c_portal import settings as s; print(s.MAGENTO, s.SAP_RFC_CONNECT, "
    ask += "s.SAP_RFC_PARAMETERS)"
    environment = {**os.environ, **real, **demo.stand_ins()}

    said = subprocess.run(
        [sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True
    ).stdout

    assert "127.0.0.1" in said
    assert "sync.sandbox.sap.connect" in said
    for word in ("example", "REAL", "real", "north", "bearer"):
        assert word not in said
