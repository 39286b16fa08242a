"""The five scenes as sales, logistics and finance play them, each at a page of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.desks import Desks
from tests.browser.scenes import mails_of, row_of

pytestmark = [pytest.mark.browser, pytest.mark.flow]


@contextmanager
def _slow_sap(desks: Desks) -> Iterator[None]:
    """Long enough to be seen running; quick again after the block."""
    faults = f"{desks.demo.sap}/sandbox/faults"
    create = "BAPI_SALESORDER_CREATEFROMDAT2"
    fault = {"kind": "latency", "times": 0, "seconds": 4, "operation": create}
    requests.post(faults, json=fault, timeout=20).raise_for_status()
    try:
        yield
    finally:
        requests.delete(faults, timeout=20).raise_for_status()


def _mark(page: Page) -> None:
    """A reload would lose this mark."""
    page.evaluate("window.neverReloaded = true")


def _was_never_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.neverReloaded === true"))


@pytest.mark.usefixtures("played")  # so that no older order takes the slow answers
def test_p1_19_new_orders_go_from_waiting_to_done_before_ones_eyes(desks: Desks) -> None:
    shop = desks.open(desks.demo.shop)
    numbers = scenes.place_orders(shop, count=20)  # so that some wait for long
    sales = desks.person("sales", "/orders/")
    _mark(sales)

    with _slow_sap(desks):
        sales.get_by_role("button", name="Sync all new orders").click()

        expect(sales.locator("tbody .sync--running").first).to_contain_text("Running")
        expect(sales.locator("tbody .sync--waiting").first).to_contain_text("Waiting")
    for number in numbers:
        expect(row_of(sales, number)).to_contain_text("In SAP")
        expect(row_of(sales, number)).to_contain_text("Done")
    assert _was_never_reloaded(sales)


def test_p2_44_the_five_scenes_with_mouse_and_keyboard(desks: Desks) -> None:
    shop, sap = desks.open(desks.demo.shop), desks.open(desks.demo.sap)
    number = scenes.place_orders(shop)[0]

    _bring_into_sap(desks.person("sales", "/orders/"), number)
    sap_order = scenes.find_in_sap(sap, number)
    expect(sap.locator("main")).to_contain_text(f"Customer reference {number}")
    delivery = scenes.deliver_and_pick(sap)
    _see_pick_time(desks.person("logistics", "/deliveries/"), delivery)
    scenes.post_goods_issue(sap)
    _ship(desks.person("logistics", "/deliveries/"), delivery)
    expect(mails_of(shop, number, "shipped")).to_have_count(1)
    billing_document = scenes.bill(sap)
    finance = desks.person("finance", "/invoices/")
    _invoice(finance, billing_document)
    expect(mails_of(shop, number, "Invoice")).to_have_count(1)
    _resend(finance)
    expect(mails_of(shop, number, "Invoice")).to_have_count(2)

    sales = desks.person("sales")
    for known in (number, sap_order, delivery, billing_document, scenes.PARCEL):
        _search(sales, known)
        expect(sales.locator("main")).to_contain_text(number)
    _search(sales, number)
    expect(sales.locator(".page-head")).to_contain_text("Complete")


def _bring_into_sap(sales: Page, number: str) -> None:
    sales.get_by_role("button", name="Sync all new orders").click()
    expect(row_of(sales, number)).to_contain_text("Verified")
    sales.get_by_role("link", name=number).click()
    expect(sales.locator(".page-head")).to_contain_text("Verified")
    expect(sales.locator(".chain")).to_contain_text("shop told")


def _see_pick_time(logistics: Page, delivery: str) -> None:
    logistics.get_by_role("button", name="Sync all deliveries").click()
    row = row_of(logistics, delivery)
    expect(row).to_contain_text("Picked")
    expect(row).to_contain_text(re.compile(r"\d\d:\d\d"))


def _ship(logistics: Page, delivery: str) -> None:
    _mark(logistics)
    row_of(logistics, delivery).get_by_role("button", name="Sync now").click()
    expect(row_of(logistics, delivery)).to_contain_text("Goods issued")
    expect(row_of(logistics, delivery)).to_contain_text(scenes.PARCEL)
    expect(row_of(logistics, delivery)).to_contain_text("Told")
    assert _was_never_reloaded(logistics)


def _invoice(finance: Page, billing_document: str) -> None:
    finance.get_by_role("button", name="Sync all invoices").click()
    expect(row_of(finance, billing_document)).to_contain_text("mailed")


def _resend(finance: Page) -> None:
    """The invoice has just been mailed by itself, so the portal asks before mailing it again."""
    finance.locator("tbody tr").first.get_by_role("link").first.click()
    finance.get_by_role("button", name="Resend invoice").click()
    asked = finance.get_by_role("dialog", name="Mail again so soon?")
    expect(asked).to_be_visible()
    asked.get_by_role("link", name="No, go back").click()
    expect(asked).to_be_hidden()
    expect(finance.get_by_role("heading", level=1)).to_contain_text("Billing document")
    finance.get_by_role("button", name="Resend invoice").click()
    finance.get_by_role("button", name="Mail again").click()
    expect(finance.get_by_text("asked by finance").first).to_be_visible()
    expect(finance.locator(".mails li")).to_have_count(2)


def _search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(orders|deliveries|invoices)/\d+/"))
