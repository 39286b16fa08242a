"""What keeps an order from moving in SAP is read, stored and told (sheet 13.2, 13.11, 13.21)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.jobs import work
from sync.models import SalesOrder
from sync.sandbox.sap import holding_up, order_checks, order_details, sales_desk
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from sync.sandbox.sap.warehouse import NotPossible
from tests.builders import a_user
from tests.world import World


def read_again(world: World, order: SalesOrder) -> SalesOrder:
    world.run(work.pull_deliveries(order))
    order.refresh_from_db()
    return order


def held(world: World, order: SalesOrder) -> Any:
    return world.sap.store.get(SapOrder, order.sap_sales_order_number)


def shown(order: SalesOrder, client: Client) -> str:
    client.force_login(a_user("Administrators"))
    return client.get(reverse("sync:order", args=[order.pk])).content.decode()


def test_missing_payment_terms_show_in_the_header_only_and_are_told(
    world: World, client: Client
) -> None:
    order = world.into_sap()
    document = held(world, order)
    document.incomplete = ["VBKD-ZTERM"]
    world.sap.store.save(document)

    read_again(world, order)

    assert order.sap_is_incomplete
    assert order.sap_incomplete_for == ["general", "billing"]
    assert "Deliveries will not start and it will not be billed." in shown(order, client)


@pytest.mark.parametrize("told", [{}, {"TOTINCOMPL": "C", "GENINCOMHD": "C"}])
def test_what_sap_said_at_the_create_is_not_overwritten_by_the_read_back(
    world: World, monkeypatch: pytest.MonkeyPatch, told: dict[str, str]
) -> None:
    monkeypatch.setattr(order_details, "incompletion_of", lambda order: told)
    monkeypatch.setattr(order_checks, "missing_fields", lambda order: ["VBKD-ZTERM"])
    order = world.place()

    task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_is_incomplete
    assert "incomplete in SAP: deliveries will not start" in task.outcome


def test_a_later_read_that_tells_nothing_of_incompletion_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap()
    SalesOrder.objects.update(sap_is_incomplete=True, sap_incomplete_for=["billing"])
    monkeypatch.setattr(order_details, "incompletion_of", lambda order: {})

    read_again(world, order)

    assert (order.sap_is_incomplete, order.sap_incomplete_for) == (True, ["billing"])


def test_an_order_that_was_completed_in_sap_is_no_longer_called_incomplete(world: World) -> None:
    order = world.into_sap()
    SalesOrder.objects.update(sap_is_incomplete=True, sap_incomplete_for=["billing"])

    read_again(world, order)

    assert (order.sap_is_incomplete, order.sap_incomplete_for) == (False, [])


@pytest.mark.parametrize(
    ("block", "words", "who"),
    [
        ("credit", "Blocked by SAP&#x27;s credit check", "Finance releases"),
        ("delivery", "Delivery block in SAP", "Logistics or sales removes"),
        ("billing", "Billing block in SAP", "Finance removes"),
    ],
)
def test_a_block_is_the_reason_why_nothing_moves_and_says_who_acts(
    world: World, client: Client, block: str, words: str, who: str
) -> None:
    order = world.into_sap()
    holding_up.set_blocks(world.sap, order.sap_sales_order_number, {block: True})

    read_again(world, order)

    assert order.sap_blocks == [block]
    page = shown(order, client)
    assert (words in page, who in page) == (True, True)


def test_a_block_that_was_removed_is_no_longer_shown(world: World, client: Client) -> None:
    order = world.into_sap()
    holding_up.set_blocks(world.sap, order.sap_sales_order_number, {"credit": True})
    read_again(world, order)
    holding_up.set_blocks(world.sap, order.sap_sales_order_number, {"credit": False})

    read_again(world, order)

    assert order.sap_blocks == []
    assert "credit check" not in shown(order, client)


def test_an_order_sap_blocks_at_once_says_so_when_it_is_pushed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_details, "blocks_of", lambda order: {"TOTSTATCCH": "B"})

    task = world.run(work.push_order(world.place()))

    assert "verified, but blocked in SAP for credit." in task.outcome


@pytest.mark.parametrize("block", ["credit", "delivery"])
def test_the_stand_in_delivers_nothing_that_is_blocked(world: World, block: str) -> None:
    order = world.into_sap()
    holding_up.set_blocks(world.sap, order.sap_sales_order_number, {block: True})

    with pytest.raises(NotPossible, match="block"):
        world.deliver(order)


def test_the_stand_in_bills_nothing_that_is_blocked(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    holding_up.set_blocks(world.sap, order.sap_sales_order_number, {"billing": True})

    with pytest.raises(NotPossible, match="billing block"):
        world.bill(number)


def test_a_third_party_line_is_not_waited_for_and_the_rest_goes_on(
    world: World, client: Client
) -> None:
    order = world.into_sap("simple")
    lines = [item.item_number for item in held(world, order).items]
    sales_desk.make_third_party(world.sap, order.sap_sales_order_number, lines[-1])
    (delivery,) = world.dispatch(order)

    task = world.ship(order, delivery)

    read_again(world, order)
    assert len(lines) > 1
    assert (task.state, order.stage) == ("done", SalesOrder.Stage.SHIPPED)
    assert "The supplier ships it" in shown(order, client)


def test_a_third_party_line_that_is_billed_makes_the_order_complete(world: World) -> None:
    order = world.into_sap("simple")
    number = order.sap_sales_order_number
    sales_desk.make_third_party(world.sap, number, held(world, order).items[-1].item_number)
    (delivery,) = world.dispatch(order)
    world.ship(order, delivery)
    for document in (world.bill(delivery), world.bill(orders=[order])):
        world.invoice(order, document)

    assert read_again(world, order).stage == SalesOrder.Stage.COMPLETE
