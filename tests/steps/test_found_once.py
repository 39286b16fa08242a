"""What was found in SAP, and what people said of it, is neither lost nor doubled."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sync.causes.orders import OrderCause
from sync.causes.papers import PaperCause
from sync.causes.portal import PortalCause
from sync.errors import RemoteUnavailable
from sync.jobs import clicks, plan, work
from sync.jobs.cleared import close_cleared
from sync.jobs.marked_done import mark_done
from sync.mirrors.link_choices import choices
from sync.models import OutboundDelivery, SalesOrder, Step, SyncTask
from sync.steps.push_order import push_order
from tests.builders import a_user
from tests.steps import test_capturing as cards
from tests.steps.test_linking import keyed_in, looked_for, placed, restore
from tests.world import World


def complete(world: World, order: SalesOrder) -> None:
    """Over in the shop, whatever SAP says."""
    world.edit_web_order(order.entity_id, lambda w: w.update(state="complete", status="complete"))
    world.run(work.pull_orders(world.shop))
    order.refresh_from_db()


def newest_push(order: SalesOrder) -> SyncTask:
    return SyncTask.objects.filter(step=Step.PUSH_ORDER, sales_order=order).latest("id")


def planned(order: SalesOrder) -> int:
    return sum(one.sales_order == order for one in plan.open_work(Step.PUSH_ORDER))


def test_a_number_given_by_hand_does_not_hide_an_order_that_carries_ours(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, "0005008888")
    by_phone = keyed_in(world, order, "0005009999")
    by_phone.customer_reference = "BY PHONE"
    world.sap.store.save(by_phone)

    clicks.tie_order(order, "0005009999", a_user("Sales"), "keyed in by phone")
    task = world.run_task(newest_push(order))

    assert (task.state, task.cause_key) == ("needs_attention", OrderCause.TWICE.code)
    order.refresh_from_db()
    assert not order.is_in_sap


def test_a_question_about_a_finished_order_waits_for_its_answer(world: World) -> None:
    order = placed(world)
    keyed_in(world, order, "0005009999", net_value=Decimal("1.00"))
    complete(world, order)
    task = looked_for(world, order)
    assert task.cause_key == OrderCause.UNDECIDED.code

    close_cleared()

    task.refresh_from_db()
    assert task.state == "needs_attention"
    assert [one.number for one in choices(order)] == ["0005009999"]


def test_what_was_marked_done_is_not_looked_for_again(world: World) -> None:
    order = placed(world)
    complete(world, order)
    keyed_in(world, order, "0005009999", net_value=Decimal("1.00"))
    clicks.tie_order(order, "0005009999", a_user("Sales"), "typed")
    task = world.run_task(newest_push(order))
    assert task.state == "needs_attention"

    mark_done(task, a_user("Sales"), "leave it")

    assert planned(order) == 0


def test_fetching_all_deliveries_is_no_click_for_a_finished_order(world: World) -> None:
    order = world.into_sap()
    world.dispatch(order)
    complete(world, order)
    order = restore(world, order)
    looked_for(world, order)
    OutboundDelivery.objects.all().delete()

    world.run(work.pull_deliveries(), asked_by=a_user("Logistics"))
    world.work_off()

    assert world.shop_books(order)["shipments"] == []
    assert world.mails(order, "shipment") == []


def test_an_order_found_by_an_attempt_that_died_is_found_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap()
    world.edit_web_order(order.entity_id, lambda w: w.update(state="complete", status="complete"))
    order = restore(world, order)
    real = push_order.__globals__["_keep"]
    died: list[bool] = []

    def keep(*given: Any, **named: Any) -> str:
        if not died:
            died.append(True)
            raise RemoteUnavailable("No answer.", cause=PortalCause.DATABASE)
        kept: str = real(*given, **named)
        return kept

    monkeypatch.setitem(push_order.__globals__, "_keep", keep)

    world.run_until_done(looked_for(world, order))

    order.refresh_from_db()
    assert order.is_in_sap


def test_money_that_did_not_come_is_still_asked_for_when_the_invoice_is_read_again(
    world: World,
) -> None:
    cards.who_collects(cards.SHOP)
    order, document = cards.billed(world)
    cards.gateway(world, "pending")
    task = world.invoice(order, document)
    assert cards.asked(task) == ("needs_attention", PaperCause.NOTHING_COLLECTED.code)

    world.run(work.send_invoice(order.invoices.get()), asked_by=a_user("Finance"))
    close_cleared()

    task.refresh_from_db()
    assert task.state == "needs_attention"
