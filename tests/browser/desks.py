"""Who sits at a running demo: people at the portal, the shop's and the warehouse's own pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.running_demo import RunningDemo

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 860}
TIMEOUT_MS = 60_000  # a machine that does other things as well

expect.set_options(timeout=TIMEOUT_MS)


@dataclass
class Desks:
    """Opens pages of one demo; all of them share a browser, each person has a session."""

    browser: Browser
    demo: RunningDemo
    contexts: list[BrowserContext] = field(default_factory=list)
    _sessions: dict[str, Any] = field(default_factory=dict)

    def open(self, address: str, **options: Any) -> Page:
        """A page of somebody who is not signed in."""
        context = self.browser.new_context(**({"viewport": DESKTOP} | options))
        context.set_default_timeout(TIMEOUT_MS)
        self.contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    def person(self, name: str, path: str = "/", **options: Any) -> Page:
        """A signed-in person's page; the first time through the sign-in page, by hand."""
        if name not in self._sessions:
            page = self.open(f"{self.demo.portal}/accounts/login/", **options)
            page.get_by_label("User name").fill(name)
            page.get_by_label("Password").fill(f"{name}-demo")
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", name="Home")).to_be_visible()
            self._sessions[name] = page.context.storage_state()
            page.goto(f"{self.demo.portal}{path}")
            return page
        known = {"storage_state": self._sessions[name]}
        return self.open(f"{self.demo.portal}{path}", **(known | options))

    def close(self) -> None:
        """Everybody leaves; the sessions stay known."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def switch_off_automation(admin: Page) -> None:
    """On the queue page, step by step, as an administrator does it."""
    steps = admin.locator(".schedule")
    for number in range(steps.count()):
        step = steps.nth(number)
        step.get_by_role("checkbox").uncheck()
        step.get_by_role("button", name="Save").click()
        expect(steps.nth(number)).to_contain_text("off")
