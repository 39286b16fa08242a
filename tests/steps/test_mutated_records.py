"""Ten thousand spoilt records through steps and ledger: each is one readable task of its own.

Seeded. A record is spoilt on the wire (a value missing, null, of another type, huge, unknown,
half a character, negative, in the far future; a row twice, or of a foreign document); the rest of
the batch is carried on; a good version later closes the task by itself.

``MUTATED_RECORDS`` says how many records are spoilt in all; 1,200 by default (half a minute),
10,000 with ``MUTATED_RECORDS=10000``.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from sync.jobs import work
from sync.models import (
    BillingDocument,
    OutboundDelivery,
    PullWatermark,
    SalesOrder,
    SyncAttempt,
    SyncTask,
)
from tests.steps.spoilt import (
    STRANGE_ROWS,
    SpoiltLine,
    spoilt_row,
    spoilt_text,
    wired,
    with_body,
)
from tests.world import World

RECORDS = int(os.environ.get("MUTATED_RECORDS", "1200"))
FOREIGN = "0077777777"
SEEDS = range(4)
ORDER_MEMBERS = [
    "entity_id", "increment_id", "state", "status", "created_at", "updated_at", "store_id",
    "grand_total", "subtotal", "tax_amount", "order_currency_code", "customer_email",
    "customer_id", "billing_address", "payment", "items", "items", "items",
    "extension_attributes", "ext_order_id", "total_paid", "discount_amount",
]  # fmt: skip
State = SyncTask.State


def share(part: float) -> int:
    """How many records one seed of a test spoils."""
    return max(1, round(RECORDS * part / len(SEEDS)))


@contextmanager
def undone() -> Iterator[None]:
    """What the portal stores inside is forgotten."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def must_be_readable() -> None:
    """No attempt ended in a fault of the portal; what stopped says so in clear words."""
    errored = SyncAttempt.objects.filter(outcome=SyncAttempt.Outcome.ERRORED)
    assert [(one.task.step, one.message) for one in errored] == []
    for task in SyncTask.objects.exclude(error_class=""):
        message = task.error_message
        assert task.error_class != "PortalFault", message
        assert task.error_class.isidentifier()
        assert 20 < len(message) < 1000, message[:200]
        assert message.encode("utf-8")
        assert not {"@", "\x00", "x" * 60, "9" * 60, "secret"} & _parts(message), message[:200]


def _parts(message: str) -> set[str]:
    return {part for part in ("@", "\x00", "x" * 60, "9" * 60, "secret") if part in message}


def stopped() -> list[SyncTask]:
    """The tasks that wait for a person."""
    return list(SyncTask.objects.filter(state=State.NEEDS_ATTENTION))


# ---- web orders --------------------------------------------------------------------------------
def spoil_orders(
    chance: random.Random, line: SpoiltLine, wanted: set[int], known: set[int]
) -> None:
    """From now on these orders come spoilt from every search and read of orders."""

    def spoil(name: str, answer: Any) -> Any:
        if not name.startswith("GET") or "/orders" not in name or answer.status_code != 200:
            return answer
        found = json.loads(answer.data)
        rows = found["items"] if "items" in found and "total_count" in found else None
        if rows is None:
            return with_body(answer, told(found))
        text = ",".join(told(row) for row in rows)
        return with_body(answer, f'{{"items":[{text}],"total_count":{len(rows)}}}')

    def told(row: Any) -> str:
        if row.get("entity_id") not in wanted:
            return json.dumps(row)
        while True:
            text = spoilt_text(chance, row, ORDER_MEMBERS)
            if _entity_id(text) not in known - {row["entity_id"]}:
                return text

    line.spoil = spoil


def _entity_id(text: str) -> int | None:
    """The key a spoilt order claims; it must not be that of a good one."""
    try:
        claimed = json.loads(text, parse_int=str, parse_float=str).get("entity_id")
        return int(Decimal(str(claimed)))
    except (ArithmeticError, ValueError):
        return None


