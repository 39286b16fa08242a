"""No axe violation in light, in dark and on a phone, and no page wider than the phone."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.desks import DESKTOP, PHONE, Desks
from tests.browser.scenes import follow, hold_still

pytestmark = [
    pytest.mark.browser,
    pytest.mark.flow,
    pytest.mark.usefixtures("played"),
]

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESKTOP, "color_scheme": "light"},
    "dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
}
LISTS = ("/orders/", "/deliveries/", "/invoices/")
PAGES = (
    "/", *LISTS, "/attention/", "/master-data/", "/completeness/", "/queue/", "/connections/",
    "/readiness/", "/search/?q=nothing-has-this",
)  # fmt: skip
SHOP_PAGES = ("/", "/place", "/mails", "/faults", "/settings")
SAP_PAGES = ("/", "/sessions", "/faults", "/settings")


def _troubles(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    hold_still(page)
    found = [
        f"{page.url}: {violation['id']} at {violation['nodes'][0]['target']}"
        for violation in Axe().run(page).response["violations"]
    ]
    too_wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*found, f"{page.url}: {too_wide} px too wide"] if too_wide > 0 else found


def _first_document(page: Page) -> str:
    """The path of the first document of a list."""
    return str(page.locator("tbody a.number").first.get_attribute("href"))


@pytest.mark.parametrize("look", LOOKS)
def test_p1_40_the_portals_pages(desks: Desks, look: str) -> None:
    page = desks.person("admin", **LOOKS[look])
    troubles = []
    documents = []
    page.goto(f"{desks.demo.portal}/completeness/")
    page.get_by_role("button", name="Compare now").click()
    expect(page.locator(".figure__label", has_text="Unexplained").first).to_be_visible()

    for path in PAGES:
        page.goto(f"{desks.demo.portal}{path}")
        troubles += _troubles(page)
        if path in LISTS:
            documents.append(_first_document(page))
    for path in documents:
        page.goto(f"{desks.demo.portal}{path}")
        troubles += _troubles(page)

    assert troubles == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_sign_in_page(desks: Desks, look: str) -> None:
    page = desks.open(f"{desks.demo.portal}/accounts/login/", **LOOKS[look])

    assert _troubles(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_both_stand_ins(desks: Desks, look: str) -> None:
    page = desks.open(desks.demo.shop, **LOOKS[look])
    troubles = []

    for path in SHOP_PAGES:
        page.goto(f"{desks.demo.shop}{path}")
        troubles += _troubles(page)
    page.goto(desks.demo.shop)
    follow(page.locator("tbody a").first)
    troubles += _troubles(page)
    for path in SAP_PAGES:
        page.goto(f"{desks.demo.sap}{path}")
        troubles += _troubles(page)
    page.goto(desks.demo.sap)
    follow(page.locator("tbody a").first)
    troubles += _troubles(page)

    assert troubles == []
