"""The chaos command's own part: what it refuses, and what its times promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from sync.sandbox.chaos.options import READ_TIMEOUT, Options
from sync.steps.settling import SHARE_OF_LEASE


def test_an_unknown_database_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("chaos", "--db=oracle")


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(CommandError, match="no such shape: hexagon"):
        call_command("chaos", "--shapes=simple,hexagon")


@pytest.mark.parametrize("server_time", [7.0, 14.5])
def test_nothing_is_concluded_before_the_slowest_server_is_done(server_time: float) -> None:
    wanted = Options(directory=Path(), manage=(), server_time=server_time)

    assert int(wanted.environment["SAP_SETTLE_SECONDS"]) > server_time + 4
    assert int(wanted.environment["MAGENTO_SETTLE_SECONDS"]) > server_time + 4


def test_a_write_must_begin_well_within_its_lease() -> None:
    assert SHARE_OF_LEASE < 1
    assert Options(directory=Path(), manage=()).lease > READ_TIMEOUT