def mirrored(orders: set[int]) -> dict[int, tuple[object, ...]]:
    """What the portal shows of these orders."""
    found = SalesOrder.objects.filter(entity_id__in=orders).prefetch_related("lines")
    return {
        order.entity_id: (
            order.increment_id, order.state, order.grand_total, order.currency,
            order.customer_email, order.remote_updated_at,
            tuple((line.item_id, line.sku, line.qty_ordered) for line in order.lines.all()),
        )
        for order in found
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_spoilt_web_orders_spoil_no_other_of_the_batch(world: World, seed: int) -> None:
    chance, line = random.Random(seed), wired(world)
    placed = {
        world.place_only(chance.choice(("simple", "coupon", "bundle-dynamic"))) for _ in range(12)
    }
    with undone():
        world.run(work.pull_orders(world.shop))
        truth = mirrored(placed)
    assert len(truth) == 12

    spoilt = 0
    while spoilt < share(0.66):
        bad = set(chance.sample(sorted(placed), chance.choice((1, 6, 10))))
        with undone():
            if chance.random() < 0.3:
                world.run(work.pull_orders(world.shop))  # known already, and changed since
            spoil_orders(chance, line, bad, placed)
            pull = world.run(work.pull_orders(world.shop))
            assert pull.state == State.DONE, pull.error_message
            must_be_readable()
            assert mirrored(placed - bad) == {key: truth[key] for key in placed - bad}
            assert lost(bad, placed) == set()
            watermark = PullWatermark.objects.get()
            assert watermark.updated_at is not None
            assert watermark.updated_at <= timezone.now() + world.remotes.policy.pull_overlap
            line.spoil = None

            world.run(work.pull_orders(world.shop))

            assert mirrored(placed) == truth
            left = [task.reference for task in stopped()]
            assert not [one for one in left if one.rpartition(":")[2] in map(str, placed)]
        spoilt += len(bad)


def lost(bad: set[int], placed: set[int]) -> set[int]:
    """The spoilt orders that are neither shown, nor have a task, be it by number or as unknown."""
    references = {task.reference for task in stopped()}
    keyless = {one for one in references if ":number:" in one or one.endswith(":unknown")}
    keys = {int(one.rpartition(":")[2]) for one in references - keyless}
    strangers = SalesOrder.objects.exclude(entity_id__in=placed).exists() or keys - placed
    missing = bad - set(mirrored(bad)) - keys
    return set() if keyless or strangers else missing


@pytest.mark.parametrize("seed", SEEDS)
def test_a_web_order_spoilt_when_read_again_reaches_sap_right_or_not_at_all(
    world: World, seed: int
) -> None:
    chance, line = random.Random(seed), wired(world)
    spoilt = 0
    while spoilt < share(0.05):
        line.spoil = None
        order = world.place(chance.choice(("simple", "coupon")))
        for _ in range(2):
            spoil_orders(chance, line, {order.entity_id}, {order.entity_id})
            task = world.run(work.push_order(order))
            spoilt += 1
            must_be_readable()
            if task.state != State.DONE:
                line.spoil = None
                SyncTask.objects.filter(pk=task.pk).update(state=State.CANCELLED)
        line.spoil = None
        SalesOrder.objects.filter(pk=order.pk).update(not_taken_reason="", stage="to_sync")
        world.run(work.pull_orders(world.shop))
        order.refresh_from_db()
        world.run(work.push_order(order))

        held = world.sap_books(order)
        order.refresh_from_db()
        last = SyncTask.objects.filter(step="push_order", sales_order=order).first()
        assert len(held) == 1, last and (last.state, last.outcome, last.error_message)
        assert Decimal(held[0]["gross_value"]) == order.grand_total


# ---- what the shop says of shipments and invoices ----------------------------------------------
PAPER_MEMBERS = [
    "entity_id", "increment_id", "order_id", "created_at", "updated_at", "email_sent", "items",
    "items", "items", "tracks", "comments", "grand_total", "tax_amount", "state",
    "order_currency_code",
]  # fmt: skip


def spoil_papers(chance: random.Random, line: SpoiltLine) -> list[str]:
    """From now on one shipment or invoice of each list comes spoilt; the bodies sent."""
    sent: list[str] = []

    def spoil(name: str, answer: Any) -> Any:
        if not name.startswith(("GET /rest/V1/shipments", "GET /rest/V1/invoices")):
            return answer
        found = json.loads(answer.data)
        if not found.get("items"):
            return answer
        rows = [json.dumps(row) for row in found["items"]]
        at = chance.randrange(len(rows))
        rows[at] = spoilt_text(chance, found["items"][at], PAPER_MEMBERS)
        sent.append(rows[at])
        return with_body(answer, f'{{"items":[{",".join(rows)}],"total_count":{len(rows)}}}')

    line.spoil = spoil
    return sent


@pytest.mark.parametrize("seed", SEEDS)
def test_spoilt_shipments_and_invoices_are_never_made_twice_nor_wrong(
    world: World, seed: int
) -> None:
    chance, line = random.Random(seed), wired(world)
    spoilt = 0
    while spoilt < share(0.06):
        line.spoil = None
        order = world.into_sap(chance.choice(("simple", "coupon")))
        (number,) = world.dispatch(order)
        document = world.bill(number)
        world.run(work.pull_deliveries(order))
        world.run(work.pull_billing(order))
        for wanted in (world.shipment_of(order, number), world.invoice_of(order, document)):
            sent = spoil_papers(chance, line)
            task = world.run(wanted)
            must_be_readable()
            if task.state == State.WAITING:
                task = world.run_task(task)
                must_be_readable()
            line.spoil = None
            if task.state == State.NEEDS_ATTENTION:
                task = world.retry(task)
            task = world.run_until_done(task)
            must_be_readable()
            assert task.state == State.DONE, (task.error_message, sent)
            spoilt += len(sent)

        books = world.shop_books(order)
        (shipment,), (invoice,) = books["shipments"], books["invoices"]
        ordered = {one["item_id"]: one["qty_ordered"] for one in books["order"]["items"]}
        assert {one["order_item_id"]: one["qty"] for one in shipment["items"]} == ordered
        assert Decimal(str(invoice["grand_total"])) == order.grand_total
        assert len(world.mails(order, "invoice")) == len(world.mails(order, "shipment")) == 1


# ---- SAP's documents ---------------------------------------------------------------------------
Table = tuple[str, str, str]  # function module, table, the field that names the document
DELIVERY_TABLES: list[Table] = [
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_HEADER", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_HEADER_STS", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_ITEM_STS", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DELIVERY_PARTNER", "VBELN"),
    ("BAPI_DELIVERY_GETLIST", "ET_DOCUMENT_FLOW", "VBELV"),
    ("BAPI_DELIVERY_GETLIST", "ET_HU_HEADER", ""),
]
ORDER_TABLES: list[Table] = [
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_HEADERS_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_ITEMS_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_SCHEDULES_OUT", "DOC_NUMBER"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_STATUSHEADERS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_CONDITIONS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_BUSINESS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_PARTNERS_OUT", "SD_DOC"),
    ("BAPISDORDER_GETDETAILEDLIST", "ORDER_FLOWS_OUT", "SD_DOC"),
]
BILLING_TABLES: list[Table] = [
    ("BAPI_BILLINGDOC_GETLIST", "SUCCESS", "BILL_DOC"),
    ("BAPI_BILLINGDOC_GETLIST", "BILLINGDOCUMENTDETAIL", "BILLINGDOC"),
    ("RFC_READ_TABLE", "DATA", ""),
    ("RFC_READ_TABLE", "DATA", ""),
]
# The fields the portal reads, and so can be misled by.
READ_FIELDS = {
    "ET_DELIVERY_HEADER": ["VBELN", "ERDAT", "VSTEL", "KUNNR", "KOSTK", "WBSTK", "FKSTK", "KODAT",
                           "KOUHR", "WADAT_IST", "SPE_WAUHR_IST", "SPE_WAZONE_IST", "BOLNR",
                           "LIFEX", "TRAID", "VSART", "ROUTE", "KUNAG"],
    "ET_DELIVERY_HEADER_STS": ["VBELN", "KOSTK", "WBSTK", "FKSTK"],
    "ET_DELIVERY_ITEM": ["VBELN", "POSNR", "MATNR", "MATNR_LONG", "LFIMG", "VRKME", "VGBEL",
                         "VGPOS", "UECHA", "UEPOS"],
    "ET_DELIVERY_ITEM_STS": ["VBELN", "POSNR", "KOSTA"],
    "ET_DELIVERY_PARTNER": ["VBELN", "PARVW", "KUNNR", "LIFNR"],
    "ET_DOCUMENT_FLOW": ["VBELV", "VBTYP_N", "ERDAT", "ERZET"],
    "ET_HU_HEADER": ["EXIDV", "EXIDV2", "VBELN", "VPOBJKEY"],
    "ORDER_HEADERS_OUT": ["DOC_NUMBER", "DOC_TYPE", "SALES_ORG", "CURRENCY", "NET_VAL_HD",
                          "REC_DATE", "PURCH_NO", "SOLD_TO"],
    "ORDER_ITEMS_OUT": ["DOC_NUMBER", "ITM_NUMBER", "MATERIAL", "MATERIAL_LONG", "REQ_QTY",
                        "SALES_UNIT", "NET_VALUE", "PO_ITM_NO", "REA_FOR_RE", "HG_LV_ITEM"],
    "ORDER_SCHEDULES_OUT": ["DOC_NUMBER", "ITM_NUMBER", "REQ_QTY"],
    "ORDER_STATUSHEADERS_OUT": ["SD_DOC", "DLV_STAT_H", "BILLINGSTA", "PRC_STAT_H", "OVERALLREJ",
                                "TOTINCOMPL"],
    "ORDER_CONDITIONS_OUT": ["SD_DOC", "ITM_NUMBER", "COND_TYPE", "COND_VALUE", "CURRENCY",
                             "COND_P_UNT", "CONDVALUE", "CALCTYPCON", "CONDCLASS", "CONDISACTI"],
    "ORDER_BUSINESS_OUT": ["SD_DOC", "ITM_NUMBER", "PURCH_NO_C"],
    "ORDER_PARTNERS_OUT": ["SD_DOC", "ITM_NUMBER", "PARTN_ROLE", "CUSTOMER"],
    "ORDER_FLOWS_OUT": ["SD_DOC", "PRECSDDOC", "PREDITDOC", "DOCCATEGOR_LONG", "REF_QTY",
                        "CREAT_DATE", "REC_TIME"],
    "SUCCESS": ["REF_DOC", "REF_DOC_ITEM", "BILL_DOC", "BILL_DOC_ITEM", "NET_VALUE", "TAX_VALUE",
                "CURRENCY", "NET_VALUE_ITEM", "TAX_VALUE_ITEM"],
    "BILLINGDOCUMENTDETAIL": ["BILLINGDOC", "BILL_TYPE", "SD_DOC_CAT", "CURRENCY", "NET_VALUE",
                              "TAX_VALUE", "CANCELLED"],
    "DATA": ["WA"],
    "SALES_ORDERS": ["SD_DOC", "PURCH_NO_C", "PURCH_NO", "CREATION_DATE"],
}  # fmt: skip


