"""A reference prefix per store: fixed once used, and kept with each order that was sent."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from sync.jobs import work
from sync.models import CompletenessRun, ReadinessFinding, SalesArea, SalesOrder, Shop, SyncTask
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.world import World, add_shop, place_in


def store(world: World, store_id: int = 1) -> SalesArea:
    return SalesArea.objects.get(shop=world.shop, store_id=store_id)


def prefixed(world: World, prefix: str, store_id: int = 1) -> None:
    SalesArea.objects.filter(shop=world.shop, store_id=store_id).update(reference_prefix=prefix)


def in_sap(world: World, reference: str) -> list[str]:
    return list(world.sap.store.find_orders(customer_reference=reference))


def test_a_stores_own_prefix_comes_before_the_shops(world: World) -> None:
    Shop.objects.update(reference_prefix="S-")
    prefixed(world, "W-")
    own, shops = world.into_sap("simple"), world.into_sap("eur")

    assert in_sap(world, f"W-{own.increment_id}") == [own.sap_sales_order_number]
    assert in_sap(world, f"S-{shops.increment_id}") == [shops.sap_sales_order_number]
    assert own.customer_reference == f"W-{own.increment_id}"
    assert (own.verification, shops.verification) == ("verified", "verified")


def test_changing_a_default_loses_no_order(world: World) -> None:
    order = world.into_sap()
    Shop.objects.update(reference_prefix="NEW-")
    SalesOrder.objects.update(verification="sent")

    task = world.run(work.push_order(order))
    world.run(work.check_completeness(world.shop))

    run = CompletenessRun.objects.get()
    assert (task.state, "compared again" in task.outcome) == (SyncTask.State.DONE, True)
    assert (run.in_sap, list(run.findings.all())) == (1, [])


def test_a_double_under_a_prefix_nobody_has_any_more_is_found(world: World) -> None:
    prefixed(world, "OLD-")
    order = world.into_sap()
    prefixed(world, "NEW-")
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None
    held.number = "0000099999"
    world.sap.store.save(held)

    world.run(work.check_completeness(world.shop))

    (finding,) = CompletenessRun.objects.get().findings.all()
    assert finding.kind == "doubled"


def test_an_answer_lost_before_the_prefix_changed_makes_no_second_order(world: World) -> None:
    order = world.place()
    world.sap_fails("lost_commit_answer")
    task = world.run(work.push_order(order))
    assert task.state == SyncTask.State.WAITING
    prefixed(world, "NEW-")

    assert world.recover(task).state == SyncTask.State.DONE
    assert len(in_sap(world, order.increment_id)) == 1
    assert in_sap(world, f"NEW-{order.increment_id}") == []


def test_a_prefix_is_fixed_once_an_order_of_the_store_was_sent(world: World) -> None:
    world.into_sap("simple")
    used, unused = store(world, 1), store(world, 2)
    used.reference_prefix = unused.reference_prefix = "N-"

    with pytest.raises(ValidationError, match="already sent under another one"):
        used.full_clean()
    unused.full_clean()


def test_a_store_set_up_anew_takes_the_prefix_its_orders_have(world: World) -> None:
    prefixed(world, "W-")
    world.into_sap("simple")
    anew = store(world)
    anew.delete()
    anew.pk, anew.reference_prefix = None, ""

    with pytest.raises(ValidationError, match="already sent under another one"):
        anew.full_clean()

    anew.reference_prefix = "W-"
    anew.full_clean()


def test_a_shops_default_is_fixed_by_the_stores_that_use_it(world: World) -> None:
    Shop.objects.update(reference_prefix="S-")
    world.into_sap("simple")
    shop = Shop.objects.get()
    shop.reference_prefix = "N-"

    with pytest.raises(ValidationError, match=r"Default store \(1\)"):
        shop.full_clean()

    area = store(world)  # as the message says: its own, and the same
    area.reference_prefix = "S-"
    area.full_clean()
    area.save()
    shop.full_clean()


def test_a_prefix_may_still_be_given_after_an_order_that_could_not_be_sent(
    world: World, tmp_path: Path
) -> None:
    south = add_shop(world, tmp_path, "south")
    world.into_sap()
    theirs = place_in(world, south)
    task = world.run(work.push_order(theirs))
    assert task.remedy.startswith("Give store 1 (Default Store View) of the shop South")

    area = SalesArea.objects.get(shop=south, store_id=1)
    area.reference_prefix = "S-"
    area.full_clean()
    area.save()

    assert world.retry(task).state == SyncTask.State.DONE


def test_readiness_names_the_stores_that_share_a_prefix(world: World, tmp_path: Path) -> None:
    add_shop(world, tmp_path, "south", reference_prefix="S-")
    prefixed(world, "S-", 2)

    world.run(work.check_readiness(area="portal"))

    told = ReadinessFinding.objects.get(name="Reference prefixes").detail
    assert told == (
        "These share one: demo (German store) and south (Default store, German store, B2B store) "
        "have S-."
    )
