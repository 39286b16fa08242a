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

from tests.chaos.events import SHARE, Event, Moment, Scene, choose, shipped_unbilled
from tests.chaos.stand_ins import Books, StandIn, sap_orders, valid_bills, web_order

SHAPES = (
    "simple", "coupon", "configurable", "bundle-dynamic", "bundle-dynamic-together",
    "bundle-fixed", "virtual", "downloadable", "mixed", "grouped", "eur", "eur-coupon",
    "purchase-order", "umlauts", "japanese", "free", "bank-transfer", "custom-option",
    "customer-note", "gross-prices",
    "gift-card", "store-credit", "reward-points", "fee", "odd-decimals", "yen", "all-by-coupon",
    "authorised", "paid-online", "ordered-online",
    "german-business", "gift-message", "india",
)  # fmt: skip
WHOLE = frozenset(shape for shape in SHAPES if shape.startswith("bundle"))
CARRIERS = ("DHL", "UPS", "FEDEX")
LOOK_EVERY_SECONDS = 0.3
UNDONE_AFTER_SECONDS = 12


@dataclass(slots=True)
class Script:
    """What is to become of one order, decided before it is placed."""

    shape: str
    deliveries: int
    bills_first_alone: bool
    is_tracked_late: bool
    is_picked_first: bool
    salt: int
    event: Event | None = None
    increment_id: str = ""
    has_happened: bool = False
    undo_at: float | None = None
    moved_at: float = field(default_factory=time.monotonic)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to happen by hand."""
        return self.event is None or (self.has_happened and self.undo_at is None)

    @property
    def awaits_goods(self) -> bool:
        """Whether nothing is billed yet, because goods are to come back first."""
        is_of_goods = self.event is not None and self.event.moment == Moment.SHIPPED
        return is_of_goods and not self.has_happened


def write_script(
    rng: random.Random,
    shapes: Sequence[str] = SHAPES,
    deliveries: int = 0,
    events: float = SHARE,
) -> Script:
    """A script; bundles leave whole, the rest in ``deliveries``, or in one to three. To a share
    of ``events`` something happens by hand."""
    shape = rng.choice(shapes)
    return Script(
        event=choose(rng, shape, events),
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
        self._called_off: list[Script] = []
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
                for script in self._called_off:
                    self._reject(script)
            except requests.RequestException:
                continue  # a stand-in refuses for a while; its books say later what was done

    def _place(self) -> None:
        while self._waiting and len(self.active) < self._at_once:
            script = self._waiting[-1]
            placed = self._shop.post("orders", shape=script.shape)["orders"][0]
            script.increment_id = placed["increment_id"]
            script.moved_at = time.monotonic()
            self.active.append(self._waiting.pop())
            if script.event is not None and script.event.moment == Moment.PLACED:
                self._let_it_happen(script, [])  # before the portal can have taken it

    def _advance(self, script: Script) -> None:
        if time.monotonic() - script.moved_at < 1 and script.is_settled:
            return
        held = sap_orders(self._sap, script.increment_id)
        script.moved_at = time.monotonic()
        if script.undo_at is not None:
            self._undo(script, held)
        elif not script.is_settled and self._let_it_happen(script, held):
            return
        if not held:
            return
        order = held[0]
        if is_over(order) and script.is_settled and not self._is_awaited(script, order):
            self._finish(script)
            return
        for path, body in next_steps(script, order):
            if not (script.awaits_goods and path == "billing"):
                self._sap.post(path, **body)

    def _let_it_happen(self, script: Script, held: list[Books]) -> bool:
        """Whether the order waits for what is to happen to it, or was called off just now."""
        event = script.event
        assert event is not None, "a script without an event is settled"
        scene = self._scene(script, held)
        if not has_come(event.moment, scene):
            return event.moment == Moment.CONFIRMED
        script.has_happened = event.act(scene)
        if script.has_happened and event.undo is not None:
            script.undo_at = time.monotonic() + UNDONE_AFTER_SECONDS
        if script.has_happened and event.calls_off:
            self._called_off.append(script)
            self._finish(script)
        return True

    def _undo(self, script: Script, held: list[Books]) -> None:
        """Meanwhile SAP's clerks go on: they have not heard of it."""
        event = script.event
        if event is None or event.undo is None or script.undo_at is None:
            return
        is_due = time.monotonic() >= script.undo_at
        if is_due and event.undo(self._scene(script, held)):
            script.undo_at = None

    def _scene(self, script: Script, held: list[Books]) -> Scene:
        books = web_order(self._shop, script.increment_id)
        return Scene(script.increment_id, self._shop, self._sap, books, next(iter(held), None))

    def _is_awaited(self, script: Script, order: Books) -> bool:
        """Whether the portal has yet to hear of what was billed anew: it was complete before."""
        if script.event is None or script.event.moment != Moment.BILLED:
            return False
        invoices = web_order(self._shop, script.increment_id).get("invoices", ())
        told = str([one.get("comments") for one in invoices])
        return any(one["number"] not in told for one in valid_bills(order))

    def _finish(self, script: Script) -> None:
        self.active.remove(script)
        self.finished.append(script)

    def _reject(self, script: Script) -> None:
        """Who sees a canceled order in SAP rejects its lines there, once."""
        if time.monotonic() - script.moved_at < 2:
            return
        script.moved_at = time.monotonic()
        for order in sap_orders(self._sap, script.increment_id):
            if order["rejection_status"] != "C":
                self._sap.post(f"orders/{order['number']}/reject")


def is_over(order: Books) -> bool:
    """Whether SAP has nothing left to do. A set may be billed before its parts have left."""
    have_left = all(one["goods_movement_status"] == "C" for one in order["deliveries"])
    statuses = (order["billing_status"], order["delivery_status"])
    return have_left and all(status in ("C", "") for status in statuses)


def has_come(moment: Moment, scene: Scene) -> bool:
    """Whether the order is where the event happens. The portal has nothing to write to the shop
    then: Magento loses quantities where two write at once."""
    if moment == Moment.PLACED:
        return True
    if scene.sap is None or scene.books["order"].get("ext_order_id") != scene.sap["number"]:
        return False
    if moment == Moment.CONFIRMED:
        return not scene.sap["deliveries"]
    if moment == Moment.SHIPPED:
        return bool(shipped_unbilled(scene))
    is_complete = scene.books["order"]["state"] == "complete"
    return is_complete and scene.sap["billing_status"] in ("C", "") and bool(valid_bills(scene.sap))


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
        if item["rejection_reason"] or not item["is_delivered"] or still_open < 1:
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
