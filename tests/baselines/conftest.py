"""A staged world, and a browser with an administrator signed in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from sync.roles import ADMINISTRATORS
from tests.builders import a_user
from tests.world import World, a_world, close


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    staged = a_world(tmp_path)
    yield staged
    close(staged)


@pytest.fixture
def administrator(db: None) -> Client:
    client = Client()
    user = a_user(ADMINISTRATORS)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
