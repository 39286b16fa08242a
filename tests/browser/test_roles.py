"""What a role may not do is not on its pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desks

pytestmark = [pytest.mark.browser, pytest.mark.flow]

LISTS = {
    "/orders/": ("sales", "Sync all new orders"),
    "/deliveries/": ("logistics", "Sync all deliveries"),
    "/invoices/": ("finance", "Sync all invoices"),
}


@pytest.mark.parametrize("name", ["sales", "logistics", "finance"])
def test_a_list_has_its_buttons_for_its_own_role_only(desks: Desks, name: str) -> None:
    page = desks.person(name)

    for path, (role, button) in LISTS.items():
        page.goto(f"{desks.demo.portal}{path}")
        expected = 1 if role == name else 0
        expect(page.get_by_role("button", name=button)).to_have_count(expected)
        if not expected:
            expect(page.get_by_role("button", name="Sync now")).to_have_count(0)


@pytest.mark.parametrize("name", ["sales", "logistics"])
def test_nobody_but_finance_is_offered_to_resend(desks: Desks, name: str) -> None:
    page = desks.person(name, "/invoices/")

    expect(page.get_by_role("heading", name="Invoices", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Resend")).to_have_count(0)


@pytest.mark.parametrize("name", ["logistics", "finance"])
def test_only_sales_takes_orders_a_rule_has_stopped(desks: Desks, name: str) -> None:
    page = desks.person(name, "/attention/")

    expect(page.get_by_role("heading", name="Needs attention", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Take anyway")).to_have_count(0)


def test_sales_is_offered_to_take_stopped_orders(desks: Desks) -> None:
    page = desks.person("sales", "/attention/")

    expect(page.get_by_role("button", name="Take anyway").first).to_be_visible()


@pytest.mark.parametrize("name", ["sales", "logistics", "finance"])
def test_queue_and_connections_are_the_administrators(desks: Desks, name: str) -> None:
    page = desks.person(name)

    expect(page.get_by_role("link", name="Queue")).to_have_count(0)
    answer = page.goto(f"{desks.demo.portal}/queue/")

    assert answer is not None
    assert answer.status == 403
    expect(page.get_by_role("heading", level=1)).to_be_visible()
