"""Makes the README's pictures: ``python -m tests.pictures docs/pictures``.

Starts a demo of its own, brings orders into every stage by hand, and photographs real pages.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import Page, expect

from tests.browser import scenes
from tests.browser.chrome import a_browser
from tests.browser.desks import PHONE, Desks, switch_off_automation
from tests.browser.scenes import row_of
from tests.running_demo import RunningDemo, a_running_demo

WINDOW = {"width": 1280, "height": 800}
MOST_BYTES = 250_000
BAD = "Bad on purpose: a SKU no SAP knows (NO-SUCH-SKU)"
CUSTOMERS = [
    ("simple", "Emily", "Carter"),
    ("coupon", "Noah", "Bennett"),
    ("configurable", "Sofia", "Rossi"),
    ("eur", "Jürgen", "Großmann"),
    ("bundle-dynamic", "Hannah", "Weiß"),
    ("unknown-sku", "Liam", "Novak"),
    ("unknown-sku", "Ava", "Lindqvist"),
    ("japanese", "花子", "山田"),
    ("gross-prices", "Marta", "Silva"),
]


@dataclass
class Album:
    """Where the pictures go."""

    directory: Path

    def take(self, page: Page, name: str) -> None:
        """A picture of what is in the window, small enough for a README."""
        page.wait_for_load_state("networkidle")
        path = self.directory / f"{name}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path} is larger than {MOST_BYTES} bytes: choose a smaller window")


def main(directory: Path) -> None:
    """Make all pictures anew."""
    directory.mkdir(parents=True, exist_ok=True)
    with a_browser() as browser, a_running_demo() as demo:
        desks = Desks(browser, demo)
        switch_off_automation(desks.person("admin", "/queue/", viewport=WINDOW))
        desks.close()
        album = Album(directory)
        _orders(album, desks)
        number = _deliveries(album, desks)
        _trouble(album, desks)
        _overviews(album, desks, number)


def _person(desks: Desks, name: str, path: str = "/", **options: Any) -> Page:
    return desks.person(name, path, **({"viewport": WINDOW} | options))


@contextmanager
def _visit(desks: Desks, name: str, path: str = "/", **options: Any) -> Iterator[Page]:
    """A person's page, closed afterwards."""
    page = _person(desks, name, path, **options)
    yield page
    page.context.close()


def _place(demo: RunningDemo, shape: str, first: str, last: str) -> None:
    address = f"{shape}@example.test"
    customer = {"shape": shape, "firstname": first, "lastname": last, "email": address}
    requests.post(f"{demo.shop}/sandbox/orders", json=customer, timeout=20).raise_for_status()


def _orders(album: Album, desks: Desks) -> None:
    """Scene 1: orders are placed; sales brings them into SAP, seen while it runs."""
    shop = desks.open(f"{desks.demo.shop}/place", viewport=WINDOW)
    shop.get_by_label("Kind of order").select_option(label=scenes.KIND)
    shop.get_by_role("button", name="Place", exact=True).click()
    album.take(shop, "shop-place-an-order")
    with _visit(desks, "sales", "/orders/", viewport=WINDOW | {"height": 700}) as sales:
        _sync_all(sales)
        _come_to_rest(sales)
        for shape, first, last in CUSTOMERS:
            _place(desks.demo, shape, first, last)
        _slow_sap(desks.demo)
        _sync_all(sales)
        expect(sales.locator("tbody tr:nth-child(-n+5) .sync--running").first).to_be_visible()
        sales.screenshot(path=album.directory / "orders-live.png", caret="hide")
        requests.delete(f"{desks.demo.sap}/sandbox/faults", timeout=20).raise_for_status()
        _come_to_rest(sales)


def _sync_all(sales: Page) -> None:
    sales.get_by_role("button", name="Sync all new orders").click()
    fetch = sales.locator(".strip").filter(has_text="asked by sales")
    expect(fetch.filter(has_text="Done").first).to_be_visible()


