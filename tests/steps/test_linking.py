"""What SAP already holds of a web order is found again, and taken for it only where all fits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import plan, work
from sync.models import CustomerMapping, Decision, SalesArea, SalesOrder, Step, SyncTask
from sync.sandbox.sap import returning
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.slow

Kind = Decision.Kind


def placed(world: World, change: Callable[[dict[str, Any]], Any] | None = None) -> SalesOrder:
    entity_id = world.place_only("simple")
    if change:
        world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    return SalesOrder.objects.get(entity_id=entity_id)


def keyed_in(world: World, order: SalesOrder, number: str = "0005009999", **more: Any) -> SapOrder:
    """What a clerk keyed into SAP for the web order: the same goods, in an order of its own."""
    other = world.into_sap("simple")
    held = world.sap.store.get(SapOrder, other.sap_sales_order_number)
    assert held is not None
    made = copy.deepcopy(held)
    made.number, made.customer_reference = number, order.increment_id
    for name, value in more.items():
        setattr(made, name, value)
    world.sap.store.save(made)
    return made


def held_in_sap(world: World, order: SalesOrder) -> SapOrder:
    order.refresh_from_db()
    found = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert found is not None
    return found


def restore(world: World, order: SalesOrder) -> SalesOrder:
    """Yesterday's database: it knew the web order, and nothing of SAP or of what the shop made."""
    SyncTask.objects.filter(sales_order=order).delete()
    for papers in (order.shipments, order.invoices):
        papers.all().delete()
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number="", sap_read_at=None, verification="", stage="to_sync",
        confirmed_at=None, ext_order_id="", looked_up_as=None,
        payload={**order.payload, "updated_at": "2020-01-01 00:00:00"},
    )  # fmt: skip
    order.lines.update(sap_item_number=None, sap_asked_quantity=None)
    world.run(work.pull_orders(world.shop))
    order.refresh_from_db()
    return order


def looked_for(world: World, order: SalesOrder) -> SyncTask:
    """The round of the schedule: what is planned, carried out."""
    for wanted in plan.open_work(Step.PUSH_ORDER):
        if wanted.sales_order == order:
            world.run(wanted)
    order.refresh_from_db()
    return SyncTask.objects.filter(step=Step.PUSH_ORDER, sales_order=order).latest("id")


def less(web: dict[str, Any]) -> None:
    web["grand_total"] = round(web["grand_total"] - 20, 2)
    web["extension_attributes"]["gift_cards_amount"] = 20


def a_fee(web: dict[str, Any]) -> None:
    """Money the portal has no place for: it cannot send such an order itself."""
    web["grand_total"] = round(web["grand_total"] + 5, 2)


def test_what_was_keyed_into_sap_by_hand_is_linked(world: World) -> None:
    order = placed(world, less)
    keyed_in(world, order)

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_sales_order_number == "0005009999"


def test_an_order_the_portal_shipped_before_the_restore_is_found_and_gets_its_invoice(
    world: World,
) -> None:
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    number = order.sap_sales_order_number

    order = restore(world, order)
    assert order.stage == "not_taken"
    looked_for(world, order)

    assert order.sap_sales_order_number == number
    billed = world.bill(delivery)
    world.run(work.pull_deliveries(order))
    world.work_off()
    world.invoice(order, billed)
    books = world.shop_books(order)
    assert (len(books["shipments"]), len(books["invoices"])) == (1, 1)
    assert not order.is_found_finished


@pytest.mark.parametrize("state", ["complete", "closed", "canceled", "holded", "payment_review"])
def test_an_order_is_found_whatever_its_state(world: World, state: str) -> None:
    order = world.into_sap()
    number = order.sap_sales_order_number
    world.edit_web_order(order.entity_id, lambda web: web.update(state=state, status=state))
    order = restore(world, order)

    looked_for(world, order)

    assert order.sap_sales_order_number == number
    assert order.is_found_finished == (state in {"complete", "closed"})


def test_an_order_sap_does_not_have_is_looked_for_once_for_each_state(world: World) -> None:
    order = placed(world, lambda web: web.update(state="complete", status="complete"))
    looked_for(world, order)

    assert not list(plan.open_work(Step.PUSH_ORDER))
    assert order.not_taken_reason == "Already complete in the shop"

    SalesOrder.objects.update(remote_updated_at=timezone.now())
    assert [one.sales_order for one in plan.open_work(Step.PUSH_ORDER)] == [order]


