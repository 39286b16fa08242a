"""Mirrors that hold odd but storable values: lists and pages show them, escaped."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    DeliveryTrack,
    Invoice,
    OutboundDelivery,
    OutboundDeliveryLine,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentTrack,
    SyncTask,
)
from sync.roles import ADMINISTRATORS
from tests.builders import (
    a_billing_document,
    a_dispatched_delivery,
    a_mail,
    a_shipment,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
    an_order_line,
)

SignIn = Callable[..., Client]
ROWS = 200
TEXTS = [
    "", " ", "x" * 255, "\u202e" + "gnp.eciovni", "😀" * 60, "<script>alert(1)</script>", "'\"><b>",
    "{{ 7|add:1 }}", "\u0301" * 80, "%s %(x)s {0}", "../../etc/passwd", "\t\r\n", "unicorn",
    "\ufffd",
]  # fmt: skip
NUMBERS = [Decimal(text) for text in ("-1", "-99999999999.9999", "0.0001", "99999999999.9999", "0")]
MOMENTS = [datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC) for year in (1970, 2038, 2199)]
# What decides where a row is found, or must be one of a kind.
LEFT_ALONE = {"id", "entity_id", "item_id", "item_number", "delivery_number", "stage", "position",
              "billing_document_number", "sap_sales_order_number", "sap_read_at", "step", "lock",
              "verification", "reference", "origin", "priority", "outcome",
              "pick_time_source"}  # fmt: skip


def odd(chance: random.Random, row: Model) -> None:
    """Give one to four columns of a row values that only just fit them."""
    fields = [
        field
        for field in row._meta.concrete_fields
        if not field.is_relation and field.name not in LEFT_ALONE
    ]
    changed: dict[str, Any] = {}
    for field in chance.sample(fields, min(len(fields), chance.choice((1, 2, 4)))):
        kind = field.get_internal_type()
        if kind == "CharField":
            changed[field.name] = chance.choice(TEXTS)[: field.max_length]
        elif kind == "DecimalField":
            changed[field.name] = chance.choice(NUMBERS)
        elif kind == "DateTimeField":
            changed[field.name] = chance.choice(MOMENTS)
        elif kind == "DateField":
            changed[field.name] = chance.choice((date(1900, 1, 1), date(2199, 12, 31)))
        elif kind == "PositiveIntegerField":
            changed[field.name] = chance.choice((0, 2**31 - 1))
    type(row)._default_manager.filter(pk=row.pk).update(**changed)


MODELS: list[type[Model]] = [
    SalesOrder, SalesOrderLine, OutboundDelivery, OutboundDeliveryLine, DeliveryTrack, Shipment,
    ShipmentTrack, BillingDocument, BillingDocumentLine, Invoice,
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_odd_values_are_shown_on_lists_and_pages_and_escaped(signed_in: SignIn, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(ROWS // len(MODELS) // 2):
        order = an_order_in_sap()
        an_order_line(order)
        delivery = a_dispatched_delivery(order, track_number=f"P{order.pk}")
        a_shipment(order, delivery)
        document = a_billing_document(order)
        a_mail(an_invoice(order, document))
        a_stopped_task(order=order)
    for task in SyncTask.objects.all():  # its message may quote a remote
        SyncTask.objects.filter(pk=task.pk).update(error_message=chance.choice(TEXTS))
    for model in MODELS:
        for row in model._default_manager.all():
            odd(chance, row)
    client = signed_in(ADMINISTRATORS)

    pages = ["/", "/orders/", "/deliveries/", "/invoices/", "/attention/", "/queue/"]
    for kind in (SalesOrder, OutboundDelivery, BillingDocument):
        pages += [row.get_absolute_url() for row in kind.objects.all()]
    pages += [f"/tasks/{task.pk}/" for task in SyncTask.objects.all()]
    for page in pages:
        answer = client.get(page)

        assert answer.status_code == 200, page
        text = answer.content.decode()
        assert "<script>alert(1)" not in text, page
        assert "'\"><b>" not in text, page
