"""The rows of a portal after its millionth order.

Everything is made in the database from one order that went all the way; 98 in 100 are complete or
canceled, the newest stand at every stage.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db.models import Model

from sync.models import SalesOrder, Step
from sync.roles import sync_roles
from tests import builders as a
from tests.bench.multiplied import Numbers, analyze, multiply, set_sequences, without_indexes

RECORDED = Path(__file__).resolve().parents[3] / "shared" / "magento" / "orders.json"
FIRST_NAMES = ["Anna", "Ben", "Clara", "David", "Emma", "Finn", "Greta", "Hugo", "Ines", "Jonas",
               "Klara", "Luca", "Maria", "Noah", "Olga", "Paul"]  # fmt: skip
LAST_NAMES = ["Adler", "Becker", "Costa", "Dubois", "Ericsson", "Fischer", "Garcia", "Hansen",
              "Ivanova", "Jansen", "Keller", "Lopez", "Meyer", "Novak", "Olsen", "Peeters",
              "Quinn", "Rossi", "Schmidt", "Tanaka"]  # fmt: skip
LINES = 5
SECONDS_BETWEEN_ORDERS = 63  # a million in two years
ORDER = "1000 + n"  # the key
INCREMENT_ID = "'1' || lpad(n::text, 8, '0')"
SAP_NUMBER = "lpad((5000000 + n)::text, 10, '0')"
TOTAL = "20 + (n::bigint * 7919) % 100000 / 100.0"
ARTICLE = "((n * 31 + m * 17) % 20000)"
PARCEL = "'00340434' || lpad((n * 2 + m)::text, 12, '0')"


@dataclass(frozen=True, slots=True)
class Zones:
    """The number of the last order of each stage; the newest come last."""

    orders: int

    def until(self, thousandths: int) -> int:
        return self.orders * thousandths // 1000

    @property
    def is_canceled(self) -> str:
        return f"(n % 100 = 0 AND n <= {self.until(980)})"

    @property
    def stage(self) -> str:
        return (
            f"CASE WHEN {self.is_canceled} THEN 'canceled' WHEN n <= {self.until(980)} THEN "
            f"'complete' WHEN n <= {self.until(985)} THEN 'shipped' WHEN n <= {self.until(990)} "
            f"THEN 'dispatched' WHEN n <= {self.until(995)} THEN 'picking' "
            f"WHEN n <= {self.until(999)} THEN 'in_sap' ELSE 'to_sync' END"
        )

    @property
    def in_sap(self) -> str:
        return f"(NOT {self.is_canceled} AND n <= {self.until(999)})"

    @property
    def delivered(self) -> str:
        return f"(NOT {self.is_canceled} AND n <= {self.until(995)})"

    @property
    def shipped(self) -> str:
        return f"(NOT {self.is_canceled} AND n <= {self.until(985)})"

    @property
    def billed(self) -> str:
        return f"(NOT {self.is_canceled} AND n <= {self.until(980)})"

    @property
    def stopped(self) -> str:
        return f"(n > {self.orders - max(1, self.until(1) // 2)})"

    @property
    def followed(self) -> str:
        """Complete, and still asked about now and then."""
        return f"(n > {self.until(900)})"


def names(column: list[str], step: int) -> str:
    listed = ", ".join(f"'{name}'" for name in column)
    return f"(ARRAY[{listed}])[1 + (n / {step}) % {len(column)}]"


def placed(zones: Zones, days: int = 0) -> str:
    seconds = f"({zones.orders} - n) * {SECONDS_BETWEEN_ORDERS}"
    return f"(now() - make_interval(secs => {seconds}) + interval '{days} hours')"


def build(orders: int, tell: Callable[[str], None]) -> None:
    call_command("migrate", verbosity=0)
    if SalesOrder.objects.exists():
        raise SystemExit("DATABASE_URL names a database that holds orders already: make a new one.")
    call_command("seed_demo", verbosity=0)
    sync_roles()
    rows = Rows(Zones(orders))
    with without_indexes():
        for fill in (rows.orders, rows.lines, rows.deliveries, rows.shipments, rows.billing,
                     rows.invoices, rows.ledger, rows.stopped):  # fmt: skip
            began = time.monotonic()
            fill()
            tell(f"{fill.__name__}: {time.monotonic() - began:.0f} s")
    set_sequences()
    analyze()


class Rows:
    """All that is stored about the orders, each table from the row of one documented order."""

    def __init__(self, zones: Zones) -> None:
        self.zones = zones
        self.order = a.an_order_in_sap(payload=_recorded())
        self.line = a.an_order_line(self.order)
        self.delivery = a.a_dispatched_delivery(self.order, track_number="TEMPLATE")
        self.shipment = a.a_shipment(self.order, self.delivery)
        self.document = a.a_billing_document(self.order)
        self.invoice = a.an_invoice(self.order, self.document)

    def orders(self) -> None:
        zones, when = self.zones, placed(self.zones)
        first, family = names(FIRST_NAMES, 1), names(LAST_NAMES, len(FIRST_NAMES))
        number = f"CASE WHEN {zones.in_sap} THEN {SAP_NUMBER} ELSE '' END"
        asked = f"CASE WHEN {zones.followed} AND {zones.in_sap} THEN now() END"
        self._fill(self.order, "true", {
            "id": ORDER, "entity_id": ORDER, "increment_id": INCREMENT_ID,
            "customer_reference": INCREMENT_ID, "store_id": "1 + n % 3",
            "placed_at": when, "remote_updated_at": when, "pulled_at": when, "first_read_at": when,
            "grand_total": TOTAL,
            "customer_email": f"lower({first} || '.' || {family}) || n || '@example.com'",
            "customer_name": f"{first} || ' ' || {family}", "stage": zones.stage,
            "state": f"CASE WHEN {zones.is_canceled} THEN 'canceled' WHEN {zones.billed} "
                     "THEN 'complete' ELSE 'processing' END",
            "sap_sales_order_number": number, "ext_order_id": number,
            "verification": f"CASE WHEN {zones.in_sap} THEN 'verified' ELSE '' END",
            "sap_read_at": f"CASE WHEN {zones.in_sap} THEN {when} END",
            "confirmed_at": f"CASE WHEN {zones.in_sap} THEN {when} END",
            "completed_at": f"CASE WHEN {zones.billed} THEN {placed(zones, 30)} END",
            "deliveries_due_at": asked, "billing_due_at": asked,
        })  # fmt: skip

    def lines(self) -> None:
        self._fill(self.line, "true", {
            "id": self._nth, "sales_order_id": ORDER, "item_id": f"1000 + n * {LINES} + m",
            "position": "m", "sap_item_number": "m * 10",
            "sku": f"'24-' || lpad({ARTICLE}::text, 5, '0')", "name": f"'Article ' || {ARTICLE}",
        }, LINES)  # fmt: skip

    def deliveries(self) -> None:
        """Every fifth order leaves in two."""
        zones, when, last = self.zones, placed(self.zones, 20), self.zones.orders
        where = f"{zones.delivered} AND (m = 1 OR n % 5 = 0)"
        has_left = f"n <= {zones.until(990)}"
        status = f"CASE WHEN {has_left} THEN 'C' ELSE 'A' END"
        self._fill(self.delivery, where, {
            "id": self._nth,
            "delivery_number": f"lpad((81000000 + n + (m - 1) * {last})::text, 10, '0')",
            "created_date": f"{when}::date", "changed_at": when, "read_at": when,
            "picking_status": status, "goods_movement_status": status,
            "picked_at": f"CASE WHEN {has_left} THEN {when} END",
            "goods_issue_date": f"CASE WHEN {has_left} THEN {when}::date END",
            "billing_status": f"CASE WHEN {zones.billed} THEN 'C' ELSE 'A' END",
            "news_at": f"CASE WHEN {has_left} AND NOT {zones.shipped} THEN {when} END",
        }, 2)  # fmt: skip
        self._fill(self.delivery.lines.get(), f"{zones.delivered} AND (m <= 2 OR n % 5 = 0)", {
            "id": self._nth, "delivery_id": f"1000 + n + ((m - 1) / 2) * {last}",
            "sales_order_id": ORDER, "sap_sales_order_number": SAP_NUMBER,
            "item_number": "10 + 10 * ((m - 1) % 2)", "sap_item_number": "m * 10",
            "material": f"'MAT-' || {ARTICLE}",
        }, 4)  # fmt: skip
        self._fill(self.delivery.tracks.get(), f"{where} AND {has_left}", {
            "id": self._nth, "delivery_id": self._nth, "track_number": PARCEL,
        }, 2)  # fmt: skip

    def shipments(self) -> None:
        where = f"{self.zones.shipped} AND (m = 1 OR n % 5 = 0)"
        when = placed(self.zones, 22)
        self._fill(self.shipment, where, {
            "id": self._nth, "entity_id": self._nth, "sales_order_id": ORDER,
            "delivery_id": self._nth, "remote_created_at": when, "read_at": when,
            "increment_id": f"'3' || lpad((n + (m - 1) * {self.zones.orders})::text, 8, '0')",
        }, 2)  # fmt: skip
        self._fill(self.shipment.tracks.get(), where, {
            "id": self._nth, "entity_id": self._nth, "shipment_id": self._nth,
            "track_number": PARCEL,
        }, 2)  # fmt: skip

    def billing(self) -> None:
        when = placed(self.zones, 25)
        self._fill(self.document, self.zones.billed, {
            "id": ORDER, "billing_document_number": "lpad((91000000 + n)::text, 10, '0')",
            "billing_date": f"{when}::date", "remote_created_at": when, "changed_at": when,
            "read_at": when, "gross_value": TOTAL, "news_at": "NULL",
        })  # fmt: skip
        self._fill(self.document.lines.get(), self.zones.billed, {
            "id": self._nth, "billing_document_id": ORDER,
            "sales_order_id": ORDER, "sap_sales_order_number": SAP_NUMBER,
            "item_number": "m * 10", "sap_item_number": "m * 10",
            "material": f"'MAT-' || {ARTICLE}",
        }, 3)  # fmt: skip

    def invoices(self) -> None:
        """One in 200 was not mailed."""
        when = placed(self.zones, 25)
        self._fill(self.invoice, self.zones.billed, {
            "id": ORDER, "entity_id": ORDER, "sales_order_id": ORDER, "billing_document_id": ORDER,
            "increment_id": "'2' || lpad(n::text, 8, '0')", "remote_created_at": when,
            "read_at": when, "is_customer_told": "n % 200 <> 1",
        })  # fmt: skip

    def ledger(self) -> None:
        zones, when = self.zones, placed(self.zones, 26)
        task = a.a_done_task(Step.PUSH_ORDER, self.order)
        attempt = a.an_attempt(task)
        call = a.a_remote_call(attempt, request=_sap_call(), answer=_sap_call())
        document = {Step.PUSH_SHIPMENT: "delivery_id", Step.PUSH_INVOICE: "billing_document_id"}
        for at, (step, where) in enumerate(
            {Step.PUSH_ORDER: zones.in_sap, Step.PUSH_SHIPMENT: zones.shipped,
             Step.PUSH_INVOICE: zones.billed}.items()
        ):  # fmt: skip
            pk = f"1000 + n + {at * zones.orders}"
            about = {document[step]: ORDER} if step in document else {}
            self._fill(task, where, about | {
                "id": pk, "step": f"'{step}'", "reference": f"'order:' || {ORDER}",
                "lock": f"'order:' || {ORDER}", "sales_order_id": ORDER, "asked_at": when,
                "not_before": when, "started_at": when, "finished_at": when,
            })  # fmt: skip
            self._fill(attempt, where, {
                "id": pk, "task_id": pk, "started_at": when, "finished_at": when,
            })  # fmt: skip
            self._fill(call, where, {
                "id": f"{pk} + (m - 1) * {3 * zones.orders}", "attempt_id": pk, "started_at": when,
            }, 2 if at == 0 else 1)  # fmt: skip

    def stopped(self) -> None:
        """Tasks of the newest orders, for twenty causes."""
        task = a.a_stopped_task(Step.PUSH_ORDER, None, shop=self.order.shop)
        self._fill(task, self.zones.stopped, {
            "id": f"1000 + n + {3 * self.zones.orders}", "reference": f"'order:' || {ORDER}",
            "lock": f"'order:' || {ORDER}", "sales_order_id": ORDER,
            "cause_key": "'mapping:material:' || n % 20",
        })  # fmt: skip

    @property
    def _nth(self) -> str:
        """The number of the m-th row of an order."""
        return f"1000 + n + (m - 1) * {self.zones.orders}"

    def _fill(self, template: Model, where: str, columns: dict[str, str], times: int = 1) -> None:
        multiply(template, Numbers(self.zones.orders, where, times), columns)


def _recorded() -> dict[str, object]:
    """An order as a real shop sent it."""
    found = json.loads(RECORDED.read_text("utf-8"))
    order: dict[str, object] = found["items"][0]
    return order


def _sap_call() -> dict[str, object]:
    row = {"MATERIAL": "MAT-1", "REQ_QTY": "2.000", "COND_TYPE": "PR00", "COND_VALUE": "50.00"}
    return {"ORDER_ITEMS_IN": [row | {"ITM_NUMBER": str(n)} for n in range(10, 60, 10)]}
