"""Builders of mirrors and tasks for tests: each call makes one valid row with its own numbers."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from sync.causes.cause import Cause
from sync.errors import MappingMissing
from sync.mapping_tables import MappingTable
from sync.models import (
    BillingDocument,
    BillingDocumentLine,
    CarrierMapping,
    DeliveryTrack,
    Invoice,
    InvoiceMail,
    OutboundDelivery,
    OutboundDeliveryLine,
    ProcessHeartbeat,
    RemoteCall,
    SalesArea,
    SalesOrder,
    SalesOrderLine,
    Shipment,
    ShipmentTrack,
    Shop,
    Step,
    SyncAttempt,
    SyncTask,
)
from sync.models.failures import NO_FAILURE, columns_for, columns_of
from sync.roles import sync_roles

_numbers = itertools.count(1)
PLACED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NO_MATERIAL = MappingMissing("SKU 24-MB01 has no material.", MappingTable.MATERIAL, "24-MB01")


def a_shop(code: str = "demo", **values: Any) -> Shop:
    """The shop of that code; made on first use."""
    return Shop.objects.get_or_create(code=code, defaults={"name": "Demo shop", **values})[0]


def a_sales_area(shop: Shop | None = None, store_id: int = 1, **values: Any) -> SalesArea:
    """The sales area of a store; made on first use."""
    defaults = {
        "name": "Default store",
        "order_type": "TA",
        "sales_organization": "1000",
        "distribution_channel": "10",
        "division": "00",
        "one_time_customer": "0000099999",
    }
    return SalesArea.objects.get_or_create(
        shop=shop or a_shop(), store_id=store_id, defaults=defaults | values
    )[0]


def a_sales_order(**values: Any) -> SalesOrder:
    """An order of the demo shop that waits for SAP."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "shop": values.get("shop") or a_shop(),
        "entity_id": number,
        "increment_id": f"{number:09}",
        "store_id": 1,
        "store_name": "Default store",
        "state": "processing",
        "status": "processing",
        "placed_at": PLACED_AT,
        "remote_updated_at": PLACED_AT,
        "pulled_at": PLACED_AT,
        "currency": "EUR",
        "base_currency": "EUR",
        "grand_total": Decimal("119.00"),
        "subtotal": Decimal("100.00"),
        "tax_amount": Decimal("19.00"),
        "customer_email": f"buyer{number}@example.com",
        "customer_name": "Jane Doe",
        "payment_method": "checkmo",
        "shipping_method": "flatrate_flatrate",
    }
    return SalesOrder.objects.create(**(defaults | values))


def a_waiting_order(sku: str = "24-MB01", **values: Any) -> SalesOrder:
    """An order of one line that is to go to SAP, with the record that the shop holds of it."""
    order = a_sales_order(stage=SalesOrder.Stage.TO_SYNC, **values)
    line = an_order_line(order, sku=sku, sap_item_number=None)
    total = float(order.grand_total)
    order.payload = {
        "entity_id": order.entity_id, "increment_id": order.increment_id,
        "store_id": order.store_id, "created_at": "2026-03-02 09:30:00",
        "updated_at": "2026-03-02 09:30:00", "order_currency_code": order.currency,
        "grand_total": total, "payment": {"method": order.payment_method},
        "items": [{
            "item_id": line.item_id, "sku": sku, "name": line.name, "product_type": "simple",
            "qty_ordered": 2, "price": total / 2, "row_total_incl_tax": total,
        }],
        "extension_attributes": {"shipping_assignments": [
            {"shipping": {"method": order.shipping_method}},
        ]},
        **order.payload,
    }  # fmt: skip
    order.save(update_fields=["payload"])
    return order


def an_order_in_sap(number: str = "", **values: Any) -> SalesOrder:
    """An order that was read back from SAP and agrees."""
    defaults: dict[str, Any] = {
        "stage": SalesOrder.Stage.IN_SAP,
        "sap_sales_order_number": number or f"{4711 + next(_numbers):010}",
        "sap_read_at": PLACED_AT,
        "sap_net_value": Decimal("100.00"),
        "verification": SalesOrder.Verification.VERIFIED,
    }
    return a_sales_order(**(defaults | values))


