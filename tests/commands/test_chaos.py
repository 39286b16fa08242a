"""The chaos command's own part: what it refuses, and what its times promise."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sync.management.commands import chaos
from sync.sandbox.chaos.options import CALL_TIMEOUT, Options
from sync.sandbox.chaos.run import Verdict
from sync.steps.settling import SHARE_OF_LEASE


def test_an_unknown_database_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("chaos", "--db=oracle")


def test_a_shop_nobody_recorded_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("chaos", "--shop-version=2.3.7")


@pytest.mark.parametrize(
    ("asked", "played"),
    [
        ([], [("sqlite", "2.4.8")]),
        (["--shop-version=2.4.7", "--db=both"], [("sqlite", "2.4.7"), ("postgres", "2.4.7")]),
        (["--shop-version=both"], [("sqlite", "2.4.7"), ("sqlite", "2.4.8")]),
    ],
)
def test_one_run_is_made_for_each_database_and_version(
    monkeypatch: pytest.MonkeyPatch, asked: list[str], played: list[tuple[str, str]]
) -> None:
    made: list[tuple[str, str]] = []

    def perform(options: Options, tell: object) -> Verdict:
        made.append((options.database, options.shop_version))
        return Verdict()

    monkeypatch.setattr(chaos, "perform", perform)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    call_command("chaos", *asked)

    assert made == played


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(CommandError, match="no such shape: hexagon"):
        call_command("chaos", "--shapes=simple,hexagon")


@pytest.mark.parametrize("server_time", [7.0, 14.5])
def test_nothing_is_concluded_before_the_slowest_server_is_done(server_time: float) -> None:
    wanted = Options(directory=Path(), manage=(), server_time=server_time)

    assert int(wanted.environment["SAP_SETTLE_SECONDS"]) > server_time + 4
    assert int(wanted.environment["MAGENTO_SETTLE_SECONDS"]) > server_time + 4


def test_a_write_must_begin_well_within_its_lease() -> None:
    assert SHARE_OF_LEASE < 1
    assert Options(directory=Path(), manage=()).lease > CALL_TIMEOUT