class Hand:
    """Spoils one row of one table, wherever it comes by: always the same one, in the same way."""

    def __init__(self, chance: random.Random, tables: list[Table]) -> None:
        self.function, self.table, self.key = chance.choice(tables)
        self.chance = chance
        self.kind = chance.choices(("field", "row", "twice", "foreign"), (82, 8, 5, 5))[0]
        self.at = chance.random()
        self.told: tuple[str, Any] | None = None
        self.document = ""
        self.row: Any = None
        self.original: dict[str, Any] | None = None

    def __call__(self, name: str, answer: Any) -> Any:
        if name != self.function or not isinstance(answer, dict) or not answer.get(self.table):
            return answer
        rows = list(answer[self.table])
        if self.original is None:
            self._choose(rows[int(self.at * len(rows))])
        if self.original in rows:
            at = rows.index(self.original)
            rows[at : at + 1] = [self.original, self.row] if self.kind == "twice" else [self.row]
            if self.kind == "foreign":
                rows.insert(at, self.original)
        return {**answer, self.table: rows}

    def _choose(self, row: dict[str, Any]) -> None:
        self.original = dict(row)
        self.document = str(row.get(self.key, ""))
        if self.kind == "twice":
            self.row = dict(row)
        elif self.kind == "row":
            self.row = self.chance.choice(STRANGE_ROWS)
        elif self.kind == "foreign" and self.key:
            self.row = {**row, self.key: FOREIGN}
        else:
            self.kind = "field"
            self.row, *told = spoilt_row(self.chance, row, READ_FIELDS[self.table])
            self.told = (told[0], told[1])

    @property
    def is_plausible(self) -> bool:
        """A value that may as well be true: no reader can tell that it was changed."""
        if self.told is None:
            return False
        name, value = self.told
        text = str(value)
        could_be = text.isascii() and (text.strip() == "" or text.isalnum()) and len(text) <= 12
        return isinstance(value, str | int) and value is not True and could_be and name != "WA"


