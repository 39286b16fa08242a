"""Every list fits its window at every width, and fifteen orders stand on a usual screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import Desks
from tests.browser.scenes import hold_still

pytestmark = [pytest.mark.browser, pytest.mark.flow, pytest.mark.usefixtures("played")]

WIDTHS = (360, 768, 900, 1024, 1280, 1440)
HEIGHT = 900
LISTS = ("/orders/", "/deliveries/", "/invoices/")
# How many pixels of the page, of the table, and of each button do not fit.
TOO_WIDE = """() => {
  const over = (one) => one.scrollWidth - one.clientWidth;
  const buttons = [...document.querySelectorAll('.table__actions .button')];
  const out = buttons.filter((one) => one.getBoundingClientRect().right > innerWidth);
  return [document.documentElement, ...document.querySelectorAll('.table-frame')].map(over)
    .concat(out.length);
}"""
LONG = """() => {
  for (const one of document.querySelectorAll('td .money')) one.textContent = '98,765.43 EUR';
  for (const name of document.querySelectorAll('td.table__name .cell-main'))
    name.textContent = 'Maximiliane Freifrau von und zu Hohenlohe-Schillingsfürst';
}"""
WHOLE_ROWS = """() => [...document.querySelectorAll('tbody tr')].filter(
  (row) => row.getBoundingClientRect().bottom <= innerHeight).length"""

HIGHEST_ROW = """() => Math.max(
  ...[...document.querySelectorAll('tbody tr')].map((row) => row.offsetHeight))"""


def _cells(page: Page, label: str) -> int:
    """How many cells of a column are drawn."""
    shown = page.locator(f"tbody td[data-label='{label}']")
    return sum(cell.is_visible() for cell in shown.all())


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("person", ["sales", "logistics", "finance"])
def test_no_list_is_wider_than_its_window(desks: Desks, person: str, language: str) -> None:
    page = desks.person(person)
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": desks.demo.portal}]
    )
    troubles = {}
    for path in LISTS:
        page.goto(f"{desks.demo.portal}{path}")
        expect(page.locator("tbody tr").first).to_be_visible()
        hold_still(page)
        for values in ("as they are", "long"):
            if values == "long":
                page.evaluate(LONG)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                if any(one > 0 for one in page.evaluate(TOO_WIDE)):
                    troubles[path, width, values] = page.evaluate(TOO_WIDE)

    assert troubles == {}


def test_fifteen_orders_stand_on_a_usual_screen_one_line_each(desks: Desks) -> None:
    sales = desks.person("sales", "/orders/", viewport={"width": 1440, "height": HEIGHT})
    expect(sales.locator("tbody tr").first).to_be_visible()
    hold_still(sales)

    assert sales.evaluate(WHOLE_ROWS) >= 15
    assert sales.evaluate(HIGHEST_ROW) < 32


@pytest.mark.parametrize(
    ("person", "path", "labels"),
    [
        ("sales", "/orders/", ["Customer", "Total", "SAP order"]),
        ("finance", "/orders/", ["Customer", "Total", "Paid", "Due"]),
        ("finance", "/invoices/", ["Customer", "Gross", "Paid", "Due"]),
        ("logistics", "/deliveries/", ["Pick by", "Ship to", "Articles", "Shipping method"]),
    ],
)
@pytest.mark.parametrize("width", [1280, 1440])
def test_each_role_sees_what_it_works_with(
    desks: Desks, person: str, path: str, labels: list[str], width: int
) -> None:
    page = desks.person(person, path, viewport={"width": width, "height": HEIGHT})
    expect(page.locator("tbody tr").first).to_be_visible()

    assert {label for label in labels if not _cells(page, label)} == set()
