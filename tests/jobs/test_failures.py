"""Failures: grouped by cause, in words for a person, without secrets or personal data."""

from __future__ import annotations

import pytest

from sync.causes.sap import SapCause
from sync.errors import MappingMissing, RemoteRejected
from sync.jobs.work import push_order
from sync.mapping_tables import MappingTable
from sync.models import RemoteCall, SyncTask
from sync.models.failures import columns_of
from tests.world import World


def test_p1_23_the_same_missing_mapping_is_the_same_cause() -> None:
    causes = {
        columns_of(MappingMissing("…", MappingTable.MATERIAL, "A", reference=number))["cause_key"]
        for number in ("000000001", "000000002")
    }

    assert causes == {"mapping:material:A"}


def test_p1_23_failures_that_differ_in_their_document_alone_share_a_cause() -> None:
    causes = {
        columns_of(RemoteRejected(f"Order {n} is closed.", cause=SapCause.REFUSED))["cause_key"]
        for n in ("4711", "4712")
    }

    assert len(causes) == 1


def test_only_what_the_row_of_its_cause_does_not_say_is_kept() -> None:
    usual = RemoteRejected("Closed.", cause=SapCause.REFUSED)
    other = RemoteRejected("Closed.", cause=SapCause.REFUSED, remedy="Open it.")

    assert (columns_of(usual)["remedy"], columns_of(other)["remedy"]) == ("", "Open it.")
    assert columns_of(usual)["cause"] == "sap:refused"


def test_a_bug_is_named_by_kind_and_its_text_stays_in_the_log() -> None:
    columns = columns_of(KeyError("erika@example.test"))

    assert columns["error_class"] == "PortalFault"
    assert columns["cause_key"] == "fault:KeyError"
    assert "erika" not in columns["error_message"]


def test_p1_23_many_orders_with_one_unknown_sku_have_one_cause(world: World) -> None:
    orders = [world.place("unknown-sku") for _ in range(4)]

    tasks = [world.run(push_order(order)) for order in orders]

    assert {task.cause_key for task in tasks} == {"mapping:material:NO-SUCH-SKU"}


@pytest.mark.parametrize("trouble", ["shop", "sap"])
def test_neither_secrets_nor_people_get_into_the_ledger(world: World, trouble: str) -> None:
    order = world.place("simple", email="erika@example.test", lastname="Mustermann")
    if trouble == "shop":
        world.keys = type(world.keys)(access_token_secret="t0p-secret-of-the-shop-0000000000")
        world.new_worker()
    else:
        world.password = "wrong"

    task = world.run(push_order(order))

    assert task.state == SyncTask.State.NEEDS_ATTENTION
    kept = [task.error_message, task.cause_key, *task.attempt_log.values_list("message", flat=True)]
    kept += [f"{call.request} {call.answer}" for call in RemoteCall.objects.all()]
    for secret in (
        "t0p-secret",
        "erika@example.test",
        "Mustermann",
        "'wrong'",
        world.keys.access_token,
    ):
        assert not any(secret in text for text in kept), secret
