"""The chaos command's own part: what it refuses, and what its times promise."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from sync.sandbox.chaos import options
from sync.steps.settling import SHARE_OF_LEASE


def test_an_unknown_database_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("chaos", "--db=oracle")


def test_nothing_is_concluded_before_the_slowest_server_is_done() -> None:
    assert options.SETTLE > options.LONGEST_SERVER_TIME


def test_a_write_must_begin_well_within_its_lease() -> None:
    assert options.LEASE * SHARE_OF_LEASE < options.LEASE
    assert options.READ_TIMEOUT < options.LEASE
