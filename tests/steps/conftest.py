"""A staged world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.sandbox.shop.versions import NEWER
from tests.world import World, a_world, close


@pytest.fixture
def shop_version() -> str:
    """The Magento version of the world's shop; a module may run its tests on each."""
    return NEWER.name


@pytest.fixture
def world(db: None, tmp_path: Path, shop_version: str) -> Iterator[World]:
    staged = a_world(tmp_path, shop_version)
    yield staged
    close(staged)
