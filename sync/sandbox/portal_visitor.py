"""A person at the portal, as far as a script can be one: signs in, clicks buttons, reads pages."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import requests

Found = TypeVar("Found")

TIMEOUT_SECONDS = 20
LOOK_EVERY_SECONDS = 0.5


class SceneFailed(Exception):
    """What should have been seen was not."""


class Visitor:
    """One signed-in person."""

    def __init__(self, portal: str, name: str) -> None:
        self.portal = portal
        self.name = name
        self._session = requests.Session()
        self._session.trust_env = False
        self._sign_in(name, f"{name}-demo")

    def page(self, path: str) -> str:
        """A page's text as a person reads it, in one line."""
        return text_of(self._get(path).text)

    def path_of(self, search: str) -> str:
        """Where the search box leads for a number; empty when it finds nothing."""
        answer = self._get(f"/search/?q={search}")
        return answer.url.removeprefix(self.portal) if "/search/" not in answer.url else ""

    def link_on(self, path: str, pattern: str) -> str:
        """The first link on a page, or the page itself, whose address matches ``pattern``."""
        addresses = [path, *re.findall(r'href="([^"]+)"', self._get(path).text)]
        return next((one for one in addresses if re.fullmatch(pattern, one)), "")

    def links(self, path: str, pattern: str) -> list[str]:
        """Every address on a page, of links and forms, that matches ``pattern``."""
        found = re.findall(r'(?:href|action|hx-post)="([^"]+)"', self._get(path).text)
        return [one for one in found if re.fullmatch(pattern, one)]

    def click(self, path: str, **fields: Any) -> str:
        """Press a button: post its form, and read the page that follows."""
        token = self._session.cookies.get("csrftoken", "")
        answer = self._session.post(
            f"{self.portal}{path}",
            data={"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": f"{self.portal}/"},
            timeout=TIMEOUT_SECONDS,
        )
        if not answer.ok:
            raise SceneFailed(f"{self.name} pressed {path} and got HTTP {answer.status_code}")
        return text_of(answer.text)

    def _get(self, path: str) -> requests.Response:
        answer = self._session.get(f"{self.portal}{path}", timeout=TIMEOUT_SECONDS)
        if not answer.ok:
            raise SceneFailed(f"{self.name} opened {path} and got HTTP {answer.status_code}")
        return answer

    def _sign_in(self, name: str, password: str) -> None:
        self._get("/accounts/login/")
        self.click("/accounts/login/", username=name, password=password)
        if "sessionid" not in self._session.cookies:
            raise SceneFailed(f"{name} could not sign in: is this a demo with its demo logins?")


def text_of(page: str) -> str:
    """HTML as plain words."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def wait_for(look: Callable[[], Found | None], what: str, seconds: float = 90) -> Found:
    """The first thing ``look`` finds; raises ``SceneFailed`` when it finds nothing in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(LOOK_EVERY_SECONDS)
    raise SceneFailed(f"not seen within {seconds:.0f} s: {what}")
