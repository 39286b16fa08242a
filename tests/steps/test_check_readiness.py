"""Readiness checks find what would fail later, and say what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sync.jobs import work
from sync.models import (
    PaymentMapping,
    ReadinessFinding,
    RemoteCall,
    SalesArea,
    Shop,
    StepSchedule,
)
from tests.world import POLICY, World

pytestmark = pytest.mark.django_db
State = ReadinessFinding.State
READING = (
    "Magento_Sales::actions_view,Magento_Sales::shipment,Magento_Sales::sales_invoice,"
    "Magento_Catalog::products,Magento_Backend::store"
)


def light(area: str, name: str) -> str:
    """The light of one check."""
    return ReadinessFinding.objects.get(area=area, name=name).state


def test_p2_46_a_shop_that_is_set_up_is_green_where_it_matters(world: World) -> None:
    world.run(work.check_readiness(world.shop))

    needed = ["Address and keys", "May read orders", "May read shipments", "May read invoices"]
    assert {light("magento:demo", name) for name in needed} == {State.GREEN}
    assert light("magento:demo", "Store views have sales areas") == State.GREEN


def test_wrong_keys_are_red_and_nothing_else_is_tried(world: World) -> None:
    world.keys = type(world.keys)(consumer_secret="y" * 32)

    task = world.run(work.check_readiness(world.shop))

    assert light("magento:demo", "Address and keys") == State.RED
    assert ReadinessFinding.objects.count() == 1
    assert task.outcome == "0 green, 0 amber, 1 red."


def test_the_right_to_store_the_sap_number_is_asked_for_without_writing(world: World) -> None:
    order = world.place()
    before = world.shop_books(order)

    world.run(work.check_readiness(world.shop))

    assert light("magento:demo", "May store the SAP number") == State.GREEN
    assert world.shop_books(order) == before
    assert not RemoteCall.objects.filter(is_write=True).exists()


def test_a_missing_right_to_store_the_sap_number_is_red_and_named(world: World) -> None:
    world.stand_in.change_settings({"integration_rights": READING})

    task = world.run(work.check_readiness(world.shop))

    found = ReadinessFinding.objects.get(name="May store the SAP number")
    assert (task.state, found.state) == ("done", State.RED)
    assert "Sales > Operations > Orders > Actions > " in found.remedy
    assert "Magento_Sales::api_actions" in found.remedy


def test_a_store_view_without_a_sales_area_is_named(world: World) -> None:
    SalesArea.objects.filter(store_id=2).delete()

    world.run(work.check_readiness(world.shop))

    found = ReadinessFinding.objects.get(name="Store views have sales areas")
    assert found.state == State.RED
    assert "(2)" in found.detail


def test_a_currency_the_store_does_not_sell_in_is_red(world: World) -> None:
    SalesArea.objects.filter(store_id=1).update(currency="JPY")

    world.run(work.check_readiness(world.shop))

    assert ReadinessFinding.objects.filter(name__startswith="Currency of", state=State.RED).exists()


def test_sap_is_green_and_the_trial_of_an_area_without_orders_amber(world: World) -> None:
    world.run(work.check_readiness(area="sap"))

    needed = ["Logon", "Function modules", "Rights to read", "Time zone"]
    assert {light("sap", name) for name in needed} == {State.GREEN}
    trials = ReadinessFinding.objects.filter(name__startswith="Trial of")
    assert {trial.state for trial in trials} == {State.AMBER}


def test_the_newest_order_is_tried_in_sap_without_saving_it(world: World) -> None:
    order = world.place()

    world.run(work.check_readiness(area="sap"))

    trial = ReadinessFinding.objects.get(name__startswith="Trial of demo 1 ")
    assert (trial.state, order.increment_id in trial.detail) == (State.GREEN, True)
    assert world.sap_books(order) == []


def test_a_refused_logon_says_where_to_look(world: World) -> None:
    world.password = "wrong"

    world.run(work.check_readiness(area="sap"))

    logon = ReadinessFinding.objects.get(name="Logon")
    assert logon.state == State.RED
    assert "SAP_RFC_PARAMETERS" in logon.remedy


def test_the_portal_says_what_does_not_run(world: World) -> None:
    StepSchedule.objects.create(step="push_order", is_enabled=False)

    world.run(work.check_readiness(area="portal"))

    assert light("portal", "Database") == State.GREEN
    assert light("portal", "Workers") == State.RED
    assert light("portal", "Automatic steps") == State.AMBER


def test_two_shops_with_one_prefix_are_red(world: World) -> None:
    Shop.objects.create(code="second", name="Second")

    world.run(work.check_readiness(area="portal"))

    assert light("portal", "Reference prefixes") == State.RED


def test_a_second_run_renews_the_findings(world: World) -> None:
    world.run(work.check_readiness(area="sap"))
    first = set(ReadinessFinding.objects.values_list("name", flat=True))

    world.run(work.check_readiness(area="sap"))

    assert set(ReadinessFinding.objects.values_list("name", flat=True)) == first


def test_the_stand_in_is_never_taken_for_a_real_sap(world: World) -> None:
    world.remotes.policy = replace(POLICY, is_sap_a_standin=True)

    world.run(work.check_readiness(area="sap"))

    assert light("sap", "Transport") == State.AMBER


def test_modules_that_may_change_orders_are_looked_for(world: World) -> None:
    world.run(work.check_readiness(world.shop))

    assert light("magento:demo", "Modules that may change orders") == State.GREEN


def test_several_messages_of_one_check_are_kept_apart(world: World, settings: Any) -> None:
    shop = {"base_url": "", "call_timeout_seconds": 120.0, "auth": "bearer", "token": ""}
    settings.MAGENTO = {"demo": shop, "north": shop}

    task = world.run(work.check_readiness(area="portal"))

    told = ReadinessFinding.objects.filter(name__startswith="Setting ", state=State.RED)
    assert (task.state, told.count()) == ("done", 4)


def test_a_release_on_authorisation_that_nobody_collects_is_red(world: World) -> None:
    name = "Authorised payments are collected"
    world.run(work.check_readiness(world.shop))
    assert light("magento:demo", name) == State.GREEN
    PaymentMapping.objects.filter(method="cardgateway").update(
        release=PaymentMapping.Release.AUTHORIZED, collected_by=""
    )

    world.run(work.check_readiness(world.shop))

    found = ReadinessFinding.objects.get(area="magento:demo", name=name)
    assert (found.state, "cardgateway" in found.detail) == (State.RED, True)


@pytest.mark.parametrize(
    ("reads_tables", "words"),
    [(False, "Switched off. Not known without them"), (True, "RFC_READ_TABLE is allowed and adds")],
)
def test_what_table_reads_add_is_said(world: World, reads_tables: bool, words: str) -> None:
    world.reads_tables = reads_tables
    world.new_worker()

    world.run(work.check_readiness(area="sap"))

    finding = ReadinessFinding.objects.get(area="sap", name="Table reads")
    assert (finding.state, words in finding.detail) == (State.GREEN, True)
