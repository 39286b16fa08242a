"""Warehouse and billing clerk that work by themselves, one step per document and round."""

from __future__ import annotations

import logging
import sqlite3
import threading

from . import billing, warehouse
from .documents import Delivery, SalesOrder
from .progress import billing_of_delivery, picking_of_delivery, progress_of
from .system import SapSystem
from .warehouse import NotPossible

logger = logging.getLogger(__name__)
RECENT = 200


def play_round(system: SapSystem) -> None:
    """Take every recent document one step further."""
    for delivery in system.store.all(Delivery, newest=RECENT):
        try:
            _advance_delivery(system, delivery)
        except NotPossible as reason:
            logger.debug("autopilot leaves delivery %s: %s", delivery.number, reason)
    for order in system.store.all(SalesOrder, newest=RECENT):
        try:
            _advance_order(system, order)
        except NotPossible as reason:
            logger.debug("autopilot leaves order %s: %s", order.number, reason)


def _advance_delivery(system: SapSystem, delivery: Delivery) -> None:
    if picking_of_delivery(delivery) != "C":
        warehouse.pick(system, delivery.number)
    elif not delivery.goods_issue_at:
        carriers = list(system.customising.carriers)
        carrier = carriers[int(delivery.number) % len(carriers)]
        tracking = f"{carrier}{int(delivery.number):012d}"
        warehouse.post_goods_issue(system, delivery.number, carrier, [tracking])
    elif billing_of_delivery(delivery, system.store, system.customising) in ("A", "B"):
        billing.bill(system, billing.BillingRequest(deliveries=[delivery.number]))


def _advance_order(system: SapSystem, order: SalesOrder) -> None:
    if order.incomplete or system.customising.document_category(order.order_type) != "C":
        return
    progress = progress_of(order, system.store, system.customising)
    if progress.header("delivery_status") in ("A", "B"):
        warehouse.create_delivery(system, warehouse.DeliveryRequest([order.number]))
    services = [
        item
        for item in order.items
        if progress.billed_from(item) == "order" and progress.billing_status(item) != "C"
    ]
    if services:
        billing.bill(system, billing.BillingRequest(orders=[order.number]))


class Autopilot:
    """A thread that plays the clerks while the setting is on."""

    def __init__(self, system: SapSystem) -> None:
        self._system = system
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin in the background."""
        threading.Thread(target=self._run, name="autopilot", daemon=True).start()

    def stop(self) -> None:
        """End after the present round."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._system.settings.autopilot_seconds):
            try:
                self._system.run_updates()
                if self._system.settings.autopilot:
                    play_round(self._system)
            except sqlite3.ProgrammingError:
                return  # the system was closed
