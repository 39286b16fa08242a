"""A person's browser at a list: it clicks on a row, and polls until the row shows the end."""

from __future__ import annotations

import html
import re
import time
from dataclasses import dataclass, field

from sync.sandbox.portal_visitor import TIMEOUT_SECONDS, Visitor

POLLS_EVERY_SECONDS = 0.5
GIVE_UP_AFTER_SECONDS = 60
TOKEN = re.compile(r'name="live" value="([^"]+)"')
WATCHER = re.compile(r'id="watcher" hx-get="([^"]+)" hx-trigger="every (\d+)(ms|s)"')
UNITS = {"ms": 0.001, "s": 1.0}


@dataclass(slots=True)
class Row:
    """What a row of the list shows of its task, and where it asks for news."""

    shown: str = ""
    asks: str = ""
    every_seconds: float = POLLS_EVERY_SECONDS
    states: list[str] = field(default_factory=list)

    def read(self, answer: str) -> None:
        if found := TOKEN.search(answer):
            self.shown = found[1]
            self.states.append(found[1].split(":")[2])
        if watcher := WATCHER.search(answer):
            self.asks = html.unescape(watcher[1])
            self.every_seconds = int(watcher[2]) * UNITS[watcher[3]]

    @property
    def is_at_the_end(self) -> bool:
        return bool(self.states) and self.states[-1] in ("done", "needs_attention")


class Browser(Visitor):
    """Signed in, with JavaScript as far as a row needs it."""

    def press(self, path: str, **fields: object) -> None:
        """A button of a page that is not followed on to the next one."""
        self._send(path, fields, {})

    def press_in_row(self, order: int) -> Row:
        row = Row()
        target = {"HX-Request": "true", "HX-Target": f"orders-{order}"}
        row.read(self._send(f"/orders/{order}/sync/", {}, target))
        return row

    def follow(self, row: Row) -> None:
        """Poll as the page does until the row shows the end."""
        deadline = time.monotonic() + GIVE_UP_AFTER_SECONDS
        due = time.monotonic()
        while not row.is_at_the_end:
            due += row.every_seconds
            time.sleep(max(0.0, due - time.monotonic()))
            answer = self._session.get(
                f"{self.portal}{row.asks}", params={"live": row.shown}, timeout=TIMEOUT_SECONDS
            )
            answer.raise_for_status()
            if answer.text:  # the part that polls is swapped, so its clock starts anew
                row.read(answer.text)
                due = time.monotonic()
            if due > deadline:
                raise RuntimeError(f"the row shows no end: {row.states}")

    def _send(self, path: str, fields: dict[str, object], headers: dict[str, str]) -> str:
        token = self._session.cookies.get("csrftoken", "")
        answer = self._session.post(
            f"{self.portal}{path}",
            data={"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": f"{self.portal}/", **headers},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        answer.raise_for_status()
        return answer.text
