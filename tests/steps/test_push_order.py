"""A web order becomes exactly one SAP order, read back, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.jobs import plan, work
from sync.jobs.ask import retry
from sync.jobs.clicks import retry_tasks, take_anyway
from sync.models import (
    MaterialMapping,
    RemoteCall,
    RemoteHealth,
    SalesArea,
    SalesOrder,
    Step,
    SyncTask,
)
from sync.sandbox.sap import documents
from tests.builders import a_user
from tests.world import POLICY, World

CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
COMMIT = "BAPI_TRANSACTION_COMMIT"
READ = "BAPISDORDER_GETDETAILEDLIST"
Verification = SalesOrder.Verification


def forget(order: SalesOrder) -> None:
    """The portal has lost what it knew of SAP, as with a restored database."""
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number="", sap_read_at=None, verification="", stage="to_sync"
    )


def in_sap(world: World, order: SalesOrder) -> documents.SalesOrder:
    number = world.sap_books(order)[0]["number"]
    found = world.sap.store.get(documents.SalesOrder, number)
    assert found is not None
    return found


def test_an_order_becomes_one_sap_order_with_its_number_and_lines(world: World) -> None:
    order = world.place("coupon")

    task = world.run(work.push_order(order))

    (held,) = world.sap_books(order)
    order.refresh_from_db()
    assert task.outcome == f"Order {held['number']} created in SAP, read back: verified."
    assert order.sap_sales_order_number == held["number"]
    assert (order.stage, order.verification) == ("in_sap", Verification.VERIFIED)
    assert list(order.lines.values_list("sap_item_number", flat=True)) == [10, 20]
    assert Decimal(held["gross_value"]) == order.grand_total


def test_pushing_again_changes_nothing(world: World) -> None:
    order = world.into_sap()

    task = world.run(work.push_order(order))

    assert task.outcome == f"Already in SAP as {order.sap_sales_order_number}."
    assert len(world.sap_books(order)) == 1


@pytest.mark.parametrize("verification", ["sent", "differs"])
def test_an_order_that_is_not_verified_is_compared_again_when_somebody_asks(
    world: World, verification: str
) -> None:
    order = world.into_sap()
    SalesOrder.objects.update(verification=verification)
    order.refresh_from_db()

    (wanted,) = [one for one in plan.for_order(order) if one.step == Step.PUSH_ORDER]
    task = world.run(wanted)

    order.refresh_from_db()
    assert task.outcome.endswith("compared again, read back: verified.")
    assert order.verification == SalesOrder.Verification.VERIFIED
    assert Step.PUSH_ORDER not in [one.step for one in plan.for_order(order)]
    assert len(world.sap_books(order)) == 1


def test_an_order_sap_no_longer_shows_is_not_created_again(world: World) -> None:
    order = world.into_sap()
    SalesOrder.objects.update(verification="differs")
    world.sap.store.delete_order(order.sap_sales_order_number)

    task = world.run(work.push_order(order))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:order-gone")
    assert world.sap_books(order) == []


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("lost_commit_answer", ""),
        ("drop_after", COMMIT),
        ("drop_before", COMMIT),
        ("dump", COMMIT),
        ("drop_after", CREATE),
        ("drop_before", CREATE),
        ("dump", CREATE),
        ("drop_after", READ),
        ("drop_before", "BAPI_SALESORDER_GETLIST"),
        ("locked", ""),
    ],
)
def test_p0_01_whatever_gets_lost_sap_holds_the_order_once(
    world: World, kind: str, operation: str
) -> None:
    order = world.place()
    world.sap_fails(kind, operation)

    first = world.run(work.push_order(order))
    last = world.run_until_done(first)

    assert last.state == SyncTask.State.DONE
    assert len(world.sap_books(order)) == 1
    order.refresh_from_db()
    assert order.verification == Verification.VERIFIED


def test_the_same_dump_twice_in_the_create_goes_to_a_person_and_nothing_is_saved(
    world: World,
) -> None:
    order = world.place()
    world.sap.faults.arm("dump", times=0, operation=CREATE, key="CONVT_NO_NUMBER")

    task = world.run_until_done(world.run(work.push_order(order)))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:dumps-again:CONVT_NO_NUMBER")
    assert "CONVT_NO_NUMBER" in task.error_message
    assert "ST22" in SapCause.DUMPS_AGAIN.remedy
    assert sum(call.operation == CREATE for call in RemoteCall.objects.all()) == 2
    assert world.sap_books(order) == []


def test_two_different_dumps_in_the_create_are_tried_again(world: World) -> None:
    order = world.place()
    for key in ("MEMORY_NO_MORE_PAGING", "TIME_OUT"):
        world.sap.faults.arm("dump", times=1, operation=CREATE, key=key)

    task = world.run_until_done(world.run(work.push_order(order)))

    assert task.state == SyncTask.State.DONE
    assert len(world.sap_books(order)) == 1


def test_once_the_cause_of_the_dump_is_gone_a_retry_creates_the_order(world: World) -> None:
    order = world.place()
    world.sap.faults.arm("dump", times=2, operation=CREATE, key="CONVT_NO_NUMBER")
    task = world.run_until_done(world.run(work.push_order(order)))

    retry(task, asked_by=a_user("Administrators"))
    world.work_off()

    assert len(world.sap_books(order)) == 1


def test_three_idle_sessions_that_were_cut_are_no_incident(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [world.place() for _ in range(4)]
    world.run(work.push_order(orders.pop()))
    monkeypatch.setattr("sync.sap.bapi.SHORT_IDLE_SECONDS", 0)
    for order in orders:
        world.sap_fails("drop_before", "BAPI_SALESORDER_GETLIST")
        assert world.run(work.push_order(order)).state == SyncTask.State.DONE

    assert not RemoteHealth.objects.exclude(consecutive_failures=0).exists()


@pytest.mark.slow
def test_p0_01_many_lost_commit_answers_leave_each_order_once_without_a_hand(
    world: World,
) -> None:
    orders = [world.place() for _ in range(12)]
    world.sap_fails("lost_commit_answer", times=12)

    for order in orders:
        world.run_until_done(world.run(work.push_order(order)))

    assert {len(world.sap_books(order)) for order in orders} == {1}
    assert set(SalesOrder.objects.values_list("verification", flat=True)) == {"verified"}


def test_p0_02_after_an_unknown_outcome_the_order_is_found_and_adopted(world: World) -> None:
    order = world.place()
    world.sap_fails("lost_commit_answer")
    task = world.run(work.push_order(order))
    assert (task.state, task.error_class) == (SyncTask.State.WAITING, "OutcomeUnknown")

    task = world.run_task(task)

    number = world.sap_books(order)[0]["number"]
    assert task.outcome.startswith(f"Order {number} found in SAP and adopted")


def test_p0_02_an_order_the_portal_forgot_is_found_by_its_reference(world: World) -> None:
    order = world.into_sap()
    forget(order)

    task = world.run(work.push_order(order))

    assert task.outcome.startswith(f"Order {order.sap_sales_order_number} found in SAP")
    assert len(world.sap_books(order)) == 1


def test_p0_02_two_hits_stop_the_order_with_both_numbers(world: World) -> None:
    order = world.into_sap()
    twin = replace(in_sap(world, order), number=world.sap.store.draw("order"))
    world.sap.store.save(twin)
    forget(order)

    task = world.run(work.push_order(order))

    assert (task.state, task.error_class) == (SyncTask.State.NEEDS_ATTENTION, "RecordsDisagree")
    assert order.sap_sales_order_number in task.error_message
    assert twin.number in task.error_message
    assert len(world.sap_books(order)) == 2


def test_nothing_is_sent_while_an_earlier_write_may_still_run(world: World) -> None:
    world.remotes.policy = replace(POLICY, sap_settle=timedelta(seconds=120))
    order = world.place()
    world.sap_fails("drop_before", COMMIT)
    task = world.run(work.push_order(order))
    assert task.not_before > timezone.now() + timedelta(seconds=110)

    early = world.run_task(task)

    assert "may still be running" in early.error_message
    assert world.sap_books(order) == []


def test_the_number_is_written_ahead_of_the_commit(world: World) -> None:
    order = world.place()
    world.sap_fails("drop_before", COMMIT)

    task = world.run(work.push_order(order))

    assert len(task.facts["sap_sales_order_number"]) == 10


@pytest.mark.slow
def test_p0_08_one_poisoned_order_does_not_stop_the_others(world: World) -> None:
    shapes = ["simple"] * 7 + ["unknown-sku"] + ["simple"] * 7
    orders = [world.place(shape) for shape in shapes]

    tasks = [world.run(work.push_order(order)) for order in orders]

    assert [task.state for task in tasks].count(SyncTask.State.DONE) == 14
    assert tasks[7].state == SyncTask.State.NEEDS_ATTENTION


def test_an_unknown_sku_names_the_mapping_that_is_missing(world: World) -> None:
    task = world.run(work.push_order(world.place("unknown-sku")))

    assert (task.state, task.error_class) == (SyncTask.State.NEEDS_ATTENTION, "MappingMissing")
    assert task.cause_key == "mapping:material:NO-SUCH-SKU"
    assert "NO-SUCH-SKU" in task.error_message


def test_p1_24_the_order_goes_through_once_its_mapping_is_there(world: World) -> None:
    order = world.place("unknown-sku")
    task = world.run(work.push_order(order))
    MaterialMapping.objects.create(shop=world.shop, sku="NO-SUCH-SKU", material="S-001")

    retry_tasks([task], a_user("Sales"))
    task = world.run_task(task)

    assert task.state == SyncTask.State.DONE
    assert len(world.sap_books(order)) == 1


def test_a_store_without_a_sales_area_is_named(world: World) -> None:
    order = world.place("eur")
    SalesArea.objects.filter(store_id=2).delete()

    task = world.run(work.push_order(order))

    assert (task.error_class, task.cause_key) == ("MappingMissing", "mapping:sales_area:2")


def test_an_order_canceled_since_the_pull_stays_out(world: World) -> None:
    order = world.place()
    world.edit_web_order(order.entity_id, lambda o: o.update(state="canceled", status="canceled"))

    task = world.run(work.push_order(order))

    assert task.outcome == "Not taken: Canceled in the shop."
    assert world.sap_books(order) == []


def test_p0_15_an_order_that_was_not_read_back_is_never_called_verified(world: World) -> None:
    order = world.place()
    world.sap_fails("drop_before", READ, times=0)

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert task.state == SyncTask.State.WAITING
    assert order.verification == Verification.SENT
    assert not order.is_in_sap
    world.sap.faults.clear()
    world.run_task(task)
    order.refresh_from_db()
    assert order.verification == Verification.VERIFIED


def test_p1_16_a_price_changed_in_sap_is_shown_and_not_called_verified(world: World) -> None:
    order = world.into_sap()
    held = in_sap(world, order)
    held.items[0].quantity += 1
    world.sap.store.save(held)
    forget(order)

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.verification == Verification.DIFFERS
    assert "differs in" in task.outcome
    assert "item 10 quantity" in [found["field"] for found in order.differences]


def test_an_order_whose_every_line_sap_rejected_goes_to_a_person(world: World) -> None:
    order = world.into_sap()
    held = in_sap(world, order)
    for item in held.items:
        item.rejection_reason = next(iter(world.sap.customising.rejection_reasons))
    world.sap.store.save(held)
    forget(order)

    task = world.run(work.push_order(order))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:rejected-order")
    assert len(world.sap_books(order)) == 1


def test_a_refusal_of_sap_is_never_retried_and_leaves_nothing(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.filter(sku="S-001").update(material="NOT-IN-SAP")

    task = world.run(work.push_order(order))

    assert task.state == SyncTask.State.NEEDS_ATTENTION
    assert task.attempts == 1
    assert world.sap_books(order) == []


def test_a_web_order_that_carries_a_number_sap_does_not_know_goes_to_a_person(
    world: World,
) -> None:
    order = world.place()
    world.edit_web_order(order.entity_id, lambda o: o.update(ext_order_id="0009999999"))

    task = world.run(work.push_order(order))

    assert task.cause_key == "sap:number-without-order"
    assert world.sap_books(order) == []


def test_a_person_takes_a_web_order_anyway_although_it_carries_a_number(world: World) -> None:
    order = world.place()
    world.edit_web_order(order.entity_id, lambda o: o.update(ext_order_id="0009999999"))
    world.run(work.push_order(order))

    take_anyway(order, a_user("Sales"))
    world.work_off()

    assert len(world.sap_books(order)) == 1


def test_an_order_incomplete_in_sap_says_so(world: World) -> None:
    order = world.into_sap()
    held = in_sap(world, order)
    held.incomplete = ["VBKD-ZTERM"]
    world.sap.store.save(held)
    forget(order)

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_is_incomplete
    assert "incomplete in SAP: deliveries will not start" in task.outcome


def test_every_missing_mapping_of_an_order_is_named_at_once(world: World) -> None:
    SalesArea.objects.update(payment_terms="", shipping_condition="")
    world.shop.payments.all().delete()
    world.shop.shippings.all().delete()

    task = world.run(work.push_order(world.place()))

    assert task.error_class == "MappingMissing"
    assert "flatrate_flatrate" in task.error_message
    assert "checkmo" in task.error_message


def test_texts_sap_has_no_room_for_are_cut_and_listed(world: World) -> None:
    order = world.into_sap("eur-coupon")

    assert order.text_cuts
    assert all(cut["length"] > cut["limit"] for cut in order.text_cuts)


def test_an_order_in_euro_is_in_euro_in_sap(world: World) -> None:
    order = world.into_sap("eur")

    (held,) = world.sap_books(order)
    assert (order.currency, held["currency"]) == ("EUR", "EUR")
    assert Decimal(held["gross_value"]) == order.grand_total
    assert order.verification == Verification.VERIFIED


def test_an_order_of_nothing_costs_nothing_in_sap(world: World) -> None:
    order = world.into_sap("free")

    (held,) = world.sap_books(order)
    assert Decimal(held["gross_value"]) == order.grand_total == 0
    assert order.verification == Verification.VERIFIED


def test_a_refused_logon_is_an_administrators_task(world: World) -> None:
    order = world.place()
    world.password = "wrong"

    task = world.run(work.push_order(order))

    assert (task.state, task.error_class) == ("needs_attention", "RemoteMisconfigured")
    assert world.sap_books(order) == []


def test_every_call_to_sap_is_kept_without_personal_data(world: World) -> None:
    order = world.place("simple", email="erika@example.test", lastname="Mustermann")

    world.run(work.push_order(order))

    calls = RemoteCall.objects.filter(attempt__task__step="push_order")
    assert calls.filter(operation=CREATE, is_write=True).count() == 1
    for call in calls:
        kept = f"{call.request} {call.answer}"
        assert "Mustermann" not in kept
        assert "erika@example.test" not in kept


def test_sync_now_on_an_order_a_rule_has_stopped_says_which(world: World) -> None:
    order = world.place()
    world.stand_in.move(order.entity_id, "hold")
    world.run(work.pull_orders(world.shop))

    task = world.run(work.push_order(order))

    assert (task.state, task.outcome) == (SyncTask.State.DONE, "Not taken: On hold in the shop.")
    assert world.sap_books(order) == []


def test_an_order_released_since_the_last_pull_goes_to_sap(world: World) -> None:
    order = world.place()
    world.stand_in.move(order.entity_id, "hold")
    world.run(work.pull_orders(world.shop))
    world.stand_in.move(order.entity_id, "unhold")

    task = world.run(work.push_order(order))

    assert task.state == SyncTask.State.DONE
    assert len(world.sap_books(order)) == 1


def test_p1_16_an_address_changed_in_sap_before_the_read_back_is_shown(world: World) -> None:
    order = world.into_sap()
    held = in_sap(world, order)
    for partner in held.partners:
        if partner.address is not None:
            partner.address.city = "Nowhere"
    world.sap.store.save(held)
    forget(order)

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.verification == SalesOrder.Verification.DIFFERS
    assert {"sold-to city", "ship-to city"} <= {found["field"] for found in order.differences}
    assert {found["sap"] for found in order.differences} == {"Nowhere"}
