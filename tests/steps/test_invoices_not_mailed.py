"""Where SAP sends its own invoice, the shop's is made without a mail, and everybody is told why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from sync.filters.billing_documents import BillingDocumentFilter
from sync.jobs import work
from sync.models import BillingDocument, Invoice, InvoiceMailRule, SalesArea, SalesOrder, SyncTask
from tests.world import World

Kind = InvoiceMailRule.CustomerKind
BUSINESS = {"company": "Muster GmbH"}
LATEST = date(2999, 1, 1)


def rule(world: World, store: int = 1, **values: Any) -> None:
    area = SalesArea.objects.get(shop=world.shop, store_id=store)
    InvoiceMailRule.objects.create(sales_area=area, **values)


def invoiced(world: World, shape: str = "simple", **billing: Any) -> tuple[SalesOrder, SyncTask]:
    """An order of this billing address, shipped and invoiced; and what came of the invoice."""
    entity_id = world.place_only(shape)
    world.edit_web_order(entity_id, lambda web: web["billing_address"].update(billing))
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    return order, world.invoice(order, world.bill(number))


def listed(in_shop: str) -> int:
    found: int = BillingDocumentFilter(
        {"in_shop": in_shop}, BillingDocument.objects.all()
    ).qs.count()
    return found


@pytest.mark.parametrize("billing", [BUSINESS, {"company": "", "vat_id": "DE123456789"}])
def test_a_business_customers_invoice_is_made_without_a_mail(
    world: World, billing: dict[str, Any]
) -> None:
    rule(world, customer_kind=Kind.BUSINESS)

    order, task = invoiced(world, **billing)

    assert task.state == SyncTask.State.DONE
    assert task.outcome.endswith("not mailed by the shop: SAP sends the e-invoice.")
    assert len(world.shop_books(order)["invoices"]) == 1
    assert world.mails(order, "invoice") == []
    assert Invoice.objects.get().not_to_be_mailed == "SAP sends the e-invoice"
    assert (listed("not_mailed"), listed("not_to_be_mailed")) == (0, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"customer_kind": Kind.PRIVATE},
        {"customer_kind": Kind.BUSINESS, "store": 2},
        {"customer_kind": Kind.BUSINESS, "country": "XX"},
        {"customer_kind": Kind.BUSINESS, "billed_from": LATEST},
    ],
)
def test_everybody_else_is_mailed_as_before(world: World, values: dict[str, Any]) -> None:
    rule(world, **values)

    order, _task = invoiced(world, **BUSINESS)

    assert len(world.mails(order, "invoice")) == 1
    assert Invoice.objects.get().not_to_be_mailed == ""


def test_a_customer_group_may_be_business(world: World) -> None:
    rule(world, customer_kind=Kind.BUSINESS)
    SalesArea.objects.update(business_groups="4, 0")

    order, _task = invoiced(world, company="", vat_id="")

    assert world.mails(order, "invoice") == []


def test_guests_are_told_from_customers(world: World) -> None:
    rule(world, customer_kind=Kind.GUEST)

    order, _task = invoiced(world, company="", vat_id="")

    assert world.mails(order, "invoice") == []


@pytest.mark.parametrize("fault", ["drop_after_write", "drop_before", "server_error"])
def test_after_a_lost_answer_it_is_still_not_mailed(world: World, fault: str) -> None:
    rule(world, customer_kind=Kind.BUSINESS)
    world.shop_fails(fault, "invoice")
    order, task = invoiced(world, **BUSINESS)
    assert task.state == SyncTask.State.WAITING

    assert world.recover(task).state == SyncTask.State.DONE
    assert len(world.shop_books(order)["invoices"]) == 1
    assert world.mails(order, "invoice") == []
    assert Invoice.objects.get().not_to_be_mailed


def test_what_was_mailed_in_the_shop_is_not_said_to_be_left_out(world: World) -> None:
    order, _task = invoiced(world, **BUSINESS)
    rule(world, customer_kind=Kind.BUSINESS)

    world.run(world.invoice_of(order, BillingDocument.objects.get().billing_document_number))

    assert Invoice.objects.get().not_to_be_mailed == ""
