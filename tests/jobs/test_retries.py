"""When a failed attempt is repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.causes.orders import OrderCause
from sync.causes.shop import ShopCause
from sync.errors import (
    MappingMissing,
    OutcomeUnknown,
    RecordsDisagree,
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.jobs.retries import DELAYS, next_delay
from sync.mapping_tables import MappingTable


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 30), (5, 300), (14, 7200)])
def test_passing_trouble_is_tried_again_later_and_later(attempt: int, seconds: int) -> None:
    delay = next_delay(RemoteUnavailable("503", cause=ShopCause.DOWN), attempt)

    assert delay == timedelta(seconds=seconds)


def test_after_the_last_delay_a_person_looks() -> None:
    delay = next_delay(RemoteUnavailable("503", cause=ShopCause.DOWN), len(DELAYS) + 1)

    assert delay is None


@pytest.mark.parametrize(
    "error",
    [
        RemoteRejected("no", cause=ShopCause.REFUSED),
        RemoteMisconfigured("wrong key", cause=ShopCause.KEYS),
        UnexpectedRecord("no state", cause=ShopCause.UNREADABLE),
        RecordsDisagree("twice", cause=OrderCause.TWICE),
        MappingMissing("no material", MappingTable.MATERIAL, "S-1"),
    ],
)
def test_what_a_person_must_repair_is_never_retried(error: SyncError) -> None:
    assert next_delay(error, attempt=1) is None


def test_a_remote_that_names_its_time_is_believed() -> None:
    lost = OutcomeUnknown("lost", cause=ShopCause.ANSWER_LOST, retry_after=121)

    assert next_delay(lost, attempt=1) == timedelta(seconds=121)
