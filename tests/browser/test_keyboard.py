"""A scene without a mouse: everything is reached with Tab, and where one stands is seen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.desks import DESKTOP, PHONE, Desks
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


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_lies_over_the_link_to_the_content(desks: Desks, size: dict[str, int]) -> None:
    sales = desks.person("sales", "/orders/", viewport=size)
    sales.evaluate("window.scrollTo(0, 300)")

    link = sales.get_by_role("link", name="Skip to the content")
    link.focus()

    expect(link).to_be_in_viewport(ratio=1)
    assert link.evaluate(
        "it => { const at = it.getBoundingClientRect();"
        " return document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2) === it }"
    )
    sales.keyboard.press("Enter")
    bar = sales.locator(".topbar").bounding_box()
    head = sales.get_by_role("heading", level=1).bounding_box()
    assert bar
    assert head
    assert head["y"] >= bar["y"] + bar["height"]


def test_a_slash_goes_to_the_search_and_escape_back(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/")
    button = sales.get_by_role("button", name="Sync all new orders")
    button.focus()

    sales.keyboard.press("/")
    search = sales.get_by_label("Search all documents")
    expect(search).to_be_focused()
    sales.keyboard.type("12/3")
    expect(search).to_have_value("12/3")
    sales.keyboard.press("Escape")

    expect(button).to_be_focused()


def test_enter_finds_what_was_typed(desks: Desks) -> None:
    number = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales = desks.person("sales", "/orders/")
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, number)).to_be_visible()

    sales.keyboard.press("/")
    sales.keyboard.type(number)
    sales.keyboard.press("Enter")

    expect(sales.get_by_role("heading", level=1)).to_contain_text(number)


def test_the_buttons_for_ticked_rows_are_one_key_away(desks: Desks) -> None:
    first, second = scenes.place_orders(desks.open(desks.demo.shop), count=2)
    sales = desks.person("sales", "/orders/")
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, first)).to_contain_text("Verified")
    expect(row_of(sales, second)).to_contain_text("Verified")
    box = row_of(sales, second).get_by_role("checkbox")
    row_of(sales, first).get_by_role("checkbox").check()

    box.focus()
    sales.keyboard.press("Space")
    expect(sales.locator("[data-selected-count]")).to_have_text("2")
    sales.keyboard.press("Enter")
    expect(sales.get_by_role("button", name="Sync selected")).to_be_focused()
    sales.keyboard.press("Escape")
    expect(box).to_be_focused()
    sales.keyboard.press("Escape")

    expect(sales.locator("[name=selected]:checked")).to_have_count(0)
    expect(box).to_be_focused()


def test_from_the_box_for_all_rows_enter_goes_to_the_buttons_as_well(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/")
    everything = sales.locator("[data-select-all]")

    everything.focus()
    sales.keyboard.press("Enter")
    expect(sales.get_by_role("button", name="Sync selected")).to_be_focused()
    rows = sales.locator("[name=selected]").count()
    expect(sales.locator("[name=selected]:checked")).to_have_count(rows)
    sales.keyboard.press("Escape")

    expect(everything).to_be_focused()
