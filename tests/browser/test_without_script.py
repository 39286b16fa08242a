"""Without JavaScript everything but liveness works; on paper the document stands alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import scenes
from tests.browser.desks import DESKTOP, PHONE, Desks
from tests.browser.scenes import row_of

pytestmark = [pytest.mark.browser, pytest.mark.flow]

A4: ViewportSize = {"width": 718, "height": 1047}  # less its margins


def _sales_without_script(desks: Desks, path: str, size: dict[str, int]) -> Page:
    page = desks.open(
        f"{desks.demo.portal}/accounts/login/?next={path}", java_script_enabled=False, viewport=size
    )
    page.get_by_label("User name").fill("sales")
    page.get_by_label("Password").fill("sales-demo")
    page.get_by_role("button", name="Sign in").click()
    return page


def test_signing_out_on_a_phone(desks: Desks) -> None:
    page = _sales_without_script(desks, "/orders/", PHONE)
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()

    page.get_by_role("button", name="Menu").click()
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_menu_of_a_phone_closes_with_escape(desks: Desks) -> None:
    page = desks.person("sales", "/orders/", viewport=PHONE)
    menu = page.get_by_role("button", name="Menu")
    menu.click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(menu).to_be_focused()


def test_orders_are_synced_filtered_and_read(desks: Desks) -> None:
    first, second = scenes.place_orders(desks.open(desks.demo.shop), count=2)
    page = _sales_without_script(desks, "/orders/", DESKTOP)
    page.get_by_role("button", name="Sync all new orders").click()
    expect(page.locator("#messages .message")).to_be_visible()

    beside = desks.person("sales", "/orders/")
    for number in (first, second):
        expect(row_of(beside, number)).to_contain_text("Verified")
    page.goto(f"{desks.demo.portal}/orders/")
    row_of(page, first).get_by_role("checkbox").check()
    page.get_by_role("button", name="Sync selected").click()
    expect(page.locator("#messages .message")).to_be_visible()
    page.get_by_label("Search", exact=True).fill(second)
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("tbody tr")).to_have_count(1)

    scenes.follow(row_of(page, second).get_by_role("link", name=second))

    expect(page.locator(".page-head")).to_contain_text("Verified")
    attempt = page.locator("details.attempt:has(details.call)").first
    attempt.locator("summary").first.click()
    attempt.locator("details.call summary").first.click()
    scenes.follow(attempt.get_by_role("link", name="Show what was sent and answered"))
    expect(page.locator("pre").first).to_be_visible()


def test_what_only_a_script_could_do_is_not_offered(desks: Desks) -> None:
    page = _sales_without_script(desks, "/orders/", DESKTOP)

    expect(page.get_by_role("heading", name="Orders")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("light and dark"))).to_be_hidden()
    expect(page.locator("[data-select-all]")).to_be_hidden()


@pytest.mark.parametrize("page_of", ["order", "completeness"])
def test_on_paper_stands_the_document_and_nothing_to_click(desks: Desks, page_of: str) -> None:
    number = scenes.place_orders(desks.open(desks.demo.shop))[0]
    sales = desks.person("sales", "/orders/")
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, number)).to_contain_text("Verified")
    if page_of == "order":
        scenes.follow(row_of(sales, number).get_by_role("link", name=number))
    else:
        admin = desks.person("admin", "/completeness/")
        admin.get_by_role("button", name="Compare now").click()
        expect(admin.locator(".figure").first).to_be_visible()
        sales.goto(f"{desks.demo.portal}/completeness/")

    sales.emulate_media(media="print", color_scheme="dark")
    sales.set_viewport_size(A4)

    expect(sales.get_by_role("heading", level=1)).to_be_visible()
    for away in (".sidebar", ".topbar", ".tabbar", ".page-head__actions", "#messages"):
        expect(sales.locator(away).first).to_be_hidden()
    expect(sales.locator("main .button:visible")).to_have_count(0)
    assert sales.evaluate("document.documentElement.scrollWidth") <= A4["width"]
    card = sales.locator(".card, .figure").first
    paper = card.evaluate("it => getComputedStyle(it).backgroundColor")
    assert paper == "rgb(255, 255, 255)"
    if page_of == "order":
        head = sales.locator("thead").first
        assert head.evaluate("it => getComputedStyle(it).display") == "table-header-group"
        expect(sales.get_by_role("columnheader", name="Ordered")).to_be_visible()
