"""The steps: each flow between shop and SAP, declared once."""

from __future__ import annotations

from django.db import models


class Step(models.TextChoices):
    """The flows, one module each in ``sync.steps``."""

    PULL_ORDERS = "pull_orders", "Fetch web orders"
    PUSH_ORDER = "push_order", "Create the order in SAP"
    CONFIRM_ORDER = "confirm_order", "Tell the shop the SAP number"
    PULL_DELIVERIES = "pull_deliveries", "Fetch deliveries"
    PUSH_SHIPMENT = "push_shipment", "Ship in the shop"
    PULL_BILLING = "pull_billing", "Fetch billing documents"
    PUSH_INVOICE = "push_invoice", "Invoice in the shop"
    SEND_INVOICE = "send_invoice", "Mail the invoice"
    CHECK_COMPLETENESS = "check_completeness", "Compare shop and SAP"
    TEST_CONNECTION = "test_connection", "Test a connection"
    DRY_RUN = "dry_run", "Dry run in SAP"
    CHECK_READINESS = "check_readiness", "Check readiness"
