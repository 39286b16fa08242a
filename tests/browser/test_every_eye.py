"""No axe violation in light and in dark, in English and in German; no page wider than a phone."""

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
IN_GERMAN: dict[str, dict[str, Any]] = {
    "phone, in German": LOOKS["phone"] | {"locale": "de-DE"},
    "dark, in German": LOOKS["dark"] | {"locale": "de-DE"},
}
LISTS = ("/orders/", "/deliveries/", "/invoices/")
PAGES = (
    "/", *LISTS, "/attention/", "/attention/resolved/", "/master-data/", "/completeness/",
    "/queue/", "/connections/", "/readiness/", "/sign-in-locks/", "/search/?q=nothing-has-this",
    "/search/?q=a", "/not-there/",
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


def _log_of(page: Page, order: str) -> list[str]:
    """The paths of a task and of a call of an order."""
    page.goto(order)
    task = page.locator(".timeline__step").first.get_attribute("href")
    call = page.locator(".call__body a").first.get_attribute("href")
    return [str(task), str(call)]


@pytest.fixture(scope="module")
def compared(shared_desks: Desks) -> None:
    """The administrator is known, and shop and SAP were compared."""
    admin = shared_desks.person("admin", "/completeness/")
    admin.get_by_role("button", name="Compare now").click()
    expect(admin.locator(".figure__label", has_text="Unexplained").first).to_be_visible()
    shared_desks.close()


@pytest.mark.parametrize("look", [*LOOKS, *IN_GERMAN])
@pytest.mark.usefixtures("compared")
def test_p1_40_the_portals_pages(desks: Desks, look: str) -> None:
    page = desks.person("admin", **(LOOKS | IN_GERMAN)[look])
    language = "de" if look in IN_GERMAN else "en"
    troubles = []
    documents = []

    for path in PAGES:
        page.goto(f"{desks.demo.portal}{path}")
        troubles += _troubles(page)
        if path in LISTS:
            documents.append(_first_document(page))
    expect(page.locator("html")).to_have_attribute("lang", language)
    order = documents[0]
    documents += [
        f"{order}hold/",
        f"{order}comment/",
        *_log_of(page, f"{desks.demo.portal}{order}"),
    ]
    for path in documents:
        page.goto(f"{desks.demo.portal}{path}")
        troubles += _troubles(page)

    assert troubles == []


@pytest.mark.parametrize("look", [*LOOKS, *IN_GERMAN])
def test_the_sign_in_page(desks: Desks, look: str) -> None:
    page = desks.open(f"{desks.demo.portal}/accounts/login/", **(LOOKS | IN_GERMAN)[look])

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