def an_order_line(order: SalesOrder, **values: Any) -> SalesOrderLine:
    """A simple line of an order, the next position."""
    position = order.lines.count() + 1
    defaults: dict[str, Any] = {
        "item_id": next(_numbers),
        "position": position,
        "product_type": "simple",
        "sku": f"SKU-{position}",
        "name": "A thing",
        "qty_ordered": Decimal(2),
        "price": Decimal("50.00"),
        "row_total": Decimal("100.00"),
        "sap_item_number": position * 10,
    }
    return SalesOrderLine.objects.create(sales_order=order, **(defaults | values))


def a_delivery(*orders: SalesOrder, **values: Any) -> OutboundDelivery:
    """A delivery with one line for each order."""
    now = timezone.now()
    defaults: dict[str, Any] = {
        "delivery_number": f"{80000000 + next(_numbers):010}",
        "created_date": PLACED_AT.date(),
        "shipping_point": "1000",
        "picking_status": OutboundDelivery.Picking.NOT_PICKED,
        "changed_at": now,
        "read_at": now,
    }
    delivery = OutboundDelivery.objects.create(**(defaults | values))
    for position, order in enumerate(orders, start=1):
        OutboundDeliveryLine.objects.create(
            delivery=delivery,
            item_number=position * 10,
            sales_order=order,
            sap_sales_order_number=order.sap_sales_order_number,
            sap_item_number=10,
            material=f"MAT-{position}",
            delivered_quantity=Decimal(2),
            unit="ST",
        )
    return delivery


def a_dispatched_delivery(
    *orders: SalesOrder, track_number: str = "", **values: Any
) -> OutboundDelivery:
    """A delivery that was picked and has left, with a parcel if it has a number."""
    defaults: dict[str, Any] = {
        "picking_status": OutboundDelivery.Picking.PICKED,
        "picked_at": PLACED_AT,
        "pick_time_source": OutboundDelivery.PickTimeSource.FLOW,
        "goods_movement_status": "C",
        "goods_issue_date": PLACED_AT.date(),
        "carrier": "DHL",
    }
    delivery = a_delivery(*orders, **(defaults | values))
    if track_number:
        DeliveryTrack.objects.create(
            delivery=delivery, track_number=track_number, source="handling_unit_2"
        )
    return delivery


def a_shipment(
    order: SalesOrder, delivery: OutboundDelivery | None = None, **values: Any
) -> Shipment:
    """The shop's shipment for an order's part of a delivery, with the delivery's parcels."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "entity_id": number,
        "increment_id": f"{number:09}",
        "remote_created_at": PLACED_AT,
        "is_customer_told": True,
        "read_at": PLACED_AT,
    }
    shipment = Shipment.objects.create(sales_order=order, delivery=delivery, **(defaults | values))
    for track in delivery.tracks.all() if delivery else []:
        ShipmentTrack.objects.create(
            shipment=shipment,
            entity_id=next(_numbers),
            carrier_code="custom",
            title="DHL",
            track_number=track.track_number,
        )
    return shipment


def a_billing_document(*orders: SalesOrder, **values: Any) -> BillingDocument:
    """An invoice of SAP with one line for each order."""
    now = timezone.now()
    defaults: dict[str, Any] = {
        "billing_document_number": f"{90000000 + next(_numbers):010}",
        "billing_type": "F2",
        "category": BillingDocument.Category.INVOICE,
        "billing_date": PLACED_AT.date(),
        "currency": "EUR",
        "net_value": Decimal("100.00"),
        "tax_value": Decimal("19.00"),
        "gross_value": Decimal("119.00"),
        "changed_at": now,
        "read_at": now,
    }
    document = BillingDocument.objects.create(**(defaults | values))
    for position, order in enumerate(orders, start=1):
        BillingDocumentLine.objects.create(
            billing_document=document,
            item_number=position * 10,
            sales_order=order,
            sap_sales_order_number=order.sap_sales_order_number,
            sap_item_number=10,
            material=f"MAT-{position}",
            billed_quantity=Decimal(2),
            unit="ST",
            net_value=document.net_value,
            tax_value=document.tax_value,
        )
    return document


def an_invoice(
    order: SalesOrder, document: BillingDocument | None = None, **values: Any
) -> Invoice:
    """The shop's invoice for an order's part of a billing document."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "entity_id": number,
        "increment_id": f"{number:09}",
        "state": Invoice.State.PAID,
        "remote_created_at": PLACED_AT,
        "currency": "EUR",
        "grand_total": Decimal("119.00"),
        "tax_amount": Decimal("19.00"),
        "read_at": PLACED_AT,
    }
    return Invoice.objects.create(
        sales_order=order, billing_document=document, **(defaults | values)
    )


