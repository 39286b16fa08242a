"""An invoice is mailed again because a person wants it: once for each wish, never by a machine."""

from __future__ import annotations

import pytest
import requests
from django.contrib.auth.models import User

from sync.jobs import clicks, work
from sync.models import Invoice, InvoiceMail, SyncTask
from tests.builders import a_user
from tests.world import World

Outcome = InvoiceMail.Outcome


@pytest.fixture
def finance(db: None) -> User:
    return a_user("Finance", username="fiona")


@pytest.fixture
def invoice(world: World) -> Invoice:
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    return Invoice.objects.get()


def mails(world: World, invoice: Invoice) -> int:
    return len(world.mails(invoice.sales_order, "invoice"))


def test_p0_14_a_resend_goes_once_and_is_kept_with_who_when_and_to_whom(
    world: World, invoice: Invoice, finance: User
) -> None:
    world.run(work.send_invoice(invoice), asked_by=finance)

    assert mails(world, invoice) == 2
    kept = invoice.mails.order_by("id").last()
    assert kept is not None
    assert (kept.asked_by, kept.outcome) == (finance, Outcome.ACCEPTED)
    assert kept.recipient == invoice.sales_order.customer_email


def test_p0_14_two_wishes_while_one_waits_are_one_mail(
    world: World, invoice: Invoice, finance: User
) -> None:
    clicks.resend_invoices([invoice], finance)
    clicks.resend_invoices([invoice], finance)
    world.work_off()

    assert mails(world, invoice) == 2


def test_p0_14_a_second_wish_after_the_first_is_a_second_mail(
    world: World, invoice: Invoice, finance: User
) -> None:
    for _ in range(2):
        world.run(work.send_invoice(invoice), asked_by=finance)

    assert mails(world, invoice) == 3


@pytest.mark.slow
def test_p0_14_many_invoices_are_mailed_once_each(world: World, finance: User) -> None:
    orders = [world.into_sap("virtual") for _ in range(5)]
    for order in orders:
        world.invoice(order, world.bill(orders=[order]))

    clicks.resend_invoices(Invoice.objects.all(), finance)
    world.work_off()

    assert [len(world.mails(order, "invoice")) for order in orders] == [2] * 5


@pytest.mark.parametrize(("fault", "sent"), [("drop_after_write", 2), ("drop_before", 1)])
def test_p0_14_an_unknown_outcome_goes_to_a_person_and_no_second_mail(
    world: World, invoice: Invoice, finance: User, fault: str, sent: int
) -> None:
    world.shop_fails(fault, "email")

    task = world.run_until_done(world.run(work.send_invoice(invoice), asked_by=finance))

    assert (task.state, task.cause_key) == (SyncTask.State.NEEDS_ATTENTION, "mail:unknown")
    assert mails(world, invoice) == sent
    assert invoice.mails.filter(outcome=Outcome.UNKNOWN).count() == 1


def test_p0_14_a_shop_that_cannot_be_read_after_the_mail_gets_no_second_one(
    world: World, invoice: Invoice, finance: User
) -> None:
    def fail_then(name: str) -> None:
        if name.endswith("/emails"):
            world.shop_fails("server_error", "invoices")

    world.line.on_call = fail_then

    task = world.run(work.send_invoice(invoice), asked_by=finance)
    assert task.state == SyncTask.State.WAITING
    task = world.run_until_done(task)

    assert task.state == SyncTask.State.DONE
    assert mails(world, invoice) == 2
    assert invoice.mails.count() == 2


def test_p0_14_a_shop_that_refused_the_mail_is_asked_again_by_itself(
    world: World, invoice: Invoice, finance: User
) -> None:
    def refuse(name: str) -> None:
        if name.endswith("/emails"):
            world.line.on_call = lambda name: None
            raise requests.exceptions.ConnectTimeout

    world.line.on_call = refuse

    task = world.run(work.send_invoice(invoice), asked_by=finance)
    assert (task.state, mails(world, invoice)) == (SyncTask.State.WAITING, 1)
    task = world.run_until_done(task)

    assert task.state == SyncTask.State.DONE, task.error_message
    assert mails(world, invoice) == 2


def test_p0_14_a_person_who_looked_may_send_it_again(
    world: World, invoice: Invoice, finance: User
) -> None:
    world.shop_fails("drop_before", "email")
    task = world.run_until_done(world.run(work.send_invoice(invoice), asked_by=finance))

    clicks.retry_tasks([task], finance)
    task = world.run_task(task)

    assert task.state == SyncTask.State.DONE
    assert mails(world, invoice) == 2


def test_a_refused_mail_is_shown_as_not_sent(world: World, finance: User) -> None:
    world.stand_in.change_settings({"mail_server_up": False})
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    invoice = Invoice.objects.get()

    task = world.run(work.send_invoice(invoice), asked_by=finance)

    assert task.outcome == "Invoice 000000001: not sent yet."
    assert invoice.mails.get().outcome == Outcome.QUEUED
    assert mails(world, invoice) == 0


def test_a_first_mail_is_proven_by_the_shop(world: World, finance: User) -> None:
    world.stand_in.change_settings({"mail_server_up": False})
    order = world.into_sap("virtual")
    world.invoice(order, world.bill(orders=[order]))
    world.stand_in.change_settings({"mail_server_up": True})
    invoice = Invoice.objects.get()

    world.run(work.send_invoice(invoice), asked_by=finance)

    assert invoice.mails.get().outcome == Outcome.SENT
    invoice.refresh_from_db()
    assert invoice.is_customer_told


def test_an_invoice_gone_from_the_shop_goes_to_a_person(
    world: World, invoice: Invoice, finance: User
) -> None:
    with world.stand_in.store.writing() as books:
        books.delete("invoice", invoice.entity_id)

    task = world.run(work.send_invoice(invoice), asked_by=finance)

    assert (task.state, task.error_class) == ("needs_attention", "RecordsDisagree")
    assert "no longer in the shop" in task.error_message
