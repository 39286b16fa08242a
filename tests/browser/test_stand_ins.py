"""The stand-ins' own pages: faults are armed and taken away, orders are found and locked."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import scenes
from tests.browser.desks import Desks

pytestmark = [pytest.mark.browser, pytest.mark.flow]


def test_p2_44_a_fault_of_the_shop_is_put_in_force_and_taken_away(desks: Desks) -> None:
    shop = desks.open(f"{desks.demo.shop}/faults")

    shop.get_by_label("What goes wrong").select_option("latency")
    shop.get_by_label("For which calls").select_option("ship")
    shop.get_by_role("button", name="Put in force").click()
    expect(shop.locator("tbody tr")).to_contain_text("latency")
    shop.get_by_role("button", name="Take all away").click()

    expect(shop.get_by_text("Everything works.")).to_be_visible()


def test_p2_44_a_fault_of_sap_is_armed_and_removed(desks: Desks) -> None:
    sap = desks.open(f"{desks.demo.sap}/faults")

    sap.get_by_label(re.compile("^Fault")).select_option("locked")
    sap.get_by_label("Only for function module").select_option("BAPI_SALESORDER_CHANGE")
    sap.get_by_role("button", name="Arm fault").click()
    expect(sap.locator("tbody tr")).to_contain_text("locked")
    sap.get_by_role("button", name="Remove", exact=True).click()

    expect(sap.get_by_text("Everything works as it should.")).to_be_visible()


@pytest.mark.usefixtures("played")
def test_an_order_of_sap_is_locked_and_unlocked(desks: Desks) -> None:
    sap = desks.open(desks.demo.sap)
    sap.locator("tbody a").first.click()

    sap.get_by_role("button", name="Lock order", exact=True).click()
    expect(sap.get_by_text("locked by MILLER")).to_be_visible()
    sap.get_by_role("button", name="Unlock order").click()

    expect(sap.get_by_role("button", name="Lock order", exact=True)).to_be_visible()


def test_a_number_nobody_knows_is_answered_with_a_hint(desks: Desks) -> None:
    sap = desks.open(desks.demo.sap)

    sap.get_by_label("Find an order").fill("999999999")
    sap.get_by_role("button", name="Find").click()

    expect(sap.get_by_text("No document with the number")).to_be_visible()


def test_orders_of_the_shop_are_found_by_number(desks: Desks) -> None:
    shop = desks.open(desks.demo.shop)
    number = scenes.place_orders(shop, kind="German store, EUR, umlauts")[0]

    shop.get_by_role("link", name="Orders", exact=True).click()
    shop.get_by_label("Search orders").fill(number)
    shop.get_by_role("button", name="Search").click()

    expect(shop.locator("tbody tr")).to_have_count(1)
    expect(shop.locator("tbody tr")).to_contain_text("EUR")
