"""A scene without a mouse: everything is reached with Tab, and where one stands is seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.desks import Desks
from tests.browser.scenes import hold_still, row_of

pytestmark = [pytest.mark.browser, pytest.mark.flow]

MOST_TABS = 200
FOCUSED = "(document.activeElement?.innerText || document.activeElement?.name || '').trim()"


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until what is focused says ``words`` (its text, or a field's name)."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if words in page.evaluate(FOCUSED):
            return
    raise AssertionError(f"Tab never reaches {words!r}")


def test_an_order_is_brought_into_sap_without_a_mouse(desks: Desks) -> None:
    number = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales = desks.open(f"{desks.demo.portal}/orders/")

    for field, text in (("username", "sales"), ("password", "sales-demo")):
        if sales.evaluate(FOCUSED) != field:
            _tab_to(sales, field)
        sales.keyboard.type(text)
    sales.keyboard.press("Enter")
    expect(sales.get_by_role("heading", name="Orders")).to_be_visible()
    _tab_to(sales, "Sync all new orders")
    sales.keyboard.press("Enter")
    expect(row_of(sales, number)).to_contain_text("Verified")
    hold_still(sales)  # a row that is replaced loses the focus
    _tab_to(sales, number)
    sales.keyboard.press("Enter")

    sales.wait_for_url(re.compile(r"/orders/\d+/"))
    expect(sales.locator(".page-head")).to_contain_text("Verified")


def test_the_first_tab_offers_to_skip_to_the_content(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/")

    sales.keyboard.press("Tab")
    expect(sales.get_by_role("link", name="Skip to the content")).to_be_focused()
    sales.keyboard.press("Enter")

    expect(sales.locator("#content")).to_be_focused()


def test_what_is_focused_shows_an_outline(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/")

    _tab_to(sales, "Sync all new orders")

    outline = sales.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
