"""The rehearsal of a restore: what it refuses, how it ends, and that a copy is a copy."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.chaos import rehearse
from tests.chaos.databases import dump, restore, rows
from tests.chaos.judge import Finding
from tests.chaos.options import Options
from tests.chaos.run import Verdict


def played(monkeypatch: pytest.MonkeyPatch, verdict: Verdict) -> list[Options]:
    made: list[Options] = []

    def play(options: Options, tell: object) -> Verdict:
        made.append(options)
        return verdict

    monkeypatch.setattr(rehearse, "rehearse", play)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    return made


def test_one_rehearsal_is_made_for_each_database(monkeypatch: pytest.MonkeyPatch) -> None:
    made = played(monkeypatch, Verdict())

    rehearse.main(["--db=both", "--orders=9", "--seed=4"])

    assert [(one.database, one.orders, one.seed) for one in made] == [
        ("sqlite", 9, 4),
        ("postgres", 9, 4),
    ]
    assert not any(one.directory.exists() for one in made)


def test_anything_found_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    played(monkeypatch, Verdict(9, 0, [Finding("lost", "000000001", "not in SAP")]))

    with pytest.raises(SystemExit, match="see above"):
        rehearse.main([])


def test_too_few_orders_rehearse_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        rehearse.main(["--orders=2"])

    assert "At least 3" in capsys.readouterr().err


def test_a_restored_file_holds_what_it_held_when_it_was_dumped(tmp_path: Path) -> None:
    file = tmp_path / "portal.sqlite3"
    address = f"sqlite:///{file}"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE kept (name TEXT)")
        connection.execute("INSERT INTO kept VALUES ('yesterday')")
        connection.commit()
        dump(address, tmp_path / "copy")
        connection.execute("INSERT INTO kept VALUES ('today')")
        connection.commit()

    restore(address, tmp_path / "copy")

    assert rows(address, "SELECT name FROM kept") == [("yesterday",)]