def _come_to_rest(sales: Page) -> None:
    """Everything asked for has ended."""
    expect(sales.locator(".sync--waiting, .sync--running")).to_have_count(0, timeout=90_000)


def _slow_sap(demo: RunningDemo) -> None:
    slow = {"kind": "latency", "times": 0, "seconds": 4}
    slow["operation"] = "BAPI_SALESORDER_CREATEFROMDAT2"
    requests.post(f"{demo.sap}/sandbox/faults", json=slow, timeout=20).raise_for_status()


def _deliveries(album: Album, desks: Desks) -> str:
    """Scenes 2 to 5 for one order; others stop at earlier stages."""
    sap = desks.open(desks.demo.sap, viewport=WINDOW | {"height": 1000})
    numbers = [_number_of(desks, last) for last in ("Carter", "Bennett", "Rossi")]
    _picked(sap, numbers[2])
    _picked(sap, numbers[1])
    scenes.post_goods_issue(sap, "JD014600003812345700")
    _picked(sap, numbers[0])
    album.take(sap, "sap-order")
    scenes.post_goods_issue(sap)
    with _visit(desks, "logistics", "/deliveries/") as logistics:
        logistics.get_by_role("button", name="Sync all deliveries").click()
        expect(row_of(logistics, numbers[0])).to_contain_text("Told")
        expect(row_of(logistics, numbers[1])).to_contain_text("Told")
        expect(row_of(logistics, numbers[2])).to_contain_text("Picked")
        logistics.reload()
        album.take(logistics, "deliveries")
    scenes.bill(sap)
    with _visit(desks, "finance", "/invoices/") as finance:
        finance.get_by_role("button", name="Sync all invoices").click()
        expect(finance.locator("tbody tr").first).to_contain_text("mailed")
        finance.locator("tbody tr").first.get_by_role("link").first.click()
        finance.get_by_role("button", name="Resend invoice").click()
        finance.get_by_role("button", name="Mail again").click()
        expect(finance.locator(".mails li")).to_have_count(2)
        expect(finance.locator("#messages")).to_be_attached()
        finance.reload()
        album.take(finance, "invoice")
    shop = desks.open(f"{desks.demo.shop}/mails?order={numbers[0]}", viewport=WINDOW)
    album.take(shop, "shop-mailbox")
    return numbers[0]


def _number_of(desks: Desks, last: str) -> str:
    shop = desks.open(f"{desks.demo.shop}/?q={last}", viewport=WINDOW)
    return shop.locator("tbody a").first.inner_text()


def _picked(sap: Page, number: str) -> None:
    scenes.find_in_sap(sap, number)
    scenes.deliver_and_pick(sap)


def _trouble(album: Album, desks: Desks) -> None:
    """What needs a hand, and where faults are made."""
    with _visit(desks, "sales", "/attention/") as sales:
        expect(sales.get_by_text("NO-SUCH-SKU").first).to_be_visible()
        album.take(sales, "needs-attention")
    panel = desks.open(f"{desks.demo.sap}/faults", viewport=WINDOW)
    panel.get_by_label(re.compile("^Fault")).select_option("lost_commit_answer")
    panel.get_by_role("button", name="Arm fault").click()
    album.take(panel, "sap-faults")
    panel.get_by_role("button", name="Remove", exact=True).click()


def _overviews(album: Album, desks: Desks, number: str) -> None:
    """The pages that show the whole."""
    with _visit(desks, "admin") as admin:
        album.take(admin, "home")
    with _visit(
        desks, "sales", f"/search/?q={number}", viewport=WINDOW | {"height": 1000}
    ) as sales:
        album.take(sales, "order")
    dark = {"color_scheme": "dark", "viewport": WINDOW | {"height": 620}}
    with _visit(desks, "sales", "/orders/", **dark) as sales:
        album.take(sales, "orders-dark")
    with _visit(desks, "logistics", "/deliveries/", viewport=PHONE) as logistics:
        album.take(logistics, "deliveries-phone")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
