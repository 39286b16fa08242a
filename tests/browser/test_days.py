"""The day of each role, once with the mouse and once with the keyboard alone, and what it takes.

What is counted are clicks, or Enter and Space; Tab and typing are not (``tests/browser/hands.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from sync.sandbox.master_data import known_materials
from sync.sandbox.portal_visitor import wait_for
from sync.sandbox.scenes import Play
from sync.sandbox.shop.factory import BAD, UNKNOWN_SKU
from tests.browser import books
from tests.browser.desks import Desks
from tests.browser.hands import Hands
from tests.browser.scenes import follow, row_of
from tests.running_demo import RunningDemo

pytestmark = [pytest.mark.browser, pytest.mark.flow]

RIGHT, WRONG = next(iter(known_materials().values())), "WRONG-ONE"
STOPPED, MAILED = 30, 20
BUYER = "buys.twenty@example.test"
DO_NOT_SHIP = re.compile("do not ship", re.IGNORECASE)
SALES, LOGISTICS, FINANCE = "sales", "logistics", "finance"

Sit = Callable[[str, str], Hands]


@pytest.fixture(params=["mouse", "keyboard"])
def sit(desks: Desks, request: pytest.FixtureRequest) -> Sit:
    """Somebody sits down at a page."""
    return lambda name, path: Hands(desks.person(name, path), request.param == "keyboard")


@pytest.fixture(scope="package")
def play(demo: RunningDemo) -> Play:
    """What others click meanwhile."""
    return demo.play()


# ---- sales
def test_sales_finds_an_order_without_a_click_and_syncs_it_with_one(
    desks: Desks, play: Play, sit: Sit
) -> None:
    number = books.place(desks.demo, "simple", 1)[0]
    _fetched(desks, play, number)
    hands = sit(SALES, "/")
    page = hands.page

    page.keyboard.type(f"/{number}")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text(number)
    assert hands.presses == 0
    hands.press(_strip(page).get_by_role("button", name="Sync now"))
    expect(page.locator(".page-head")).to_contain_text("Verified")
    assert hands.presses == 1


def test_sales_understands_and_repairs_a_missing_mapping_for_30_orders_and_a_wrong_value(
    desks: Desks, play: Play, sit: Sit
) -> None:
    _forget_the_material(desks)
    numbers = books.place(desks.demo, BAD, STOPPED)
    play.press(SALES, "/orders/sync-all/")
    _wait_for_stopped(play, STOPPED)
    _understand(desks.person(SALES, "/"), numbers[0])

    hands = sit(SALES, "/")
    _repair(hands, present="", right=RIGHT)

    assert len(books.in_sap(desks.demo, numbers)) == STOPPED
    assert hands.presses <= 4

    _spoil_the_material(desks)
    later = books.place(desks.demo, BAD, 2)
    play.press(SALES, "/orders/sync-all/")
    _wait_for_stopped(play, 2)

    hands = sit(SALES, "/")
    _repair(hands, present=WRONG, right=RIGHT)

    assert len(books.in_sap(desks.demo, later)) == 2
    assert hands.presses <= 4


def _understand(page: Page, number: str) -> None:
    """The order's own page says who acts, what to do, since when and for how much."""
    page.keyboard.type(f"/{number}")
    page.keyboard.press("Enter")
    strip = _strip(page)
    expect(strip).to_have_class(re.compile("next--stopped"))
    expect(strip).to_contain_text(re.compile(rf"Sales:.*{UNKNOWN_SKU}", re.DOTALL))
    expect(strip).to_contain_text(re.compile(r"Since .*\d:\d\d.*\d\.\d\d", re.DOTALL))
    expect(strip.get_by_role("link").or_(strip.get_by_role("button")).first).to_be_visible()
    expect(page.locator(".chain")).to_contain_text("Stopped")


def _repair(hands: Hands, present: str, right: str) -> None:
    """From Home: to the card of the cause, the value into its form, and save."""
    page = hands.page
    hands.press(_stopped_at_home(page).get_by_role("link", name="Repair"))
    card = page.locator(".cause", has_text=present or UNKNOWN_SKU)
    field = card.get_by_label("Material", exact=True)
    expect(field).to_have_value(present)
    hands.write(field, right)
    hands.press(card.get_by_role("button", name="Save and send"))
    expect(page.locator("#messages")).to_contain_text("Saved")


def _stopped_at_home(page: Page) -> Locator:
    return page.locator(".work__row--danger").first


