"""The command that plays the five scenes: its arguments, and that it fails loudly."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from sync.management.commands.scenes import Command, _address
from sync.sandbox.scenes import SCENES


@pytest.fixture
def silent_ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Addresses where nobody answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        for name in ("PORTAL_PORT", "SHOP_PORT", "SAP_PORT"):
            monkeypatch.setenv(name, str(probe.getsockname()[1]))
        yield


@pytest.mark.usefixtures("silent_ports")
def test_without_a_shop_that_could_change_its_version_nothing_is_played() -> None:
    said = io.StringIO()

    with pytest.raises(CommandError, match="A scene failed"):
        call_command("scenes", "--shop-version=2.4.7", stdout=said)

    assert "FAILED" in said.getvalue()
    assert "Scene 1" not in said.getvalue()


@pytest.mark.usefixtures("silent_ports")
def test_without_a_running_demo_it_fails_and_says_at_which_scene() -> None:
    said = io.StringIO()

    with pytest.raises(CommandError, match="A scene failed"):
        call_command("scenes", stdout=said)

    assert "Scene 1" in said.getvalue()
    assert "FAILED" in said.getvalue()
    assert "Scene 2" not in said.getvalue()


def test_somebody_clicks_unless_it_is_to_be_automatic() -> None:
    parser = Command().create_parser("manage.py", "scenes")

    assert parser.parse_args([]).automatic is False
    assert parser.parse_args(["--automatic", "--shape", "eur"]).shape == "eur"
    assert parser.parse_args(["--shop-version", "both"]).shop_version == "both"


def test_the_demo_is_found_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PORT", "9001")

    assert _address("SHOP_PORT", "8001") == "http://127.0.0.1:9001"


def test_there_are_five_scenes_and_each_says_what_happens() -> None:
    assert len(SCENES) == 5
    assert all(scene.__doc__ for scene in SCENES)
