"""What the lists' columns draw: nothing a document holds becomes HTML, and no template is used."""

from __future__ import annotations

from typing import Any

import pytest
from django.test.signals import template_rendered

from sync.models import BillingDocument, OutboundDelivery, SalesOrder
from sync.tables.billing_documents import BillingDocumentTable
from sync.tables.deliveries import DeliveryTable
from sync.tables.documents import DocumentTable
from sync.tables.sales_orders import SalesOrderTable
from tests.builders import (
    a_billing_document,
    a_dispatched_delivery,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
HOSTILE = "<script>&'\""


def cells_of(table: DocumentTable) -> str:
    return "".join(table.draw_row(row.record) for row in table.rows)


def test_nothing_a_document_holds_becomes_html() -> None:
    order = an_order_in_sap(
        customer_name=HOSTILE,
        customer_email=HOSTILE,
        store_name=HOSTILE,
        status=HOSTILE,
        payment_method=HOSTILE,
        increment_id=HOSTILE,
    )
    delivery = a_dispatched_delivery(order, track_number=HOSTILE, carrier=HOSTILE)
    document = a_billing_document(order, cancels=HOSTILE[:10])
    an_invoice(order, document, increment_id=HOSTILE)
    tables: list[DocumentTable] = [
        SalesOrderTable([order], may_sync=True),
        DeliveryTable([delivery], may_sync=True),
        BillingDocumentTable([document], may_sync=True, may_resend=True),
    ]

    drawn = "".join(cells_of(table) for table in tables)

    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


@pytest.mark.parametrize(
    ("table", "documents"),
    [
        (SalesOrderTable, SalesOrder.objects),
        (DeliveryTable, OutboundDelivery.objects),
        (BillingDocumentTable, BillingDocument.objects),
    ],
)
def test_a_row_takes_no_template(table: type[DocumentTable], documents: Any) -> None:
    order = an_order_in_sap()
    a_dispatched_delivery(order, track_number="1Z")
    an_invoice(order, a_billing_document(order))
    rendered: list[str] = []

    def note(sender: Any, **_: Any) -> None:
        rendered.append(sender.name)

    template_rendered.connect(note)
    cells_of(table(list(documents.all()), may_sync=True, may_resend=True))

    assert rendered == []
