"""When a failed attempt is repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

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


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 30), (5, 300), (14, 7200)])
def test_passing_trouble_is_tried_again_later_and_later(attempt: int, seconds: int) -> None:
    delay = next_delay(RemoteUnavailable("503", system="magento"), attempt)

    assert delay == timedelta(seconds=seconds)


def test_after_the_last_delay_a_person_looks() -> None:
    delay = next_delay(RemoteUnavailable("503", system="magento"), len(DELAYS) + 1)

    assert delay is None


@pytest.mark.parametrize(
    "error",
    [
        RemoteRejected("no"),
        RemoteMisconfigured("wrong key"),
        UnexpectedRecord("no state"),
        RecordsDisagree("twice"),
        MappingMissing("no material", "material", "S-1"),
    ],
)
def test_what_a_person_must_repair_is_never_retried(error: SyncError) -> None:
    assert next_delay(error, attempt=1) is None


def test_a_remote_that_names_its_time_is_believed() -> None:
    delay = next_delay(OutcomeUnknown("lost", retry_after=121), attempt=1)

    assert delay == timedelta(seconds=121)
