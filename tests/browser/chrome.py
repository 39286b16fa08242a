"""The browser that tests and pictures are driven with: the machine's own Chromium."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A container has neither user namespaces nor a large /dev/shm.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
MISSING = "no Chromium on this machine: install it (Debian: apt install chromium)"


def find_chromium() -> str:
    """The path of the browser; empty when there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


@contextmanager
def a_browser() -> Iterator[Browser]:
    """A headless browser, gone after. Raises ``LookupError`` when there is none."""
    executable = find_chromium()
    if not executable:
        raise LookupError(MISSING)
    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
            yield browser
            browser.close()
    finally:
        if before is None:
            os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
        else:
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
