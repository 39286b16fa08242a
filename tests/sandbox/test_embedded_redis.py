"""The demo's Redis starts with whatever binary there is, and whatever an earlier one left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.sandbox import embedded_redis
from sync.sandbox.embedded_redis import server_binaries, starts, working_binary

pytestmark = pytest.mark.flow  # each starts a server


@pytest.fixture
def socket(tmp_path: Path) -> Path:
    return tmp_path / "r.sock"


def other(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


def test_files_of_another_version_are_thrown_away(tmp_path: Path, socket: Path) -> None:
    kept = tmp_path / "redis"
    (kept / "appendonlydir").mkdir(parents=True)
    (kept / "dump.rdb").write_bytes(b"REDIS9999" + bytes(20))
    (kept / "appendonlydir" / "appendonly.aof.1.base.rdb").write_bytes(b"REDIS9999" + bytes(20))
    manifest = "file appendonly.aof.1.base.rdb seq 1 type b\n"
    (kept / "appendonlydir" / "appendonly.aof.manifest").write_text(manifest)
    (kept / "appendonly.aof").write_bytes(b"REDIS9999" + bytes(20))
    first = next(server_binaries())
    assert not starts(first, kept, socket)  # a dump is read whatever the options say

    assert working_binary(kept, socket) == first
    assert not (kept / "dump.rdb").exists()


def test_a_binary_that_refuses_its_options_is_passed_over(
    tmp_path: Path, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = next(server_binaries())
    refusing = other(tmp_path / "redis-server", "echo 'Bad directive'; exit 1")
    monkeypatch.setattr(embedded_redis, "server_binaries", lambda: iter([refusing, good]))

    assert working_binary(tmp_path / "redis", socket) == good


def test_a_binary_from_the_path_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = other(tmp_path / "redis-server", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}")

    assert next(server_binaries()) == own


def test_without_any_server_it_says_what_to_do(
    tmp_path: Path, socket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_at_all() -> Iterator[str]:
        yield str(tmp_path / "missing")

    monkeypatch.setattr(embedded_redis, "server_binaries", none_at_all)

    with pytest.raises(SystemExit, match="REDIS_URL"):
        working_binary(tmp_path / "redis", socket)
