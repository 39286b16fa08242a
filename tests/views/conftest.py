"""Pages are tested without Redis: its socket does not exist, as when it is down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from sync.jobs.bell import QUEUES
from tests.builders import a_user

DEAD_SOCKET = "/nonexistent/redis.sock"


@pytest.fixture(autouse=True)
def redis_is_away(settings: Any) -> None:
    """Every queue points at a socket nobody listens on."""
    settings.RQ_QUEUES = {name: {"URL": f"unix://{DEAD_SOCKET}"} for name in QUEUES.values()}


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """A browser with a person of these roles signed in."""

    def sign_in(*roles: str) -> Client:
        client = Client()
        client.force_login(a_user(*roles), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in