def test_an_order_from_before_the_portals_time_is_looked_for_by_a_person_only(
    world: World,
) -> None:
    order = world.into_sap()
    world.shop.orders_from = timezone.now() + timedelta(days=1)
    world.shop.save()
    order = restore(world, order)

    assert not list(plan.open_work(Step.PUSH_ORDER))
    task = world.run(work.push_order(order), asked_by=a_user())

    order.refresh_from_db()
    assert (task.cause_key, order.sap_sales_order_number) == ("sap:link-undecided", "")
    assert "before the portal took over" in task.error_message


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"currency": "CHF"}, "it is in CHF"),
        ({"distribution_channel": "99"}, "sales area"),
        ({"division": "99"}, "sales area"),
        ({"net_value": Decimal("1.00")}, "total"),
    ],
)
def test_what_does_not_fit_is_shown_and_not_linked(
    world: World, change: dict[str, Any], word: str
) -> None:
    order = placed(world)
    keyed_in(world, order, **change)

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert (task.state, task.cause_key) == ("needs_attention", "sap:link-undecided")
    assert word in task.error_message
    assert not order.is_in_sap
    (both,) = task.facts["candidates"]
    assert both["number"] == "0005009999"
    assert len(world.sap_books(order)) == 1


def test_the_shops_number_that_leads_to_an_order_of_another_reference_goes_to_a_person(
    world: World,
) -> None:
    order = placed(world)
    keyed_in(world, order, customer_reference="BY PHONE")
    world.edit_web_order(order.entity_id, lambda web: web.update(ext_order_id="0005009999"))

    task = world.run(work.push_order(order))

    assert task.cause_key == "sap:link-undecided"
    assert "BY PHONE" in task.error_message

    Decision.keep(Kind.SAP_ORDER_REFUSED, a_user(), "Another one's", number="0005009999",
                  sales_order=order)  # fmt: skip
    world.retry(task)
    order.refresh_from_db()
    assert order.is_in_sap
    assert order.sap_sales_order_number != "0005009999"


def test_a_person_ties_what_the_portal_does_not(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, net_value=Decimal("1.00"))
    task = world.run(work.push_order(order))

    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Agreed by telephone", number="0005009999",
                  sales_order=order, task=task)  # fmt: skip
    task = world.retry(task)

    order.refresh_from_db()
    assert task.state == "done"
    assert (order.sap_sales_order_number, order.verification) == ("0005009999", "differs")


def test_a_number_typed_in_is_shown_before_it_is_tied(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, customer_reference="BY PHONE", net_value=Decimal("1.00"))
    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Keyed in by hand", number="5009999",
                  sales_order=order)  # fmt: skip

    task = world.run(work.push_order(order))
    assert task.cause_key == "sap:link-undecided"
    assert not world.sap_books(order)

    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Yes, that one", number="5009999",
                  sales_order=order, task=task)  # fmt: skip
    world.retry(task)
    order.refresh_from_db()
    assert order.sap_sales_order_number == "0005009999"


def test_a_number_typed_in_that_fits_but_for_its_reference_is_tied_at_once(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, customer_reference="BY PHONE")
    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Keyed in", number="5009999", sales_order=order)

    assert world.run(work.push_order(order)).state == "done"

    order.refresh_from_db()
    assert order.sap_sales_order_number == "0005009999"


def test_a_number_sap_does_not_show_says_so(world: World) -> None:
    order = placed(world)
    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Keyed in", number="5009999", sales_order=order)

    task = world.run(work.push_order(order))

    assert "SAP shows no order 0005009999" in task.error_message
    assert not world.sap_books(order)


def test_what_is_linked_to_another_web_order_is_never_linked_to_a_second(world: World) -> None:
    other, order = world.into_sap(), placed(world)
    Decision.keep(Kind.SAP_ORDER_LINKED, a_user(), "Mine", sales_order=order,
                  number=other.sap_sales_order_number)  # fmt: skip

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert task.state == "needs_attention"
    assert not order.is_in_sap


