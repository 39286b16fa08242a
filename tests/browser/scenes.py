"""The five scenes with mouse and keyboard, each waiting for what the next one needs."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from playwright.sync_api import Locator, Page, expect

# The portal's pages fetch parts of themselves anew every few seconds.
REFUSE_NEW_PARTS = "document.addEventListener('htmx:beforeRequest', it => it.preventDefault())"
PART_UNDER_WAY = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
PARCEL = "JD014600003812345678"
KIND = "Guest, two simple products"


def follow(link: Locator) -> None:
    """Open the page a link leads to, and wait until it is there.

    After a click the old page may still be there for a while, and what is typed then is lost.
    """
    page = link.page
    page.goto(urljoin(page.url, link.get_attribute("href") or ""))


def hold_still(page: Page) -> None:
    """Let no part of a portal page be replaced from now on, and what is under way end."""
    page.evaluate(REFUSE_NEW_PARTS)
    expect(page.locator(PART_UNDER_WAY)).to_have_count(0)


def place_orders(shop: Page, count: int = 1, kind: str = KIND) -> list[str]:
    """On the shop's own page; the numbers of the new orders."""
    follow(shop.get_by_role("link", name="Place an order").first)
    shop.get_by_label("Kind of order").select_option(label=kind)
    shop.get_by_label("How many").fill(str(count))
    shop.get_by_role("button", name="Place", exact=True).click()
    placed = shop.get_by_role("status").get_by_role("link")
    expect(placed).to_have_count(count)
    return placed.all_inner_texts()


def row_of(page: Page, number: str) -> Locator:
    """The row of a list that shows a document."""
    return page.locator("tbody tr").filter(has_text=number)


def find_in_sap(sap: Page, number: str) -> str:
    """Search by any number; one hit opens at once. The SAP order's number as SAP shows it."""
    follow(sap.get_by_role("link", name="Stand-in SAP"))
    sap.get_by_label("Find an order").fill(number)
    sap.keyboard.press("Enter")
    heading = sap.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Sales order")
    return heading.inner_text().split()[-1]


def deliver_and_pick(sap: Page) -> str:
    """On the page of an order: a delivery of everything, picked; its number as SAP shows it."""
    sap.get_by_role("button", name="Create delivery").click()
    said = sap.get_by_role("status")
    expect(said).to_contain_text(re.compile(r"Delivery \d+ created"))
    number = said.inner_text().split()[1]
    sap.get_by_role("button", name="Pick", exact=True).click()
    expect(said).to_contain_text("Picked")
    return number


def post_goods_issue(sap: Page, parcel: str = PARCEL) -> None:
    """With carrier and tracking number."""
    sap.get_by_label("Carrier").select_option(label="DHL")
    sap.get_by_label("Tracking numbers").fill(parcel)
    sap.get_by_role("button", name="Post goods issue").click()
    expect(sap.get_by_role("status")).to_contain_text("Goods issue posted")


def bill(sap: Page) -> str:
    """What was delivered; the billing document's number as SAP shows it."""
    sap.get_by_role("button", name="Bill delivery").click()
    said = sap.get_by_role("status")
    expect(said).to_contain_text(re.compile(r"Billing document \d+ created"))
    return said.inner_text().split()[2]


def mails_of(shop: Page, number: str, subject: str) -> Locator:
    """The mailbox, narrowed to one order: the mails whose subject says ``subject``."""
    follow(shop.get_by_role("link", name="Mailbox"))
    shop.get_by_label("Order number").fill(number)
    shop.get_by_role("button", name="Filter").click()
    shop.wait_for_url(re.compile(rf"order={number}$"))
    return shop.locator("tbody tr").filter(has_text=subject)
