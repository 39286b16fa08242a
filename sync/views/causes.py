"""Who acts on a stopped task, and how, in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.contrib.auth.models import User
from django.urls import reverse

from sync.causes.cause import Kind, Link
from sync.causes.orders import OrderCause
from sync.causes.table import cause_named
from sync.models import SyncTask
from sync.models.automation import Health
from sync.teams import Team


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the cause is, the team that acts, what it does, where, and the mapping that is missing,
    if one is."""

    headline: str
    team: str
    advice: str
    link: Link | None = None
    model: str = ""
    initial: dict[str, str] = field(default_factory=dict)

    @property
    def link_label(self) -> str:
        """What leads to the page on which the cause is removed."""
        return _PAGES[self.link][0] if self.link else ""

    def link_for(self, user: User) -> str:
        """That page, for those who may see it."""
        if self.link is None or not user.has_perm(_PAGES[self.link][1]):
            return ""
        return reverse(f"sync:{self.link}")


_PAGES = {
    Link.CONNECTIONS: ("Connections", "sync.view_queue"),
    Link.READINESS: ("Readiness", "sync.check_readiness"),
    Link.MASTER_DATA: ("Master data", "sync.view_master_data"),
}

# What a cause key calls a mapping table, by the beginning of the word: model, its key's field.
_MAPPINGS = {
    "customer": ("customermapping", "customer_email", "Sales", "customer"),
    "material": ("materialmapping", "sku", "Sales", "material"),
    "payment": ("paymentmapping", "method", "Sales", "payment method"),
    "shipping": ("shippingmapping", "method", "Sales", "shipping method"),
    "carrier": ("carriermapping", "sap_carrier", "Administrator", "carrier"),
    "sales": ("salesarea", "store_id", "Administrator", "store"),
    "store": ("salesarea", "store_id", "Administrator", "store"),
    "shop": ("salesarea", "store_id", "Administrator", "store"),
    "condition": ("salesarea", "store_id", "Administrator", "condition type"),
}

_BY_ITSELF = (
    " One of these is tried again by itself, once an hour in the end, and the others follow when "
    "it passed; a retry tries at once."
)


def remedy_for(task: SyncTask) -> Remedy:
    """Who acts on a task that needs attention, and how."""
    cause = cause_named(task.cause)
    if cause is OrderCause.MAPPING_MISSING:
        return _missing_mapping(task)
    return Remedy(
        task.headline or cause.headline,
        task.owner or cause.owner or task.team,
        advice_on(task) + (_BY_ITSELF if task.error_class == Kind.MISCONFIGURED else ""),
        cause.link,
    )


def advice_on(failure: SyncTask | Health) -> str:
    """What to do about it; empty where nothing has failed."""
    return failure.remedy or (cause_named(failure.cause).remedy if failure.cause else "")


def _missing_mapping(task: SyncTask) -> Remedy:
    cause = OrderCause.MAPPING_MISSING
    _, table, key = (*task.cause_key.split(":", 2), "", "")[:3]
    for beginning, (model, column, team, what) in _MAPPINGS.items():
        if table.lower().startswith(beginning):
            initial = {column: _key_of(task, table, key)}
            if task.shop_id and model not in {"carriermapping", "customermapping"}:
                initial["shop"] = str(task.shop_id)
            advice = f"Add the missing {what} to the mappings, then retry."
            return Remedy(f"Missing {what}: {key}", team, advice, cause.link, model, initial)
    advice = f"Add the missing entry “{key}” to the mappings, then retry."
    return Remedy(cause.headline, Team.ADMINISTRATOR, advice, cause.link)


def _key_of(task: SyncTask, table: str, key: str) -> str:
    """What leads to the entry: a condition is one of the sales area of the order's store."""
    if table == "condition" and task.sales_order is not None:
        return str(task.sales_order.store_id)
    return key.rsplit(":", 1)[-1]
