"""The connections of one process with one shop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy

import requests

from sync.lending import NO_LIMITS, Lent, Limits, Pool
from sync.magento.fenced_adapter import FencedAdapter
from sync.version import VERSION

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
    session.headers["User-Agent"] = f"o2c-portal/{VERSION}"
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


class Borrower:
    """One thread's way to a connection: borrowed for each call, or held for one to come."""

    def __init__(self, connections: ShopConnections) -> None:
        self.connections = connections
        self._held: Lent[requests.Session] | None = None
        self._is_paid_for = False  # the turn of the next call has come already

    @contextmanager
    def held(self) -> Iterator[None]:
        """Calls inside use one connection, borrowed now; the first need not wait for its turn."""
        self.connections.limits.pace.wait()
        with self.connections.lending() as lent:
            self._held, self._is_paid_for = lent, True
            try:
                yield
            finally:
                self._held, self._is_paid_for = None, False

    @contextmanager
    def borrowed(self) -> Iterator[requests.Session]:
        if not self._is_paid_for:
            self.connections.limits.pace.wait()
        self._is_paid_for = False
        if self._held is not None:
            yield self._held.thing
            return
        with self.connections.lending() as lent:
            yield lent.thing
