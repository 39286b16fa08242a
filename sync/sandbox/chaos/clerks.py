"""The customers, the warehouse and the billing clerk: they carry every order to its end.

What a clerk does next follows from SAP's own books, so that a lost answer makes nobody act twice.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests

from sync.sandbox.chaos.stand_ins import Books, StandIn, sap_orders

SHAPES = (
    "simple", "coupon", "configurable", "bundle-dynamic", "bundle-dynamic-together",
    "bundle-fixed", "virtual", "downloadable", "mixed", "grouped", "eur", "eur-coupon",
    "purchase-order", "umlauts", "japanese", "free", "bank-transfer", "custom-option",
    "customer-note", "gross-prices", "authorised", "paid-online", "ordered-online",
)  # fmt: skip
# The shop's own invoice of an order paid at once is for the whole of it.
WHOLE = frozenset(shape for shape in SHAPES if shape.startswith("bundle")) | {"paid-online"}
CARRIERS = ("DHL", "UPS", "FEDEX")
LOOK_EVERY_SECONDS = 0.3


@dataclass(slots=True)
class Script:
    """What is to become of one order, decided before it is placed."""

    shape: str
    deliveries: int
    bills_first_alone: bool
    is_tracked_late: bool
    is_picked_first: bool
    salt: int
    increment_id: str = ""
    is_billed: bool = False
    moved_at: float = field(default_factory=time.monotonic)


def write_script(rng: random.Random, shapes: Sequence[str] = SHAPES, deliveries: int = 0) -> Script:
    """A script; bundles leave whole, the rest in ``deliveries``, or in one to three."""
    shape = rng.choice(shapes)
    return Script(
        shape=shape,
        deliveries=1 if shape in WHOLE else deliveries or rng.randint(1, 3),
        bills_first_alone=rng.random() < 0.5,
        is_tracked_late=rng.random() < 0.2,
        is_picked_first=rng.random() < 0.5,
        salt=rng.randrange(10**6),
    )


class Clerks:
    """One thread that places orders and moves them on, so many at once."""

    def __init__(self, shop: StandIn, sap: StandIn, scripts: list[Script], at_once: int) -> None:
        self._shop = shop
        self._sap = sap
        self._waiting = list(reversed(scripts))
        self._at_once = at_once
        self.active: list[Script] = []
        self.finished: list[Script] = []
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True, name="clerks")

    @property
    def placed(self) -> list[Script]:
        """Every order that is in the shop."""
        return [*self.active, *self.finished]

    @property
    def is_done(self) -> bool:
        """Whether SAP has billed everything."""
        return not self._waiting and not self.active

    def _work(self) -> None:
        while not self.stop.wait(LOOK_EVERY_SECONDS):
            try:
                self._place()
                for script in list(self.active):
                    self._advance(script)
            except requests.RequestException:
                continue  # a stand-in refuses for a while; its books say later what was done

    def _place(self) -> None:
        while self._waiting and len(self.active) < self._at_once:
            script = self._waiting[-1]
            placed = self._shop.post("orders", shape=script.shape)["orders"][0]
            script.increment_id = placed["increment_id"]
            script.moved_at = time.monotonic()
            self.active.append(self._waiting.pop())

    def _advance(self, script: Script) -> None:
        if time.monotonic() - script.moved_at < 1:
            return
        held = sap_orders(self._sap, script.increment_id)
        script.moved_at = time.monotonic()
        if not held:
            return
        order = held[0]
        if order["billing_status"] in ("C", "") and order["delivery_status"] in ("C", ""):
            script.is_billed = True
            self.active.remove(script)
            self.finished.append(script)
            return
        for path, body in next_steps(script, order):
            self._sap.post(path, **body)


def next_steps(script: Script, order: Books) -> list[tuple[str, dict[str, Any]]]:
    """What the clerks do now, by SAP's books."""
    steps: list[tuple[str, dict[str, Any]]] = []
    number, deliveries = order["number"], order["deliveries"]
    for delivery in deliveries:
        steps += _move_delivery(script, delivery)
    if order["delivery_status"] in ("A", "B"):
        steps.append((f"orders/{number}/deliveries", _quantities(script, order)))
    steps += [("billing", {"deliveries": group}) for group in _billable(script, order)]
    services = [
        item
        for item in order["items"]
        if item["billed_from"] == "order" and item["billing_status"] != "C"
    ]
    if services:
        steps.append(("billing", {"orders": [number]}))
    return steps


def _move_delivery(script: Script, delivery: Books) -> list[tuple[str, dict[str, Any]]]:
    number = delivery["number"]
    carrier = CARRIERS[script.salt % len(CARRIERS)]
    parcels = [f"{carrier}{int(number):012d}"]
    if script.salt % 7 == 0:
        parcels.append(f"{carrier}{int(number):012d}B")
    if delivery["goods_movement_status"] != "C":
        if script.is_picked_first and delivery["picking_status"] != "C":
            return [(f"deliveries/{number}/pick", {})]
        known = {} if script.is_tracked_late else {"carrier": carrier, "tracking": parcels}
        return [(f"deliveries/{number}/goods-issue", known)]
    if not delivery["tracking"]:
        late = {"carrier": carrier, "tracking": parcels}
        return [(f"deliveries/{number}/tracking", late)]
    return []


def _quantities(script: Script, order: Books) -> dict[str, Any]:
    """Of each line what this delivery takes; the last takes the rest."""
    at = len(order["deliveries"])
    if at >= script.deliveries - 1:
        return {}
    wanted: dict[str, str] = {}
    for position, item in enumerate(order["items"]):
        still_open = Decimal(item["quantity"]) - Decimal(item["delivered"])
        if not item["is_delivered"] or still_open < 1:
            continue
        share = random.Random(f"{script.salt}:{at}:{position}").randint(0, int(still_open))
        if share:
            wanted[str(item["item_number"])] = str(share)
    return {"quantities": wanted} if wanted else {}


def _billable(script: Script, order: Books) -> list[list[str]]:
    """Groups of deliveries that are billed together: at most two of an order."""
    left = order["delivery_status"] == "C"
    ready = [
        one["number"]
        for one in order["deliveries"]
        if one["goods_movement_status"] == "C" and one["tracking"]
    ]
    unbilled = {one["number"] for one in order["deliveries"] if one["billing_status"] in ("A", "B")}
    first = order["deliveries"][0]["number"] if order["deliveries"] else ""
    if script.bills_first_alone and first in ready and first in unbilled:
        return [[first]]
    everything_left = left and len(ready) == len(order["deliveries"])
    rest = [number for number in ready if number in unbilled]
    return [rest] if everything_left and rest else []
