"""Every page, filter, sort, search and live poll finds its rows by index, whatever the size.

Each address is asked for on a small data set and each query it makes is explained: on SQLite no
large table or whole index may be read; on PostgreSQL no table, once that is made expensive.
A filter, sort or page that is new is here by itself (``tests.addresses``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from sync.models import SalesOrder, Step
from sync.roles import ADMINISTRATORS
from tests.addresses import addresses, newest_sample
from tests.builders import (
    a_billing_document,
    a_carrier,
    a_dispatched_delivery,
    a_done_task,
    a_shipment,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SignIn = Callable[..., Client]

# They grow with every order; all others hold what people entered, or one row of each kind.
LARGE = (
    "sync_salesorder|sync_salesorderline|sync_outbounddelivery|sync_outbounddeliveryline|"
    "sync_deliverytrack|sync_billingdocument|sync_billingdocumentline|sync_shipment|"
    "sync_shipmentline|sync_shipmenttrack|sync_invoice|sync_invoiceline|sync_invoicemail|"
    "sync_synctask|sync_syncattempt|sync_remotecall|sync_decision|sync_dryrun|"
    "sync_shipment_further_deliveries|sync_invoice_further_documents|sync_sapsalesorderline"
)
PARTIAL_INDEXES = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%) WHERE %'"
LIMITED = re.compile(r"LIMIT \d+\)?(?: OFFSET \d+)?(?: subquery)?$")
# With a limit these end soon: nearly every document is in the shop, nearly every task is closed.
# SQLite reads names from an index, until it has found enough (stack.md section 9).
DENSE = re.compile(
    r'WHERE \(?"sync_\w+"\."(is_in_shop" |customer_name" LIKE |finished_at" IS NOT NULL)'
)


@pytest.fixture
def chain(db: None) -> None:
    a_carrier()
    for number in range(3):
        order = an_order_in_sap(
            f"000000{4700 + number}",
            increment_id=f"10000000{number}",
            stage=SalesOrder.Stage.COMPLETE,
            customer_email=f"jane{number}@example.com",
            customer_name="Jane Doe",
        )
        an_order_line(order)
        delivery = a_dispatched_delivery(order, track_number=f"0034{number}")
        a_shipment(order, delivery, increment_id=f"30000000{number}")
        document = a_billing_document(order)
        an_invoice(order, document, increment_id=f"20000000{number}")
        a_done_task(Step.PUSH_ORDER, order)
        a_stopped_task(Step.PUSH_SHIPMENT, order)


def asked(client: Client, url: str) -> list[tuple[str, Any]]:
    """The reading queries of a page, with their values."""
    found: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT"):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(url)
        assert answer.status_code in {200, 204, 302, 404, 405}, url
        if answer.streaming:
            assert b"".join(answer.streaming_content)  # type: ignore[attr-defined] # a file
    return found


def scans(sql: str, params: Any) -> Iterator[str]:
    """Large tables that the query reads row by row."""
    explain = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (FORMAT JSON)"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}", params)
        rows = cursor.fetchall()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(PARTIAL_INDEXES)
            partial = {name for (name,) in cursor.fetchall()}
        for *_ids, words in rows:
            found = re.match(r"SCAN (\S+)(?: USING (?:COVERING )?INDEX (\S+))?", words)
            if found and found[2] not in partial:
                yield table_of(found[1], sql)
        return
    plan = rows[0][0]
    nodes = [(json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan":  # the few rows here may all be read by an index
            yield node["Relation Name"]


def table_of(name: str, sql: str) -> str:
    """SQLite names the alias."""
    alias = re.search(rf'"(\w+)" {re.escape(name)}\b', sql)
    return alias[1] if alias else name


def ends_soon(sql: str) -> bool:
    """The first rows of a table, or of a condition nearly all rows fulfil."""
    return bool(LIMITED.search(sql)) and (" WHERE " not in sql or bool(DENSE.search(sql)))


def read_row_by_row(sql: str, params: Any) -> list[str]:
    return [table for table in scans(sql, params) if re.fullmatch(LARGE, table)]


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("/deliveries/?untracked=on", "delivery_untracked"),
        ("/deliveries/?cancelled=left", "delivery_unwanted"),
        ("/invoices/?in_shop=missing", "billing_missing"),
        ("/invoices/?in_shop=not_mailed", "billing_unmailed"),
        ("/completeness/", "task_about_a_shop"),
    ],
)
def test_sqlite_reads_a_small_part_by_its_own_index(
    chain: None, signed_in: SignIn, url: str, index: str
) -> None:
    """It has no statistics, and finds no condition in a value it is given: it would read all goods
    that have left, or all invoices, by an index on their state."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL knows how many rows there are of each")
    plans = []
    for sql, params in asked(signed_in(ADMINISTRATORS), url):
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            plans += [row[-1] for row in cursor.fetchall()]

    assert any(f"INDEX {index} " in plan for plan in plans), plans


def test_every_page_filter_sort_search_and_poll_reads_by_index(
    chain: None, signed_in: SignIn
) -> None:
    client = signed_in(ADMINISTRATORS)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

    explained: dict[str, list[str]] = {}
    slow = {}
    for name, url in addresses(newest_sample(), pairs=True).items():
        for sql, params in asked(client, url):
            shape = re.sub(r"%s(, %s)*", "…", sql)
            if shape not in explained:
                explained[shape] = read_row_by_row(sql, params)
            if explained[shape] and not ends_soon(sql):
                slow[f"{explained[shape]}: {shape}"] = name

    assert slow == {}
