"""What the ledger keeps and what goes by age, and that pruning is done in small steps."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.jobs import prune
from sync.models import (
    Decision,
    PruningProgress,
    RemoteCall,
    SalesOrder,
    Step,
    SyncAttempt,
    SyncTask,
)
from tests.builders import (
    a_done_task,
    a_remote_call,
    a_sales_order,
    a_stopped_task,
    a_user,
    an_attempt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def periods(settings: Any) -> None:
    settings.LEDGER_FULL_DAYS = 30
    settings.LEDGER_WRITES_FULL_DAYS = 365
    settings.LEDGER_KEEP_DAYS = 90


def a_call(task: SyncTask, *, days_ago: float, is_write: bool = False) -> RemoteCall:
    when = timezone.now() - timedelta(days=days_ago)
    attempt = an_attempt(task)
    return a_remote_call(attempt, started_at=when, is_write=is_write, answer={"read": "whole"})


def an_old_round(days_ago: float = 100, **values: Any) -> SyncTask:
    when = timezone.now() - timedelta(days=days_ago)
    return a_done_task(Step.PULL_DELIVERIES, asked_at=when, **values)


def prune_all() -> dict[str, int]:
    return {pruning.name: changed for pruning, changed in prune.prune_all()}


def is_emptied(call: RemoteCall) -> bool:
    call.refresh_from_db()
    return call.is_emptied


def test_what_a_call_read_goes_after_a_month_and_the_call_itself_stays() -> None:
    task = a_done_task(Step.PUSH_ORDER, a_sales_order())
    old, recent = a_call(task, days_ago=31), a_call(task, days_ago=29)
    before = RemoteCall.objects.values().get(pk=old.pk)

    prune_all()

    assert (is_emptied(old), is_emptied(recent)) == (True, False)
    emptied = {"request": None, "answer": None}
    assert RemoteCall.objects.values().get(pk=old.pk) == before | emptied


def test_what_was_written_stays_for_a_year() -> None:
    task = a_done_task(Step.PUSH_ORDER, a_sales_order())
    first = a_call(task, days_ago=366, is_write=True)
    second = a_call(task, days_ago=364, is_write=True)

    prune_all()

    assert (is_emptied(first), is_emptied(second)) == (True, False)


def test_open_work_keeps_all_it_has_said() -> None:
    stopped = a_stopped_task(Step.PUSH_ORDER, a_sales_order(), facts={"number": "0005000001"})
    read, written = a_call(stopped, days_ago=400), a_call(stopped, days_ago=400, is_write=True)

    prune_all()

    assert not is_emptied(read)
    assert not is_emptied(written)
    assert SyncTask.objects.get(pk=stopped.pk).facts == {"number": "0005000001"}


def test_nothing_is_ever_pruned_where_the_settings_say_so(settings: Any) -> None:
    settings.LEDGER_FULL_DAYS = settings.LEDGER_WRITES_FULL_DAYS = settings.LEDGER_KEEP_DAYS = 0
    call = a_call(an_old_round(5000), days_ago=5000, is_write=True)

    prune_all()

    assert not is_emptied(call)


def test_finished_rounds_about_no_document_go_with_all_their_calls() -> None:
    old, recent = an_old_round(91), an_old_round(89)
    call = a_call(old, days_ago=91)

    assert prune_all()["rounds"] == 1

    assert list(SyncTask.objects.all()) == [recent]
    assert not SyncAttempt.objects.exists()
    assert not RemoteCall.objects.filter(pk=call.pk).exists()


def test_what_tells_of_a_document_or_of_a_person_stays_for_ever() -> None:
    asked, decided = an_old_round(asked_by=a_user()), an_old_round()
    Decision.keep(Decision.Kind.MARKED_DONE, a_user(), "Done by hand.", task=decided)
    kept = {
        asked,
        decided,
        an_old_round(sales_order=a_sales_order()),
        an_old_round(origin=SyncTask.Origin.CLICK),
        an_old_round(state=SyncTask.State.NEEDS_ATTENTION),
    }

    prune_all()

    assert set(SyncTask.objects.all()) == kept


def test_a_batch_is_one_transaction_over_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "BATCH_ROWS", 3)
    task = a_done_task(Step.PUSH_ORDER, a_sales_order())
    calls = [a_call(task, days_ago=40) for _ in range(7)]
    reads = prune.PRUNINGS[0]

    with CaptureQueriesContext(connection) as asked:
        batches = [prune.next_batch(reads) for _ in range(4)]

    assert [one.changed for one in batches] == [3, 3, 1, 0]
    assert all(is_emptied(call) for call in calls)
    writes = [one["sql"] for one in asked if one["sql"].startswith("UPDATE")]
    assert len(writes) == 2 * 3


def test_two_that_prune_at_once_do_each_row_once() -> None:
    task = a_done_task(Step.PUSH_ORDER, a_sales_order())
    a_call(task, days_ago=40)
    progress = PruningProgress.objects.create(name="reads")
    other = PruningProgress.objects.get(pk=progress.pk)

    assert progress.advance(5)
    assert not other.advance(7)
    progress.refresh_from_db()
    assert progress.through_id == 5


def test_with_nothing_to_do_the_scheduler_rests() -> None:
    for name in ("pack_calls", "pack_orders", "pack_shipments", "pack_invoices"):
        PruningProgress.objects.update_or_create(name=name, defaults={"last_id": 0})
    chore = prune.Chore()
    assert chore.do_a_little() == 0

    a_call(a_done_task(Step.PUSH_ORDER, a_sales_order()), days_ago=40)

    with CaptureQueriesContext(connection) as asked:
        assert chore.do_a_little() == 0
    assert len(asked) <= 1  # the database's clock
    chore.rests_until = timezone.now()
    assert chore.do_a_little() == 1


def test_payloads_from_before_are_packed_up_to_where_the_migration_said() -> None:
    payload = {"items": [{"sku": f"24-MB{n:02}", "qty_ordered": n} for n in range(40)]}
    orders = [a_sales_order(payload=payload), a_sales_order(payload=payload)]
    plain = json.dumps(payload)
    table = SalesOrder._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET payload = %s", [plain])
    last = {"last_id": orders[0].pk, "through_id": 0}
    PruningProgress.objects.update_or_create(name="pack_orders", defaults=last)
    assert SalesOrder.objects.get(pk=orders[0].pk).payload == payload  # as it was stored

    assert prune_all()["pack_orders"] == 1

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CAST(payload AS text) FROM {table} ORDER BY id")
        stored = [row[0] for row in cursor.fetchall()]
    assert len(stored[0]) < len(plain) / 4
    assert json.loads(stored[1]) == payload
    assert SalesOrder.objects.get(pk=orders[0].pk).payload == payload