def a_mail(invoice: Invoice, **values: Any) -> InvoiceMail:
    """A sending of an invoice."""
    defaults: dict[str, Any] = {"sent_at": PLACED_AT, "outcome": InvoiceMail.Outcome.SENT}
    return InvoiceMail.objects.create(invoice=invoice, **(defaults | values))


def a_task(
    step: Step = Step.PUSH_ORDER, order: SalesOrder | None = None, **values: Any
) -> SyncTask:
    """A waiting task, of an order where one is given."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "step": step,
        "reference": f"order:{order.pk}" if order else f"test:{number}",
        "lock": f"order:{order.pk}:{number}" if order else f"test:{number}",
        "sales_order": order,
        "shop": order.shop if order else None,
        "origin": SyncTask.Origin.SCHEDULE,
    }
    return SyncTask.objects.create(**(defaults | values))


def a_done_task(
    step: Step = Step.PUSH_ORDER, order: SalesOrder | None = None, **values: Any
) -> SyncTask:
    """A task that ended well, long ago."""
    defaults: dict[str, Any] = {
        "state": SyncTask.State.DONE,
        "started_at": PLACED_AT,
        "finished_at": PLACED_AT,
        "attempts": 1,
        "outcome": "Done.",
    }
    return a_task(step, order, **(defaults | values))


def a_stopped_task(
    step: Step = Step.PUSH_ORDER,
    order: SalesOrder | None = None,
    *,
    error: Exception = NO_MATERIAL,
    **values: Any,
) -> SyncTask:
    """A task that needs attention after ``error``."""
    defaults: dict[str, Any] = {
        "state": SyncTask.State.NEEDS_ATTENTION,
        "started_at": PLACED_AT,
        "finished_at": PLACED_AT,
        "attempts": 1,
        **columns_of(error),
    }
    if "cause_key" in values:  # as an older version has left it
        defaults |= NO_FAILURE
    return a_task(step, order, **(defaults | values))


def a_failure(cause: Cause, message: str = "It stopped.", detail: str = "") -> dict[str, Any]:
    """The columns of a task that stopped for this cause."""
    return {**columns_for(cause, message, detail=detail)}


def an_attempt(task: SyncTask, **values: Any) -> SyncAttempt:
    """An execution of a task that ended well."""
    defaults: dict[str, Any] = {
        "attempt": task.attempt_log.count() + 1,
        "worker": "worker-1",
        "started_at": PLACED_AT,
        "finished_at": PLACED_AT,
        "outcome": SyncAttempt.Outcome.DONE,
    }
    return SyncAttempt.objects.create(task=task, **(defaults | values))


def a_remote_call(attempt: SyncAttempt, **values: Any) -> RemoteCall:
    """A recorded call to SAP."""
    defaults: dict[str, Any] = {
        "system": "sap",
        "operation": "BAPI_SALESORDER_CREATEFROMDAT2",
        "is_write": True,
        "started_at": PLACED_AT,
        "duration_seconds": 0.42,
        "outcome": "ok",
        "request": {"ORDER_HEADER_IN": {"DOC_TYPE": "TA"}},
        "answer": {"SALESDOCUMENT": "0000004711"},
    }
    return RemoteCall.objects.create(attempt=attempt, **(defaults | values))


def a_carrier(sap_carrier: str = "DHL", **values: Any) -> CarrierMapping:
    """A carrier whose parcels can be followed."""
    defaults = {"title": "DHL", "tracking_url": "https://dhl.example/track?n={number}"}
    return CarrierMapping.objects.get_or_create(
        sap_carrier=sap_carrier, defaults=defaults | values
    )[0]


def a_worker(**values: Any) -> ProcessHeartbeat:
    """A worker that has just said it is alive."""
    defaults: dict[str, Any] = {
        "name": f"worker-{next(_numbers)}",
        "kind": ProcessHeartbeat.Kind.WORKER,
    }
    return ProcessHeartbeat.objects.create(**(defaults | values))


def a_user(*roles: str, **values: Any) -> User:
    """A person with these roles; groups and permissions are made on first use."""
    if roles and not Group.objects.filter(name__in=roles, permissions__isnull=False).exists():
        sync_roles()
    defaults: dict[str, Any] = {
        "username": f"person{next(_numbers)}",
        "is_staff": "Administrators" in roles,
    }
    user = User.objects.create_user(**(defaults | values))
    user.groups.set(Group.objects.filter(name__in=roles))
    return user
