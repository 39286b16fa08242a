"""Chaos's own command line: what it refuses, what it may know, and what its times promise."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from sync.steps.remote_writes import SHARE_OF_LEASE
from tests.chaos import __main__ as command
from tests.chaos.judge import Finding
from tests.chaos.options import CALL_TIMEOUT, Options
from tests.chaos.run import Verdict
from tests.test_architecture import imported, modules

OURS = {"conftest.py", "sabotaged_worker.py"}  # the tests' own, beside test_*.py


def made_by(
    monkeypatch: pytest.MonkeyPatch, verdict: Verdict, *arguments: str
) -> list[tuple[str, str]]:
    """Database and version of every run that these arguments make."""
    made: list[tuple[str, str]] = []

    def perform(options: Options, tell: object) -> Verdict:
        made.append((options.database, options.shop_version))
        return verdict

    monkeypatch.setattr(command, "perform", perform)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    command.main(arguments)
    return made


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("--db=oracle", "invalid choice"),
        ("--shop-version=2.3.7", "invalid choice"),
        ("--shapes=simple,hexagon", "no such shape: hexagon"),
    ],
)
def test_what_there_is_not_is_refused(
    capsys: pytest.CaptureFixture[str], asked: str, told: str
) -> None:
    with pytest.raises(SystemExit):
        command.main([asked])

    assert told in capsys.readouterr().err


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
    assert made_by(monkeypatch, Verdict(), *asked) == played


def test_anything_found_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="see above"):
        made_by(monkeypatch, Verdict(9, 0, [Finding("lost", "000000001", "not in SAP")]))


def test_chaos_is_an_outsider_that_needs_no_more_than_the_demo() -> None:
    known = {
        name
        for module, tree in modules(Path(__file__).parent)
        if module not in OURS and not module.startswith("test_")
        for name in imported(tree)
    }

    ours = {one for one in known if one.startswith(("sync", "o2c_portal", "django"))}
    assert {one for one in ours if not one.startswith("sync.sandbox")} == set()
    assert not any(one.startswith(("pytest", "hypothesis")) for one in known)


@pytest.mark.parametrize("server_time", [7.0, 14.5])
def test_nothing_is_concluded_before_the_slowest_server_is_done(server_time: float) -> None:
    wanted = Options(directory=Path(), server_time=server_time)

    assert int(wanted.environment["SAP_SETTLE_SECONDS"]) > server_time + 4
    assert int(wanted.environment["MAGENTO_SETTLE_SECONDS"]) > server_time + 4


def test_a_write_must_begin_well_within_its_lease() -> None:
    assert SHARE_OF_LEASE < 1
    assert Options(directory=Path()).lease > CALL_TIMEOUT
