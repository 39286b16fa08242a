"""Impatient people: several sessions that press Sync now on the same orders, again and again.

One of sales now and then holds an order, or its customer, and releases it a little later; each
order once, so that the last ones get through.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import requests

from sync.sandbox.portal_visitor import SceneFailed, Visitor

LISTS = {"sales": "orders", "logistics": "deliveries", "finance": "invoices"}
HELD_SECONDS = 4


class People:
    """So many threads for each role; all press the same order's button at about the same time."""

    def __init__(
        self,
        portal: str,
        seed: int,
        orders: Callable[[], list[str]],
        twins: int = 2,
        *,
        holds: bool = False,
    ) -> None:
        self._portal = portal
        self._seed = seed
        self._orders = orders
        self.stop = threading.Event()
        self.clicks = self.holds = 0
        self.refused: list[str] = []
        self.threads = [
            threading.Thread(target=self._press, args=(name, twin), daemon=True)
            for name in LISTS
            for twin in range(1, twins + 1)
        ]
        if holds:
            self.threads.append(threading.Thread(target=self._hold_and_release, daemon=True))

    def start(self) -> None:
        """Begin to click."""
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Stop, and wait until everybody has let go of the mouse."""
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def _press(self, name: str, twin: int) -> None:
        rng = random.Random(f"{self._seed}:{name}")  # the twins choose the same orders
        visitor: Visitor | None = None
        while not self.stop.wait(rng.uniform(0.5, 4)):
            chosen = rng.random()
            try:
                visitor = visitor or Visitor(self._portal, name)
                self._click(visitor, name, chosen)
            except (SceneFailed, requests.RequestException) as error:
                self.refused.append(f"{name} {twin}: {error}"[:200])

    def _hold_and_release(self) -> None:
        """Nothing stays held in the end."""
        rng = random.Random(f"{self._seed}:holds")
        visitor: Visitor | None = None
        held, held_at, before = "", 0.0, set[str]()
        while held or not self.stop.wait(rng.uniform(0.2, 1.5)):
            chosen, is_over = rng.random(), time.monotonic() - held_at > HELD_SECONDS
            try:
                visitor = visitor or Visitor(self._portal, "sales")
                if held and (is_over or self.stop.is_set()):
                    self._release(visitor, held)
                    held = ""
                elif not held and (page := self._some_order(visitor, chosen)) not in {"", *before}:
                    held, held_at = page, time.monotonic()  # perhaps, where the answer is lost
                    before.add(page)
                    who = "hold-customer" if chosen < 0.3 else "hold"
                    visitor.click(f"{page}{who}/", reason="The customer calls back")
                    self.holds += 1
            except (SceneFailed, requests.RequestException) as error:
                self.refused.append(f"sales holds: {error}"[:200])
            if held:
                time.sleep(1)

    def _release(self, visitor: Visitor, page: str) -> None:
        for release in visitor.links(page, r"/holds/\d+/release/.*"):
            visitor.click(release.partition("?")[0], reason="Called back")

    def _some_order(self, visitor: Visitor, chosen: float) -> str:
        known = self._orders()
        if not known:
            return ""
        number = known[int(chosen * len(known)) % len(known)]
        return visitor.link_on(f"/search/?q={number}", r"/orders/\d+/")

    def _click(self, visitor: Visitor, name: str, chosen: float) -> None:
        known = self._orders()
        if chosen < 0.2 or not known:
            visitor.click(f"/{LISTS[name]}/sync-all/")
        else:
            number = known[int(chosen * len(known)) % len(known)]
            page = visitor.link_on(f"/search/?q={number}", r"/orders/\d+/")
            if not page:
                return
            if name == "sales":
                visitor.click(f"{page}sync/")
            else:
                listed = visitor.link_on(page, rf"/{LISTS[name]}/\d+/")
                if not listed:
                    return
                visitor.click(f"{listed}sync/")
        self.clicks += 1
