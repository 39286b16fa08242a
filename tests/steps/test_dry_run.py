"""A dry run shows what SAP would say, and saves nothing anywhere."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sync.jobs import work
from sync.models import (
    DryRun,
    MaterialMapping,
    PaymentMapping,
    RemoteCall,
    RemoteHealth,
    SalesArea,
    SapMessageEntry,
    SyncTask,
)
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.django_db
Verdict = DryRun.Verdict
SHAPES = [
    *("simple", "coupon", "configurable", "bundle-dynamic", "bundle-fixed", "virtual", "mixed"),
    *("eur-coupon", "gross-prices", "free"),
]


def test_p1_34_an_order_not_in_sap_is_tried_and_nothing_is_saved(world: World) -> None:
    order = world.place()
    person = a_user()

    task = world.run(work.dry_run(order), asked_by=person)

    tried = order.dry_runs.get()
    assert (task.state, tried.verdict) == (SyncTask.State.DONE, Verdict.ACCEPTED)
    assert (tried.task, tried.asked_by) == (task, person)
    assert world.sap_books(order) == []


def test_an_order_that_is_in_sap_already_is_tried_as_well(world: World) -> None:
    order = world.into_sap()

    world.run(work.dry_run(order))

    assert order.dry_runs.get().verdict in {Verdict.ACCEPTED, Verdict.REFUSED}
    assert len(world.sap_books(order)) == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_prices_stand_side_by_side_and_add_up(world: World, shape: str) -> None:
    order = world.place(shape)

    world.run(work.dry_run(order))

    tried = order.dry_runs.get()
    total = tried.prices[-1]
    assert Decimal(total["shop"]["total"]) == order.grand_total
    assert Decimal(total["sap"]["total"]) == order.grand_total
    assert not any(row["differs"] for row in tried.prices)


def test_missing_mappings_are_all_named_and_sap_is_not_asked(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.all().delete()
    PaymentMapping.objects.all().delete()
    SalesArea.objects.update(payment_terms="")

    task = world.run(work.dry_run(order))

    tried = order.dry_runs.get()
    assert tried.verdict == Verdict.INCOMPLETE
    assert {entry["mapping"] for entry in tried.missing} == {
        "material",
        "payment terms of payment method",
    }
    assert task.state == SyncTask.State.DONE


def test_a_store_without_a_sales_area_is_a_missing_mapping(world: World) -> None:
    order = world.place()
    SalesArea.objects.all().delete()

    world.run(work.dry_run(order))

    missing = order.dry_runs.get().missing
    assert missing == [
        {"mapping": "store", "key": str(order.store_id), "name": str(order.store_id)}
    ]


def test_a_refusal_of_sap_is_told_in_plain_words_with_its_owner(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.update(material="NO-SUCH")

    world.run(work.dry_run(order))

    tried = order.dry_runs.get()
    first = next(message for message in tried.messages if message["type"] == "E")
    assert tried.verdict == Verdict.REFUSED
    assert first["words"] == "The material is not set up in this sales area."
    assert (first["owner"], first["key"]) == ("sales", "V1 382")


def test_p1_22_a_taught_message_is_known_at_the_next_dry_run(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.update(material="NO-SUCH")
    world.run(work.dry_run(order))
    SapMessageEntry.objects.create(
        message_class="V1", number="382", words="Ask Anna.", remedy="Call her.", owner="logistics"
    )

    world.run(work.dry_run(order))

    told = [message["words"] for message in order.dry_runs.latest("id").messages]
    assert "Ask Anna." in told


def test_taught_messages_are_read_once_an_attempt(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.update(material="NO-SUCH")

    with CaptureQueriesContext(connection) as queries:
        world.run(work.dry_run(order))

    read = [one for one in queries.captured_queries if "sync_sapmessageentry" in one["sql"]]
    assert len(read) == 1


def test_a_meaning_for_one_type_does_not_count_for_another(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.update(material="NO-SUCH")
    SapMessageEntry.objects.create(
        message_class="V1", number="382", message_type="W", words="Only a warning."
    )

    world.run(work.dry_run(order))

    assert "Only a warning." not in [m["words"] for m in order.dry_runs.get().messages]


def test_the_request_is_kept_without_personal_data(world: World) -> None:
    order = world.place()

    world.run(work.dry_run(order))

    kept = str(order.dry_runs.get().request)
    assert order.increment_id in kept
    assert order.customer_email not in kept


def test_a_dry_run_waits_with_the_others_while_sap_is_away(world: World) -> None:
    order = world.place()
    RemoteHealth.objects.create(system="sap", opened_at=timezone.now())

    task = world.run(work.dry_run(order))

    assert (task.state, task.attempts) == (SyncTask.State.WAITING, 0)
    assert not order.dry_runs.exists()


def test_a_dry_run_and_the_timeline_show_the_zeros_that_are_sent(
    world: World, client: Client
) -> None:
    """Division 00 and item 000000, that of the header, are values."""
    order = world.place()
    world.run(work.dry_run(order))
    world.run(work.push_order(order))

    tried = DryRun.objects.get()
    call = RemoteCall.objects.get(operation="BAPI_SALESORDER_CREATEFROMDAT2", is_write=True)
    client.force_login(a_user("Administrators"))
    page = client.get(reverse("sync:order", args=[order.pk])).content.decode()
    for name, shown in (("dry_run_payload", tried), ("call", call)):
        assert shown.request["ORDER_HEADER_IN"]["DIVISION"] == "00"
        assert "000000" in {one["ITM_NUMBER"] for one in shown.request["ORDER_CONDITIONS_IN"]}
        address = reverse(f"sync:{name}", args=[shown.pk])
        assert address in page
        payload = client.get(address).content.decode()
        assert "&quot;DIVISION&quot;: &quot;00&quot;" in payload
        assert "&quot;ITM_NUMBER&quot;: &quot;000000&quot;" in payload
