"""The flags by which pages find documents: right whoever writes, made again after migrations."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model

from sync.models import (
    BillingDocument,
    Invoice,
    OutboundDelivery,
    Shipment,
    database_keeps,
)
from tests.builders import (
    PLACED_AT,
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_shipment,
    an_invoice,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db


def flags(document: Model) -> dict[str, bool]:
    """Those that are set."""
    names = [name for one in database_keeps.FLAGS if one.table == document._meta.db_table
             for name in one.conditions]  # fmt: skip
    document.refresh_from_db()
    return {name: True for name in names if getattr(document, name)}


def test_a_delivery_is_in_the_shop_while_a_shipment_stands_for_it() -> None:
    order, delivery, other = an_order_in_sap(), a_delivery(), a_delivery()
    shipment = a_shipment(order, delivery)
    assert flags(delivery) == {"is_in_shop": True}

    Shipment.objects.update(delivery=other)
    assert (flags(delivery), flags(other)) == ({}, {"is_in_shop": True})

    shipment.further_deliveries.add(delivery)
    assert flags(delivery) == {"is_in_shop": True}
    shipment.further_deliveries.remove(delivery)
    assert flags(delivery) == {}

    Shipment.objects.all().delete()
    assert flags(other) == {}


def test_a_delivery_has_parcels_while_one_is_known() -> None:
    delivery = a_dispatched_delivery(track_number="1Z")
    assert flags(delivery) == {"has_parcels": True}

    delivery.tracks.all().delete()
    assert flags(delivery) == {}


def test_a_delivery_has_unwanted_goods_while_a_line_has() -> None:
    delivery = a_delivery(an_order_in_sap(), an_order_in_sap())
    assert flags(delivery) == {}

    delivery.lines.update(unwanted_quantity=1)
    assert flags(delivery) == {"has_unwanted": True}
    delivery.lines.filter(item_number=10).delete()
    assert flags(delivery) == {"has_unwanted": True}
    delivery.lines.update(unwanted_quantity=0)
    assert flags(delivery) == {}


@pytest.mark.parametrize("is_further", [False, True])
@pytest.mark.parametrize(
    ("invoice", "shown"),
    [
        ({}, {"is_in_shop", "has_unmailed"}),
        ({"is_customer_told": True}, {"is_in_shop"}),
        ({"mail_queued_at": PLACED_AT}, {"is_in_shop"}),
        ({"not_to_be_mailed": "By a rule."}, {"is_in_shop", "has_kept_back"}),
        ({"is_customer_told": True, "differs_by": -1}, {"is_in_shop", "has_difference"}),
        ({"is_customer_told": True, "differs_by": 0}, {"is_in_shop"}),
    ],
)
def test_a_billing_document_shows_what_its_invoices_say(
    invoice: dict[str, Any], shown: set[str], is_further: bool
) -> None:
    order = an_order_in_sap()
    document = a_billing_document(order)
    paper = an_invoice(order, None if is_further else document, is_customer_told=True)
    if is_further:
        paper.further_documents.add(document)
    assert set(flags(document)) == {"is_in_shop"}

    Invoice.objects.update(**invoice or {"is_customer_told": False})
    if "is_customer_told" not in invoice:
        Invoice.objects.update(is_customer_told=False)
    assert set(flags(document)) == shown

    Invoice.objects.all().delete()
    assert flags(document) == {}


def test_what_is_right_is_not_written_again() -> None:
    """So that papers of one delivery, stored for several orders at once, do not wait for each
    other."""
    delivery = a_dispatched_delivery(track_number="1Z")
    a_shipment(an_order_in_sap(), delivery)
    a_billing_document()

    with connection.cursor() as cursor:
        for one in database_keeps.FLAGS:
            cursor.execute(one.update())
            assert cursor.rowcount == 0


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_triggers_are_there_again_and_flags_are_right() -> None:
    database_keeps.forget(connection)
    if connection.vendor == "postgresql":  # keeps its triggers itself
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER sync_shipment_insert_is_in_shop ON sync_shipment")
    order, delivery = an_order_in_sap(), a_delivery()
    a_shipment(order, delivery)
    assert flags(delivery) == {}

    database_keeps.ensure(connection)

    assert flags(delivery) == {"is_in_shop": True}
    Shipment.objects.all().delete()
    assert flags(delivery) == {}


def test_the_tables_have_their_flags() -> None:
    columns = {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in (OutboundDelivery, BillingDocument)
    }

    for one in database_keeps.FLAGS:
        assert set(one.conditions) <= columns[one.table]