def lines_of(document: OutboundDelivery | BillingDocument, quantity: str) -> list[object]:
    """Order, item and quantity of each line."""
    rows = document.lines.values_list("sales_order", "sap_item_number", quantity)
    return sorted(rows, key=str)


def delivered(numbers: set[str]) -> dict[str, object]:
    """What the portal would ship."""
    return {
        one.delivery_number: (
            one.goods_movement_status,
            lines_of(one, "delivered_quantity"),
        )
        for one in OutboundDelivery.objects.filter(delivery_number__in=numbers)
    }


def billed(numbers: set[str]) -> dict[str, object]:
    """What the portal would invoice."""
    return {
        one.billing_document_number: (
            one.is_invoice,
            lines_of(one, "billed_quantity"),
        )
        for one in BillingDocument.objects.filter(billing_document_number__in=numbers)
    }


def let_a_person_retry(world: World, document_number: str) -> None:
    """What SAP never shows again closes when a person has looked."""
    for one in stopped():
        if one.reference.endswith(document_number):
            world.retry(one)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoilt_document_of_sap_spoils_no_other_of_the_pull(world: World, seed: int) -> None:
    chance, line = random.Random(seed), wired(world)
    orders = [world.into_sap(chance.choice(("simple", "coupon"))) for _ in range(7)]
    deliveries = {world.dispatch(order, tracking=[f"1Z{order.pk}"])[0] for order in orders[:4]}
    deliveries |= set(world.deliver(orders[4], orders[5]))
    deliveries |= set(world.deliver(orders[6], quantities={10: 1}))
    documents = {world.bill(number) for number in sorted(deliveries)[:4]}
    with undone():
        world.run(work.pull_deliveries())
        world.run(work.pull_billing())
        truth, bills = delivered(deliveries), billed(documents)
    assert (len(truth), len(bills)) == (6, 4)
    world.run(work.pull_deliveries())

    for _ in range(share(0.16)):
        hand = Hand(chance, DELIVERY_TABLES + ORDER_TABLES + BILLING_TABLES)
        is_billing = hand.function not in {"BAPI_DELIVERY_GETLIST"} and chance.random() < 0.7
        is_billing |= (hand.function, hand.table) in {(f, t) for f, t, _key in BILLING_TABLES}
        pull = work.pull_billing() if is_billing else work.pull_deliveries()
        with undone():
            if not is_billing:
                OutboundDelivery.objects.all().delete()
            line.spoil = hand
            task = world.run(pull)
            must_be_readable()
            shown = billed(documents) if is_billing else delivered(deliveries)
            right = bills if is_billing else truth
            wrong = {one for one in right if shown.get(one) != right[one]}
            about = (hand.function, hand.table, hand.kind, hand.told, task.error_message)
            if wrong:
                assert len(wrong) <= 2, about
                assert hand.is_plausible or stopped(), about
            if wrong & set(shown):
                assert hand.is_plausible, about
            line.spoil = None
            if not (wrong or stopped()) and chance.random() < 0.7:
                continue  # nothing that a later pull could put right

            world.run(pull)
            if is_billing:  # an order's status stops the other pull, whichever read it
                world.run(work.pull_deliveries())

            shown = billed(documents) if is_billing else delivered(deliveries)
            assert shown == right, about
            let_a_person_retry(world, FOREIGN)
            left = [one for one in stopped() if not one.reference.endswith("unknown")]
            assert [one for one in left if one.pk != task.pk] == [], about


