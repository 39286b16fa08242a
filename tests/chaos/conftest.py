"""A staged world for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, a_world, close


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Runs of chaos take minutes: they are left out unless asked for (``-m chaos``).

    Not by an ``-m`` in pyproject.toml, which any other ``-m`` would replace.
    """
    if "chaos" in config.option.markexpr:
        return
    runs = [item for item in items if item.get_closest_marker("chaos")]
    if runs:
        items[:] = [item for item in items if item not in runs]
        config.hook.pytest_deselected(items=runs)


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    staged = a_world(tmp_path)
    yield staged
    close(staged)