def test_what_the_portal_could_not_send_itself_is_linked_when_a_clerk_keyed_it_in(
    world: World,
) -> None:
    order = placed(world, a_fee)
    made = keyed_in(world, order)
    made.net_value += 5
    world.sap.store.save(made)

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_sales_order_number == "0005009999"
    assert "could not be compared" in task.outcome
    assert order.verification == "differs"


@pytest.mark.parametrize("order_type", [returning.RETURNS, returning.CREDIT_MEMO_REQUEST])
def test_returns_and_credit_memo_requests_with_our_reference_are_no_doubles(
    world: World, order_type: str
) -> None:
    order = world.into_sap()
    number = order.sap_sales_order_number
    returning.create_from(world.sap, number, order_type)

    order = restore(world, order)
    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert task.state == "done"
    assert order.sap_sales_order_number == number


def test_a_returns_order_alone_is_not_the_order(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, order_type="RE")

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.is_in_sap
    assert order.sap_sales_order_number != "0005009999"


def test_two_orders_are_a_double_until_one_is_rejected_or_a_person_chooses(world: World) -> None:
    order = placed(world)
    made = keyed_in(world, order)
    keyed_in(world, order, number="0005009998")
    task = world.run(work.push_order(order))
    assert task.cause_key == "sap:twice"
    assert len(task.facts["candidates"]) == 2

    for item in made.items:
        item.rejection_reason = next(iter(world.sap.customising.rejection_reasons))
    world.sap.store.save(made)
    world.retry(task)

    order.refresh_from_db()
    assert order.sap_sales_order_number == "0005009998"


def test_an_order_found_finished_gets_nothing_without_a_click(world: World) -> None:
    order = world.into_sap()
    world.edit_web_order(
        order.entity_id, lambda web: web.update(state="complete", status="complete")
    )
    order = restore(world, order)
    looked_for(world, order)
    (delivery,) = world.dispatch(order)

    shipped = world.ship(order, delivery)
    invoiced = world.invoice(order, world.bill(delivery))

    books = world.shop_books(order)
    assert (books["shipments"], books["invoices"]) == ([], [])
    assert {shipped.cause_key, invoiced.cause_key} == {"sap:found-finished"}
    assert shipped.error_message.startswith("Waiting for a click")
    assert not world.mails(order, "invoice")

    assert world.retry(shipped).state == "done"
    assert len(world.shop_books(order)["shipments"]) == 1
    world.edit_web_order(order.entity_id, lambda web: web.update(state="processing"))
    assert world.retry(invoiced).state == "done"
    assert len(world.shop_books(order)["invoices"]) == 1


def test_what_the_portal_had_made_of_a_finished_order_is_linked_without_a_click(
    world: World,
) -> None:
    order = world.into_sap()
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    billed = world.bill(delivery)
    world.invoice(order, billed)
    order = restore(world, order)
    assert order.state == "complete"

    looked_for(world, order)

    states = (world.ship(order, delivery).state, world.invoice(order, billed).state)
    order.refresh_from_db()
    assert states == ("done", "done")
    assert order.stage == "complete"


def test_an_order_that_went_to_the_one_time_account_before_the_customer_had_one_is_shown(
    world: World,
) -> None:
    order = world.into_sap()
    area = SalesArea.objects.get(shop=world.shop, store_id=order.store_id)
    CustomerMapping.objects.create(
        sales_area=area, customer_email=order.customer_email, customer_number="0000100001"
    )
    order = restore(world, order)
    world.edit_web_order(order.entity_id, lambda web: web.update(ext_order_id=None))

    task = world.run(work.push_order(order))

    assert task.cause_key == "sap:link-undecided"
    assert "sold-to" in task.error_message
    assert len(world.sap_books(order)) == 1


def test_an_order_found_over_in_the_very_run_that_was_to_send_it_is_looked_for(
    world: World,
) -> None:
    order = world.into_sap()
    number = order.sap_sales_order_number
    SalesOrder.objects.filter(pk=order.pk).update(
        sap_sales_order_number="", sap_read_at=None, verification="", stage="to_sync"
    )
    world.edit_web_order(order.entity_id, lambda web: web.update(state="complete"))

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_sales_order_number == number
