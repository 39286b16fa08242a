"""A repair lets one order try what a person entered, before all others that stopped go on."""

from __future__ import annotations

import pytest
from django.db import transaction

from sync.causes.sap import SapCause
from sync.jobs import repairs, work
from sync.jobs.going_on import go_on
from sync.mapping.to_repair import ToRepair, to_repair
from sync.mapping_tables import MappingTable
from sync.models import (
    CustomerMapping,
    MaterialMapping,
    Repair,
    SalesArea,
    SalesOrder,
    SyncTask,
)
from sync.models.repairs import values_of
from sync.roles import SALES
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.django_db
State = SyncTask.State
WRONG = "NO-SUCH-MATERIAL"


def stop(world: World, orders: int = 3) -> list[SyncTask]:
    """Orders that have stopped, each for the same reason."""
    placed = [world.place() for _ in range(orders)]
    return [world.run(work.push_order(order)) for order in placed]


def sku_of(order: SalesOrder) -> str:
    return order.lines.order_by("position")[0].sku


def without_material(world: World) -> MaterialMapping:
    """The entry of a SKU that ``place`` orders is gone; as it was."""
    entry = MaterialMapping.objects.get(sku=sku_of(world.place()))
    MaterialMapping.objects.filter(pk=entry.pk).delete()
    return entry


def repair(task: SyncTask, material: str) -> Repair:
    """As the form does: the entry and the repair are stored together."""
    found = to_repair([task])[task.pk]
    entry = found.entry or MaterialMapping(shop=task.shop, sku=task.mapping_key)
    before = values_of(entry) if found.entry else {}
    assert isinstance(entry, MaterialMapping)
    entry.material = material
    with transaction.atomic():
        entry.save()
        return repairs.begin(task, found.table, entry, before, a_user(SALES))


def states(tasks: list[SyncTask]) -> set[str]:
    return set(
        SyncTask.objects.filter(pk__in=[one.pk for one in tasks]).values_list("state", flat=True)
    )


def test_a_missing_entry_is_tried_with_one_order_and_then_all_go_into_sap(world: World) -> None:
    entry = without_material(world)
    tasks = stop(world)
    assert states(tasks) == {State.NEEDS_ATTENTION}

    made = repair(tasks[-1], entry.material)
    go_on()

    assert states(tasks) == {State.NEEDS_ATTENTION}  # nothing goes before the trial
    assert (made.state, made.stopped, made.before) == (Repair.State.TRYING, 3, {})
    world.work_off()
    made.refresh_from_db()
    assert made.state == Repair.State.SENT
    assert states(tasks) == {State.DONE}
    assert [len(world.sap_books(one.sales_order)) for one in tasks if one.sales_order] == [1, 1, 1]


def test_what_sap_refuses_in_the_trial_holds_the_others_back(world: World) -> None:
    entry = without_material(world)
    tasks = stop(world)

    made = repair(tasks[-1], WRONG)
    world.work_off()
    go_on()

    made.refresh_from_db()
    assert made.state == Repair.State.HELD
    assert WRONG in made.said
    assert states(tasks) == {State.NEEDS_ATTENTION}
    assert {one.attempts for one in SyncTask.objects.filter(pk__in=[t.pk for t in tasks])} == {1}

    again = repair(tasks[-1], entry.material)
    world.work_off()

    made.refresh_from_db()
    again.refresh_from_db()
    assert (made.state, again.state) == (Repair.State.REPLACED, Repair.State.SENT)
    assert again.changes == [("material", WRONG, entry.material)]
    assert states(tasks) == {State.DONE}


def test_a_wrong_value_is_found_by_what_sap_said_and_corrected(world: World) -> None:
    order = world.place()
    entry = MaterialMapping.objects.get(sku=sku_of(order))
    right = entry.material
    MaterialMapping.objects.filter(pk=entry.pk).update(material=WRONG)
    tasks = stop(world)
    assert {task.cause for task in tasks} == {SapCause.REFUSED.code}
    assert len({task.cause_key for task in tasks}) == 1

    assert to_repair([tasks[0]])[tasks[0].pk] == ToRepair(
        MappingTable.MATERIAL, ("material",), {}, entry
    )
    made = repair(tasks[0], right)
    world.work_off()

    made.refresh_from_db()
    assert made.state == Repair.State.SENT
    assert states(tasks) == {State.DONE}


def test_a_customer_sap_does_not_know_is_found_by_its_number(world: World) -> None:
    order = world.place()
    area = SalesArea.objects.get(shop=world.shop, store_id=order.store_id)
    entry = CustomerMapping.objects.create(
        sales_area=area, customer_email=order.customer_email, customer_number="0000077777"
    )
    SalesArea.objects.filter(pk=area.pk).update(customer_rules="email")

    task = world.run(work.push_order(order))

    assert to_repair([task])[task.pk] == ToRepair(
        MappingTable.CUSTOMER, ("customer_number",), {}, entry
    )


def test_an_entry_somebody_corrects_elsewhere_is_held_back_no_more(world: World) -> None:
    entry = without_material(world)
    tasks = stop(world)
    repair(tasks[-1], WRONG)
    world.work_off()

    MaterialMapping.objects.filter(sku=entry.sku).update(material=entry.material)
    go_on()

    assert states(tasks) == {State.WAITING}
