"""The command prunes what there is, and tells of it beforehand."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from sync.models import RemoteCall, Step, SyncTask
from tests.builders import a_done_task, a_remote_call, a_sales_order, an_attempt

pytestmark = pytest.mark.django_db  # everything the builders make is from long ago


def a_call_from_long_ago() -> RemoteCall:
    attempt = an_attempt(a_done_task(Step.PUSH_ORDER, a_sales_order()))
    return a_remote_call(attempt, is_write=False)


def prune(**options: bool) -> str:
    out = StringIO()
    call_command("prune_ledger", stdout=out, **options)
    return out.getvalue()


def test_a_dry_run_tells_rows_and_bytes_and_changes_nothing() -> None:
    call = a_call_from_long_ago()
    a_done_task(Step.PULL_DELIVERIES, asked_at=call.started_at)

    told = prune(dry_run=True)

    assert "calls that read: payloads removed: 1 rows" in told
    assert "finished rounds about no document: deleted: 1 rows" in told
    assert not RemoteCall.objects.get(pk=call.pk).is_emptied
    assert SyncTask.objects.count() == 2


def test_it_prunes_all_there_is() -> None:
    call = a_call_from_long_ago()

    assert "calls that read: payloads removed: 1 rows" in prune()
    assert RemoteCall.objects.get(pk=call.pk).is_emptied
