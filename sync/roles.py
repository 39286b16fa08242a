"""Who may do what: the portal's roles as Django groups, and permissions of its own.

Everyone who is signed in may look at every document; what a role adds is what it may do.
Runs after each migration, so it names models as text and imports none.
"""

from __future__ import annotations

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType

SALES = "Sales"
LOGISTICS = "Logistics"
FINANCE = "Finance"
ADMINISTRATORS = "Administrators"

PERMISSIONS = {
    "sync_orders": "Can bring orders into SAP",
    "take_orders_anyway": "Can take an order a rule has stopped",
    "sync_deliveries": "Can fetch deliveries and ship them in the shop",
    "sync_billing": "Can fetch billing documents and invoice them in the shop",
    "capture_again": "Can have a payment captured again after looking at the bank",
    "resend_invoices": "Can mail an invoice to its customer again",
    "dry_run_orders": "Can try an order in SAP without saving it",
    "view_master_data": "Can see which mappings are missing",
    "retry_tasks": "Can put stopped work back to work",
    "view_queue": "Can look at queue, workers and connections",
    "test_connections": "Can test the connections to shops and SAP",
    "check_readiness": "Can check whether everything is ready",
    "manage_automation": "Can switch automatic steps on and off",
    "clear_sign_in_locks": "Can see whose sign-ins wait after failures, and let them try again",
}

_EVERYDAY_MAPPINGS = ["customermapping", "materialmapping", "paymentmapping", "shippingmapping"]
_ALL_MAPPINGS = [
    *_EVERYDAY_MAPPINGS,
    *("carriermapping", "salesarea", "shop", "sapmessageentry"),
]
_LEDGER = ["synctask", "syncattempt", "remotecall"]


def _edit(models: list[str]) -> set[str]:
    return {f"{verb}_{model}" for model in models for verb in ("view", "add", "change", "delete")}


def _view(models: list[str]) -> set[str]:
    return {f"view_{model}" for model in models}


ROLES: dict[str, set[str]] = {
    SALES: {
        *("sync_orders", "take_orders_anyway", "retry_tasks"),
        *("dry_run_orders", "view_master_data"),
    }
    | _edit(_EVERYDAY_MAPPINGS)
    | _view(["shop", "salesarea"]),
    LOGISTICS: {"sync_deliveries", "retry_tasks"},
    FINANCE: {"sync_billing", "capture_again", "resend_invoices", "retry_tasks"},
    ADMINISTRATORS: set(PERMISSIONS)
    | _edit(_ALL_MAPPINGS)
    | _view([*_LEDGER, "stepschedule"])
    | {"change_stepschedule"},
}


def sync_roles() -> None:
    """Create or refresh the groups and their permissions; may run any number of times."""
    create_permissions(apps.get_app_config("sync"), verbosity=0)
    ledger = ContentType.objects.get_for_model(apps.get_model("sync", "SyncTask"))
    for codename, name in PERMISSIONS.items():
        Permission.objects.update_or_create(
            content_type=ledger, codename=codename, defaults={"name": name}
        )
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(
            Permission.objects.filter(content_type__app_label="sync", codename__in=codenames)
        )
