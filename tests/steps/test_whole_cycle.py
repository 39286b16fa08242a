"""Every kind of order goes from the shop to complete, in one person's name or by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sync.jobs import clicks, schedule, work
from sync.models import Invoice, SalesOrder, StepSchedule, SyncTask
from sync.sandbox.sap.autopilot import play_round
from sync.sandbox.shop import factory
from sync.sandbox.shop.versions import VERSIONS
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.slow

SHAPES = [shape for shape in factory.MEANING if shape != factory.BAD]


@pytest.fixture(params=VERSIONS)
def shop_version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def person(db: None) -> User:
    return a_user("Sales")


def sync_everything(world: World, person: User) -> None:
    """Each desk presses its button once."""
    clicks.sync_all_new_orders(person)
    clicks.sync_all_deliveries(person)
    world.work_off()
    clicks.sync_all_billing_documents(person)
    world.work_off()


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_every_shape_ends_complete(world: World, person: User, shape: str) -> None:
    entity_id = world.place_only(shape)

    for _ in range(5):  # in SAP; delivered; picked; left; billed
        sync_everything(world, person)
        play_round(world.sap)
    sync_everything(world, person)

    order = SalesOrder.objects.get(entity_id=entity_id)
    stopped = SyncTask.objects.exclude(state=SyncTask.State.DONE)
    assert [(task.step, task.state, task.error_message) for task in stopped] == []
    assert (order.stage, order.verification) == ("complete", "verified")
    assert order.confirmed_at is not None
    books = world.shop_books(order)
    assert books["order"]["state"] == "complete"
    invoiced = sum(Decimal(str(invoice["grand_total"])) for invoice in books["invoices"])
    assert invoiced == order.grand_total
    assert not Invoice.objects.exclude(differs_by=None).exists()
    assert len(world.sap_books(order)) == 1
    made_by_the_shop = int(shape == factory.PAID_ONLINE)  # when placed, without a mail
    assert len(world.mails(order, "invoice")) == len(books["invoices"]) - made_by_the_shop
    if shape in factory.BY_CARD:
        assert order.payment_standing == SalesOrder.Payment.CAPTURED
    assert len(world.mails(order, "shipment")) == len(books["shipments"])


def test_p1_20_the_schedules_alone_bring_an_order_to_the_end(world: World) -> None:
    schedule.create_missing_schedules()
    entity_id = world.place_only("mixed")

    for _ in range(8):
        StepSchedule.objects.update(next_run_at=timezone.now())
        schedule.tick()
        world.work_off()
        play_round(world.sap)

    order = SalesOrder.objects.get(entity_id=entity_id)
    assert order.stage == SalesOrder.Stage.COMPLETE
    assert len(world.sap_books(order)) == 1
    assert not SyncTask.objects.exclude(asked_by=None).exists()


def test_syncing_a_complete_order_again_changes_nothing_anywhere(
    world: World, person: User
) -> None:
    entity_id = world.place_only("coupon")
    for _ in range(5):
        sync_everything(world, person)
        play_round(world.sap)
    sync_everything(world, person)
    order = SalesOrder.objects.get(entity_id=entity_id)
    before = (world.shop_books(order), world.sap_books(order))

    clicks.sync_orders([order], person)
    sync_everything(world, person)

    assert (world.shop_books(order), world.sap_books(order)) == before


def test_the_whole_cycle_calls_nothing_that_sap_classifies_as_no_api(world: World) -> None:
    calls: list[str] = []
    world.line.on_call = calls.append
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    world.invoice(order, world.bill(delivery))
    world.run(work.check_completeness(world.shop))

    assert "BAPI_BILLINGDOC_GETLIST" in calls
    assert not {"RFC_READ_TABLE", "BAPI_CUSTOMER_GETDETAIL2"} & set(calls)