# ---- an order on its way into SAP --------------------------------------------------------------
PUSH_TABLES: list[Table] = [
    *ORDER_TABLES[:6],
    ("BAPI_SALESORDER_GETLIST", "SALES_ORDERS", "SD_DOC"),
]
COMPARED = {"DOC_TYPE", "SALES_ORG", "CURRENCY", "MATERIAL_LONG", "REQ_QTY", "ITM_NUMBER",
            "COND_TYPE", "CONDVALUE", "SALES_UNIT"}  # fmt: skip


class ReturnHand:
    """Spoils what SAP says of a write: a field of RETURN, or the number it gave."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.function = chance.choice(("BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"))
        self.told: Any = None

    def __call__(self, name: str, answer: Any) -> Any:
        if name != self.function or self.told is not None or not isinstance(answer, dict):
            return answer
        rows = answer.get("RETURN")
        row = rows[0] if isinstance(rows, list) and rows else rows
        if name.endswith("DAT2") and self.chance.random() < 0.4:
            answer, *self.told = spoilt_row(self.chance, answer, ["SALESDOCUMENT"])
        elif isinstance(row, dict):
            spoilt, *self.told = spoilt_row(self.chance, row, ["TYPE", "ID", "NUMBER", "MESSAGE"])
            answer = {**answer, "RETURN": [spoilt, *rows[1:]] if isinstance(rows, list) else spoilt}
        return answer


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_sap_says_an_order_is_there_once_and_never_verified_by_a_spoilt_reading(
    world: World, seed: int
) -> None:
    chance, line = random.Random(seed), wired(world)
    for _ in range(share(0.07)):
        order = world.place(chance.choice(("simple", "coupon")))
        if chance.random() < 0.3:
            world.run(work.push_order(order))  # SAP holds it, the portal has forgotten
            SalesOrder.objects.filter(pk=order.pk).update(
                sap_sales_order_number="", sap_read_at=None, verification="", stage="to_sync"
            )
        hand = ReturnHand(chance) if chance.random() < 0.3 else Hand(chance, PUSH_TABLES)
        if isinstance(hand, Hand) and hand.table == "SALES_ORDERS" and hand.kind == "foreign":
            hand.kind = "field"
        line.spoil = hand
        task = world.run(work.push_order(order))

        must_be_readable()
        order.refresh_from_db()
        about = (vars(hand), task.outcome, task.error_message)
        is_misled = isinstance(hand, Hand) and hand.is_plausible and hand.table == "SALES_ORDERS"
        if order.verification == "verified" and isinstance(hand, Hand) and hand.told:
            name, value = hand.told
            was = (hand.original or {}).get(name)
            assert name not in COMPARED or value == was or hand.table in _UNCOMPARED, about
        if order.verification == "verified" and isinstance(hand, Hand):
            assert hand.kind != "twice" or hand.table in _UNCOMPARED, about
        assert is_misled or len(world.sap_books(order)) <= 1, about
        line.spoil = None

        world.retry(task) if task.state == State.NEEDS_ATTENTION else world.run_until_done(task)

        assert is_misled or len(world.sap_books(order)) == 1, about
        order.refresh_from_db()
        assert is_misled or order.is_in_sap, about


_UNCOMPARED = {"ORDER_SCHEDULES_OUT", "ORDER_BUSINESS_OUT", "SALES_ORDERS"}
