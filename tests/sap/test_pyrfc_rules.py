"""The rules of pyrfc.md that are about the library itself: importing, locale, processes."""

from __future__ import annotations

import ast
import copy
import pickle
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sync.errors import RemoteMisconfigured
from sync.sap.bapi import SapSession
from sync.sap.client import SapClient
from sync.sap.connection import connect
from sync.sap.options import SapOptions
from sync.sap.sessions import SapSessions
from tests.sap.builders import PARAMETERS
from tests.sap.fake_sap import FakeSap

PACKAGES = Path(__file__).parent / "fake_pyrfc"
PROJECT = Path(__file__).parents[2]
SOURCES = [p for part in ("sync", "o2c_portal") for p in sorted((PROJECT / part).rglob("*.py"))]
LOCALE_SETTERS = {"setlocale", "set_locale_radix", "resetlocale"}


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Make ``import pyrfc`` find one of the packages beside this file."""
    real = sys.modules.pop("pyrfc", None)

    def use(package: str) -> None:
        monkeypatch.syspath_prepend(str(PACKAGES / package))

    yield use
    sys.modules.pop("pyrfc", None)
    if real is not None:
        sys.modules["pyrfc"] = real


def test_pyrfc_that_imports_without_its_library_is_for_the_administrator(
    imported: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    imported("without_library")
    client = SapClient(connect, PARAMETERS, SapOptions())

    with pytest.raises(RemoteMisconfigured) as caught:
        client.ping()

    assert caught.value.cause_key == "sap:pyrfc-missing"
    assert "libsapnwrfc.so" in capsys.readouterr().out
    __import__("pyrfc")  # which, misleadingly, succeeds


def test_with_its_library_the_connection_is_pyrfcs(
    imported: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    imported("complete")
    seen: list[dict[str, Any]] = []
    pyrfc = __import__("pyrfc")

    def opened(**parameters: Any) -> Any:
        seen.append(parameters)
        return FakeSap().connect(**parameters)

    monkeypatch.setattr(pyrfc, "Connection", opened)

    SapClient(connect, {**PARAMETERS, "saprouter": None}, SapOptions()).ping()  # type: ignore[dict-item]

    assert seen == [PARAMETERS]
    assert {type(value) for value in seen[0].values()} == {str}


def test_nobody_sets_the_locale_which_would_change_how_the_library_reads_numbers() -> None:
    offenders = [
        path.relative_to(PROJECT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if getattr(node, "attr", getattr(node, "id", "")) in LOCALE_SETTERS
    ]

    assert offenders == []


@pytest.mark.parametrize("use", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_session_never_leaves_its_process(use: Callable[[SapSession], Any]) -> None:
    session = SapSession(SapSessions(FakeSap().connect, PARAMETERS, SapOptions()), SapOptions())

    with pytest.raises(TypeError, match="cannot be pickled"):
        use(session)


def test_only_one_module_imports_pyrfc() -> None:
    importers = [
        path.relative_to(PROJECT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "pyrfc")
        or (isinstance(node, ast.Import) and any(n.name == "pyrfc" for n in node.names))
    ]

    assert importers == ["sync/sap/connection.py"]
