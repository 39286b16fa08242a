"""One demo and one browser for all browser tests; a picture of every page when one fails."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sync.sandbox.scenes import perform
from tests.browser.chrome import MISSING, a_browser, find_chromium
from tests.browser.desks import Desks, switch_off_automation
from tests.running_demo import ROOT, RunningDemo, a_running_demo

RESULTS = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The machine's Chromium; without one these tests are skipped, and only these."""
    if not find_chromium():
        pytest.skip(MISSING)
    with a_browser() as running:
        yield running


@pytest.fixture(scope="package")
def demo(browser: Browser) -> Iterator[RunningDemo]:
    """A running demo in which nothing happens by itself: every change is somebody's click."""
    with a_running_demo() as running:
        desks = Desks(browser, running)
        switch_off_automation(desks.person("admin", "/queue/"))
        desks.close()
        yield running


@pytest.fixture(scope="package")
def shared_desks(browser: Browser, demo: RunningDemo) -> Desks:
    """Remembers who has signed in."""
    return Desks(browser, demo)


@pytest.fixture(scope="package")
def played(demo: RunningDemo) -> None:
    """Every kind of document is there: the five scenes have been played, by a script."""
    seen: list[str] = []
    assert perform(demo.play(), seen.append), "\n".join(seen)


@pytest.fixture
def desks(shared_desks: Desks, request: pytest.FixtureRequest) -> Iterator[Desks]:
    """Pages for one test, pictured when it fails, closed after it."""
    yield shared_desks
    if request.node.stash.get(FAILED, False):
        _picture(shared_desks, request.node.name)
    shared_desks.close()


def _picture(desks: Desks, test: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", test).strip("-")
    pages = [page for context in desks.contexts for page in context.pages]
    for number, page in enumerate(pages, start=1):
        page.screenshot(path=Path(RESULTS, f"{name}-{number}.png"), full_page=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note a failure where the fixture can see it."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
