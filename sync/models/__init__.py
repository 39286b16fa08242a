"""Mirrors of remote documents, mappings between both systems, and the ledger of work."""

from __future__ import annotations

from sync.models.alarms import Alarm, AlarmMessage
from sync.models.attempts import RemoteCall, SyncAttempt
from sync.models.automation import (
    FetchHealth,
    ProcessHeartbeat,
    PullWatermark,
    RemoteHealth,
    StepSchedule,
)
from sync.models.billing import BillingDocument, BillingDocumentLine
from sync.models.clicks import Click
from sync.models.completeness import CompletenessFinding, CompletenessRun
from sync.models.decisions import Decision
from sync.models.deliveries import DeliveryTrack, OutboundDelivery, OutboundDeliveryLine
from sync.models.dry_runs import DryRun
from sync.models.identities import RemoteIdentity
from sync.models.intake_rules import IntakeRule, InvoiceMailRule
from sync.models.invoices import Invoice, InvoiceLine, InvoiceMail
from sync.models.ledger import SyncTask
from sync.models.mapping import (
    AmountMapping,
    CarrierMapping,
    CustomerMapping,
    MaterialMapping,
    PaymentMapping,
    ShippingMapping,
    SourceMapping,
)
from sync.models.master_data_mark import MasterDataMark
from sync.models.order_comments import OrderComment
from sync.models.order_holds import OrderHold
from sync.models.order_texts import TextMapping
from sync.models.pruning import PruningProgress
from sync.models.readiness import ReadinessFinding
from sync.models.regions import RegionMapping
from sync.models.release import Release
from sync.models.remote_limits import RemotePace, RemoteSlot
from sync.models.repairs import Repair
from sync.models.sales_order_lines import SalesOrderLine
from sync.models.sales_orders import SalesOrder
from sync.models.sap_messages import SapMessageEntry
from sync.models.sap_order_lines import SapSalesOrderLine
from sync.models.shipments import Shipment, ShipmentLine, ShipmentTrack
from sync.models.shops import SalesArea, Shop
from sync.models.steps import Step
from sync.models.taken import Taken

__all__ = [
    "Alarm",
    "AlarmMessage",
    "AmountMapping",
    "BillingDocument",
    "BillingDocumentLine",
    "CarrierMapping",
    "Click",
    "CompletenessFinding",
    "CompletenessRun",
    "CustomerMapping",
    "Decision",
    "DeliveryTrack",
    "DryRun",
    "FetchHealth",
    "IntakeRule",
    "Invoice",
    "InvoiceLine",
    "InvoiceMail",
    "InvoiceMailRule",
    "MasterDataMark",
    "MaterialMapping",
    "OrderComment",
    "OrderHold",
    "OutboundDelivery",
    "OutboundDeliveryLine",
    "PaymentMapping",
    "ProcessHeartbeat",
    "PruningProgress",
    "PullWatermark",
    "ReadinessFinding",
    "RegionMapping",
    "Release",
    "RemoteCall",
    "RemoteHealth",
    "RemoteIdentity",
    "RemotePace",
    "RemoteSlot",
    "Repair",
    "SalesArea",
    "SalesOrder",
    "SalesOrderLine",
    "SapMessageEntry",
    "SapSalesOrderLine",
    "Shipment",
    "ShipmentLine",
    "ShipmentTrack",
    "ShippingMapping",
    "Shop",
    "SourceMapping",
    "Step",
    "StepSchedule",
    "SyncAttempt",
    "SyncTask",
    "Taken",
    "TextMapping",
]
