"""No page shows a code of shop or SAP without its name, to whatever role.

The technical log is left out: it is for those who read function modules. A code that has no name
stands in “quotation marks”, and one that people use by itself in (brackets) behind its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client

from sync.causes.sap import SapCause
from sync.errors import MappingMissing, RemoteRejected
from sync.mapping_tables import MappingTable
from sync.models import DryRun, SalesOrder, Step
from sync.names.methods import PAYMENT_METHODS, SHIPPING_METHODS
from sync.names.sap import BILLING_TYPES, PARCEL_SOURCES, UNITS
from sync.names.shop import ORDER_STATES
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.addresses import Sample, addresses
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_done_task,
    a_remote_call,
    a_sales_order,
    a_shipment,
    a_stopped_task,
    an_attempt,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

SignIn = Callable[..., Client]
LOG = {"attempt", "call", "stored"}  # classes of what is for the technical reader
VOID = {"input", "link", "meta", "br", "img", "use"}
SPOKEN = ("title", "aria-label", "placeholder")
WORDS = {"canceled", "closed", "complete", "free", "fraud", "new", "pending", "processing",
         "received", "rejected"}  # fmt: skip
SEARCHES = {"search: first digits", "search: first digit"}
UNQUOTED = r"(?<![“(\w/-])(?:{})(?![”)\w-])"
SNAKE = r"[a-z]+(?:_[a-z0-9]+)+"
FUNCTION = r"(?:BAPI|RFC|STFC)_?[A-Z0-9_]+"
CODES = [*PAYMENT_METHODS, *SHIPPING_METHODS, *ORDER_STATES, *PARCEL_SOURCES]
RAW = re.compile(
    "|".join(
        [
            UNQUOTED.format("|".join(sorted({*CODES} - WORDS, key=len, reverse=True))),
            UNQUOTED.format(SNAKE),
            UNQUOTED.format(FUNCTION),
            UNQUOTED.format("|".join(code for code in BILLING_TYPES if code != "RE")),
            rf"\d (?:{'|'.join(unit for unit in UNITS if unit.isupper())})\b",
            r"[Dd]ocument flow",
            r"\bmagento\b",
            r"\b\d+\.\d{3,4}\b(?! s)",
        ]
    )
)


class Text(HTMLParser):
    """What a reader sees or hears of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._left_out: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in {"script", "style", "pre"} or bool(
            LOG & set((given.get("class") or "").split())
        )
        if not any(self._left_out) and not hidden:
            self.said += [value for name in SPOKEN if (value := given.get(name))]
        if tag not in VOID:
            self._left_out.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._left_out:
            self._left_out.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._left_out):
            self.said.append(data)


def raw_codes(page: str) -> set[str]:
    text = Text()
    text.feed(page)
    said = " ".join(" ".join(text.said).split())
    return {said[max(0, one.start() - 30) : one.end() + 10] for one in RAW.finditer(said)}


@pytest.fixture
def sample(db: None) -> Sample:
    """An order with a document of each kind, and others with whatever has a code."""
    order = an_order_in_sap(
        stage=SalesOrder.Stage.COMPLETE,
        payment_title="Check / Money order",
        differences=[{"field": "item 10 price (PR00)", "shop": "50.00", "sap": "49.00"}],
    )
    an_order_line(order)
    delivery = a_dispatched_delivery(order, track_number="1Z1", carrier="0000070009")
    document = a_billing_document(order)
    shipment = a_shipment(order, delivery)
    invoice = an_invoice(order, document)
    task = a_done_task(Step.PUSH_ORDER, order)
    a_remote_call(an_attempt(task))
    for state in ORDER_STATES:
        a_sales_order(state=state, status="")
    a_sales_order(state="new", status="acme_review", payment_method="acme_pay",
                  shipping_method="acme_next_day")  # fmt: skip
    for code in PAYMENT_METHODS:
        a_sales_order(payment_method=code)
    for code in BILLING_TYPES:
        a_billing_document(order, billing_type=code)
    a_billing_document(billing_type="ZF2", category="5")
    a_delivery(order, goods_movement_status="X", picking_status="Z")
    _stop(order)
    return Sample(order, delivery, document, shipment, invoice, task)


def _stop(order: SalesOrder) -> None:
    missing = MappingMissing("The payment method has no entry.", MappingTable.PAYMENT, "checkmo")
    a_stopped_task(Step.PUSH_ORDER, a_sales_order(), error=missing)
    refused = RemoteRejected("SAP refused to create the order.", cause=SapCause.REFUSED)
    a_stopped_task(Step.PUSH_ORDER, order, error=refused)
    a_stopped_task(Step.PULL_DELIVERIES, error=refused, reference="sap")
    entry = {"mapping": missing.entry.description, "name": missing.entry.named_key}
    DryRun.objects.create(
        sales_order=order, verdict=DryRun.Verdict.INCOMPLETE, missing=[entry | {"key": "checkmo"}]
    )


def pages_of(client: Client, sample: Sample) -> Iterator[tuple[str, str]]:
    for name, url in addresses(sample).items():
        if not name.startswith("page: ") and name not in SEARCHES:
            continue
        answer = client.get(url)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            yield name, answer.content.decode()
        answer.close()


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE, ADMINISTRATORS, ""])
def test_no_page_shows_a_code_without_its_name(
    role: str, signed_in: SignIn, sample: Sample
) -> None:
    client = signed_in(role) if role else signed_in()

    shown = {name: found for name, page in pages_of(client, sample) if (found := raw_codes(page))}

    assert shown == {}


@pytest.mark.parametrize(
    "words",
    ["Payment checkmo", "handling_unit_2", "Type F2", "2 ST", "Document flow", "state holded",
     "BAPI_SALESORDER_GETLIST refused", "asked of magento", "2.000 pcs", "acme_pay"],
)  # fmt: skip
def test_a_raw_code_would_be_noticed(words: str) -> None:
    assert raw_codes(f"<p>{words}</p>")


@pytest.mark.parametrize(
    "words", ["Invoice (F2)", "2 pcs", "“acme_pay”", "Money order (checkmo)", "1,234.50 EUR"]
)
def test_a_named_code_is_none(words: str) -> None:
    assert not raw_codes(f"<p>{words}</p><pre>ORDER_HEADER_IN holded</pre>")