def _strip(page: Page) -> Locator:
    return page.get_by_label("What happens next")


def _fetched(desks: Desks, play: Play, number: str) -> None:
    """The order has come by itself, and was not sent on."""
    admin = desks.person("admin", "/queue/")
    step = admin.locator(".schedule").filter(has_text="Fetch web orders")
    step.get_by_role("checkbox").check()
    step.get_by_role("button", name="Save").click()
    expect(step).to_contain_text("next")
    wait_for(lambda: play.person(SALES).path_of(number), "the order in the portal")
    step.get_by_role("checkbox").uncheck()
    step.get_by_role("button", name="Save").click()
    expect(step).to_contain_text("off")


def _wait_for_stopped(play: Play, count: int) -> None:
    button = f"Save and send all {count}"
    wait_for(lambda: button in play.person(SALES).page("/attention/"), f"{count} stopped orders")


def _material_in_the_admin(desks: Desks) -> Page:
    admin = desks.person("admin", f"/admin/sync/materialmapping/?q={UNKNOWN_SKU}")
    link = admin.locator("#result_list").get_by_role("link", name=UNKNOWN_SKU)
    if link.count():
        follow(link)
    return admin


def _forget_the_material(desks: Desks) -> None:
    admin = _material_in_the_admin(desks)
    if delete := admin.get_by_role("link", name="Delete").all():
        follow(delete[0])
        admin.get_by_role("button", name="Yes").click()
        expect(admin.locator(".success")).to_be_visible()


def _spoil_the_material(desks: Desks) -> None:
    admin = _material_in_the_admin(desks)
    admin.locator("[name=material]").fill(WRONG)
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.locator(".success")).to_be_visible()


# ---- logistics
def test_logistics_stops_a_delivery_whose_order_was_cancelled(
    desks: Desks, play: Play, sit: Sit
) -> None:
    number = books.place(desks.demo, "simple", 1)[0]
    play.press(SALES, "/orders/sync-all/")
    sap_order = books.in_sap(desks.demo, [number])[number]
    delivery = books.deliver(desks.demo, sap_order)
    play.press(LOGISTICS, "/deliveries/sync-all/")
    listed = desks.person(LOGISTICS, "/deliveries/")
    expect(row_of(listed, delivery.lstrip("0"))).to_be_visible()
    books.cancel(desks.demo, number)
    play.press(SALES, "/orders/sync-all/")
    expect(row_of(listed, delivery.lstrip("0"))).to_contain_text(DO_NOT_SHIP)

    hands = sit(LOGISTICS, "/")
    first = hands.page.locator(".work__row").first
    expect(first).to_contain_text(DO_NOT_SHIP)
    expect(first).to_contain_text(delivery.lstrip("0"))
    hands.press(first.get_by_role("link", name="Open"))
    expect(_strip(hands.page)).to_contain_text("Logistics:")
    books.reject(desks.demo, sap_order)
    hands.press(hands.page.get_by_role("button", name="Sync now"))

    expect(hands.page.get_by_role("heading", level=1)).to_have_text("Deliveries")
    expect(hands.page.locator("#messages")).to_contain_text("deleted in SAP")
    expect(row_of(hands.page, number)).to_have_count(0)
    assert hands.presses == 2


# ---- finance
@pytest.fixture(scope="package")
def billed(demo: RunningDemo, play: Play) -> list[str]:
    """Orders of one customer for services, each with an invoice that was mailed."""
    numbers = books.place(demo, "virtual", MAILED, email=BUYER)
    play.press(SALES, "/orders/sync-all/")
    for sap_order in books.in_sap(demo, numbers).values():
        books.bill(demo, sap_order)
    play.press(FINANCE, "/invoices/sync-all/")
    books.until_mailed(demo, numbers, 1)
    return numbers


def test_finance_resends_20_invoices_with_three_clicks(
    desks: Desks, billed: list[str], sit: Sit
) -> None:
    before = books.invoice_mails(desks.demo, billed)
    hands = sit(FINANCE, f"/invoices/?q={BUYER}")
    page = hands.page
    expect(page.locator("tbody tr")).to_have_count(MAILED)

    hands.press(page.locator("[data-select-all]"))
    hands.press(page.get_by_role("button", name="Resend invoices"))
    hands.press(page.get_by_role("dialog").get_by_role("button", name="Mail again"))

    books.until_mailed(desks.demo, billed, before + 1)
    assert hands.presses <= 3
