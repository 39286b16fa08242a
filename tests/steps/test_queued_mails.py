"""A mail in the shop's queue is told as queued until the shop shows it sent (Versions 4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from sync.jobs import work
from sync.models import Invoice, InvoiceMail, SalesOrder, Shipment, SyncTask
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.slow

Outcome = InvoiceMail.Outcome


@pytest.fixture
def order(world: World) -> SalesOrder:
    """Shipped and invoiced in a shop that sends its mails later."""
    world.stand_in.change_settings({"async_sending": True})
    placed = world.into_sap()
    (number,) = world.dispatch(placed)
    assert world.ship(placed, number).outcome.endswith("its notice queued by the shop.")
    assert "its mail queued by the shop" in world.invoice(placed, world.bill(number)).outcome
    return placed


def look_again(world: World) -> None:
    """The next fetch, when the pause is over."""
    for model in (Invoice, Shipment):
        for paper in model._default_manager.all():
            if paper.mail_due_at is not None:
                due = paper.mail_due_at - timedelta(days=1)
                type(paper)._default_manager.filter(pk=paper.pk).update(mail_due_at=due)
    world.run(work.pull_orders(world.shop))


def test_a_queued_mail_is_told_as_queued(order: SalesOrder, client: Client) -> None:
    assert Invoice.objects.get().mails.get().outcome == Outcome.IN_QUEUE
    assert not Shipment.objects.get().is_customer_told
    client.force_login(a_user("Finance"))
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Queued by the shop" in page
    assert "Notice queued by the shop" in page
    assert "× mailed" not in page


def test_it_is_sent_as_soon_as_the_shop_shows_it(world: World, order: SalesOrder) -> None:
    look_again(world)
    assert Invoice.objects.get().mail_queued_at is not None

    world.stand_in.send_queued_mails()
    look_again(world)

    invoice, shipment = Invoice.objects.get(), Shipment.objects.get()
    assert (invoice.is_customer_told, invoice.mail_queued_at) == (True, None)
    assert (shipment.is_customer_told, shipment.mail_queued_at) == (True, None)
    assert invoice.mails.get().outcome == Outcome.SENT
    assert invoice.times_mailed == 1


@pytest.mark.parametrize("version", ["2.4.8"])
def test_a_mail_the_shop_gave_up_is_told_as_not_sent(
    world: World, order: SalesOrder, version: str
) -> None:
    world.stand_in.change_settings({"mail_server_up": False, "version": version})
    world.stand_in.send_queued_mails()
    look_again(world)
    assert Invoice.objects.get().mail_queued_at is not None  # -2: two tries are left

    for _ in range(3):
        world.stand_in.send_queued_mails()
    look_again(world)

    assert Invoice.objects.get().mails.get().outcome == Outcome.GIVEN_UP
    assert not Invoice.objects.get().is_customer_told


def test_a_late_parcel_asks_for_no_second_notice_while_one_is_queued(
    world: World, order: SalesOrder
) -> None:
    number = Shipment.objects.get().delivery
    assert number is not None
    world.track(number.delivery_number, "LATE-1")
    world.ship(order, number.delivery_number)
    world.stand_in.send_queued_mails()

    assert len(world.mails(order, "shipment")) == 1


def test_resending_asks_first_while_one_is_queued(order: SalesOrder, client: Client) -> None:
    client.force_login(a_user("Finance"))
    address = f"/shop-invoices/{Invoice.objects.get().pk}/resend/"

    asked = client.post(address)

    assert "The shop is still to mail these by itself" in asked.content.decode()
    assert not SyncTask.objects.filter(step="send_invoice").exists()
    client.post(address, {"confirmed": "yes"})
    assert SyncTask.objects.filter(step="send_invoice").exists()


def test_resending_several_asks_with_count_and_recipients(world: World, client: Client) -> None:
    orders = [world.into_sap("virtual", email=f"{name}@example.com") for name in ("ann", "bob")]
    for order in orders:
        world.invoice(order, world.bill(orders=[order]))
    InvoiceMail.objects.all().delete()
    client.force_login(a_user("Finance"))
    documents = [invoice.billing_document_id for invoice in Invoice.objects.all()]

    asked = client.post("/invoices/resend/", {"selected": documents}).content.decode()

    told = ("2 invoices are mailed once more.", "2 customers get mail:", "ann@example.com", "bob@")
    for words in told:
        assert words in asked
    assert not SyncTask.objects.filter(step="send_invoice").exists()


def test_a_kind_of_mail_that_is_switched_off_mails_nothing(world: World) -> None:
    world.stand_in.change_settings({"mail_invoice": False})
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    invoice = Invoice.objects.get()
    assert invoice.mail_queued_at is None

    task = world.run(work.send_invoice(invoice), asked_by=a_user("Finance"))

    assert "switched off in the shop" in task.outcome
    assert invoice.mails.get().outcome == Outcome.OFF
    assert invoice.times_mailed == 0
