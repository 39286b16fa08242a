"""A staged world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, a_world, close


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    staged = a_world(tmp_path)
    yield staged
    close(staged)
