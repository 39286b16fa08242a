"""The portal's roles as Django groups.

Everyone who is signed in may read every document; a role adds what its members may do.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.utils.translation import gettext_noop

from sync.models import Step, SyncTask

SALES = gettext_noop("Sales")
LOGISTICS = gettext_noop("Logistics")
FINANCE = gettext_noop("Finance")
ADMINISTRATORS = gettext_noop("Administrators")

_EVERYDAY_MAPPINGS = [
    *("customermapping", "materialmapping", "paymentmapping", "shippingmapping"),
    *("regionmapping", "textmapping"),
]
_AMOUNTS = ["amountmapping"]
_ALL_MAPPINGS = [
    *_EVERYDAY_MAPPINGS,
    *_AMOUNTS,
    *("carriermapping", "sourcemapping", "salesarea", "shop", "sapmessageentry"),
    *("intakerule", "invoicemailrule"),
]
SEES_THE_TRAIL = "view_logentry"
_LEDGER = ["synctask", "syncattempt", "remotecall"]

_TOGETHER = ("hold_orders", "comment_orders")


def _edit(models: list[str]) -> set[str]:
    return {f"{verb}_{model}" for model in models for verb in ("view", "add", "change", "delete")}


def _view(models: list[str]) -> set[str]:
    return {f"view_{model}" for model in models}


ROLES: dict[str, set[str]] = {
    SALES: {
        *("sync_orders", "take_orders_anyway", "retry_tasks"),
        *("dry_run_orders", "view_master_data", *_TOGETHER),
    }
    | _edit(_EVERYDAY_MAPPINGS)
    | _view(["shop", "salesarea", "intakerule", "invoicemailrule"]),
    LOGISTICS: {"sync_deliveries", "retry_tasks", *_TOGETHER},
    FINANCE: {
        *("sync_billing", "capture_again", "resend_invoices", "retry_tasks", "view_master_data"),
        *_TOGETHER,
    }
    | _edit(_AMOUNTS)
    | _view(["shop", "salesarea"]),
    ADMINISTRATORS: {codename for codename, _ in SyncTask._meta.permissions}
    | _edit(_ALL_MAPPINGS)
    | _view([*_LEDGER, "stepschedule"])
    | {"change_stepschedule", SEES_THE_TRAIL},
}


def steps_to_retry(user: User) -> list[Step]:
    if not user.has_perm("sync.retry_tasks"):
        return []
    return [step for step in Step if user.has_perm(step.facts.permission)]


def sync_roles() -> None:
    """Creates or refreshes the groups; safe to run again."""
    for role, codenames in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(
            Permission.objects.filter(
                content_type__app_label__in=["sync", "auditlog"], codename__in=codenames
            )
        )
