"""The sync app: mirrors, mappings, ledger, steps and pages."""

from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Orders, deliveries and invoices, synced between Magento and SAP."""

    name = "sync"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Order to cash"
