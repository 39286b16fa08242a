"""What an administrator does by hand: test the connections, switch steps on and off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desks import Desks

pytestmark = [pytest.mark.browser, pytest.mark.flow]


def test_the_connections_are_tested_from_their_page(desks: Desks) -> None:
    admin = desks.person("admin", "/connections/")

    admin.get_by_role("button", name="Test all connections").click()

    expect(admin.locator("main").get_by_text("Works")).to_have_count(2)


def test_p1_38_a_step_is_switched_on_and_off_in_the_portal(desks: Desks) -> None:
    admin = desks.person("admin", "/queue/")
    step = admin.locator(".schedule").filter(has_text="Tell the shop the SAP number")

    step.get_by_role("checkbox").check()
    step.get_by_role("button", name="Save").click()
    expect(step).to_contain_text("next")
    step.get_by_role("checkbox").uncheck()
    step.get_by_role("button", name="Save").click()

    expect(step).to_contain_text("off")


def test_the_theme_is_switched_and_remembered(desks: Desks) -> None:
    page = desks.person("admin", color_scheme="light")

    page.get_by_role("button", name="Switch between light and dark").click()
    page.reload()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
