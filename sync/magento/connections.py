"""The connections of one process with one shop."""

from __future__ import annotations

from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy

import requests

from sync.lending import NO_LIMITS, Limits, Pool
from sync.magento.fenced_adapter import FencedAdapter

KEEP_SECONDS = 60.0  # a web server closes a connection that is idle for longer, or sooner


def new_session() -> requests.Session:
    """A session that takes nothing from the machine's environment (no proxy, no .netrc).

    It keeps no cookies: every reply sets a PHPSESSID, and the shop would queue requests that return
    it behind one another.
    """
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("http://", FencedAdapter())
    session.mount("https://", FencedAdapter())
    session.headers["Accept"] = "application/json"
    session.headers["User-Agent"] = "o2c-portal"
    return session


class ShopConnections(Pool[requests.Session]):
    """Each is a session that one thread uses at a time."""

    def __init__(
        self,
        name: str,
        new: Callable[[], requests.Session] = new_session,
        *,
        limits: Limits = NO_LIMITS,
    ) -> None:
        super().__init__(
            name, new, requests.Session.close, keep_seconds=KEEP_SECONDS, limits=limits
        )
