"""A stormy world for each test; each example begins with empty books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.properties.stormy_world import StormyWorld, a_stormy_world


@pytest.fixture
def world(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StormyWorld]:
    with a_stormy_world(tmp_path, monkeypatch) as staged:
        yield staged
