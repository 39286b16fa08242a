"""Who acts on a stopped task, and how, in plain words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from sync.causes import (
    GONE_ANYWAY,
    NOBODY_COLLECTS,
    NOTHING_CAME,
    OTHER_UNKNOWN,
    OUTCOME_UNKNOWN,
    UNDECIDED,
    WAITS_FOR_A_CLICK,
)
from sync.models import SyncTask


@dataclass(frozen=True, slots=True)
class Remedy:
    """The team that acts, what it does, and the mapping that is missing, if one is."""

    team: str
    advice: str
    model: str = ""
    initial: dict[str, str] = field(default_factory=dict)


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

_ADVICE = {
    "RemoteRejected": "The other system refused. Correct what its message names, then retry.",
    "RecordsDisagree": "Both systems answered and differ. Decide which one is right, correct the "
    "other, then retry.",
    "UnexpectedRecord": "A record could not be read. Look at it in its own system; if it is right, "
    "tell the administrator.",
}
_FOR_ADMINISTRATORS = {
    "RemoteMisconfigured": "Check address, credentials and permissions of the connection. One of "
    "these is tried again by itself, once an hour in the end, and the others follow when it "
    "passed; a retry tries at once.",
    "RemoteChanged": "Look at Connections: it says what is different. Correct the settings, or "
    "confirm there that the change is wanted.",
    "RemoteUnavailable": "The other system did not answer for a long time. Check that it runs, "
    "then retry.",
    "OutcomeUnknown": "It is not known whether the last write arrived. A retry looks before it "
    "writes again.",
}


_LOOK_FIRST = (
    "Look at the order in the shop: does the customer still need this? If so, retry; then the shop "
    "makes it and may tell the customer."
)

# Causes on which others act than the team of the step.
_BY_CAUSE = {
    UNDECIDED: Remedy(
        "Sales",
        "Compare both sides on the order's page, then tie the web order to the SAP order, or say "
        "that it is another's.",
    ),
    GONE_ANYWAY: Remedy(
        "Sales",
        "Agree with the customer on the return of the goods or on their payment, and have finance "
        "credit what SAP bills of them. Where SAP takes the goods issue back, this ends by itself.",
    ),
    NOBODY_COLLECTS: Remedy(
        "Finance",
        "Ask sales or an administrator to enter who collects the money, with the "
        "payment method under Master data; then retry.",
    ),
    OUTCOME_UNKNOWN: Remedy(
        "Finance",
        "Look at the gateway's account before anything is repeated. If nothing was "
        "captured, choose “Capture again” on the task's page; if it was, make the invoice in the "
        "shop's admin with “Capture Offline”, and retry.",
    ),
    OTHER_UNKNOWN: Remedy(
        "Finance",
        "Settle the other billing document of the order first, then retry. If it is not "
        "open any more, look at the gateway's account and decide on the task's page.",
    ),
    NOTHING_CAME: Remedy(
        "Finance",
        "Look at the gateway's account and see to it that the money comes. Once the shop "
        "shows the payment, a retry closes this.",
    ),
}


def remedy_for(task: SyncTask) -> Remedy:
    """Who acts on a task that needs attention, and how."""
    if task.cause_key in _BY_CAUSE:
        return _BY_CAUSE[task.cause_key]
    if task.cause_key == WAITS_FOR_A_CLICK:
        return Remedy(task.usual_team, _LOOK_FIRST)
    if task.cause_key.startswith("mapping:"):
        return _missing_mapping(task)
    if task.error_class in _FOR_ADMINISTRATORS:
        return Remedy("Administrator", _FOR_ADMINISTRATORS[task.error_class])
    if task.error_class in _ADVICE:
        return Remedy(task.usual_team, _ADVICE[task.error_class])
    return Remedy(
        "Administrator", "A fault in the portal stopped this. The log has the details; then retry."
    )


def _missing_mapping(task: SyncTask) -> Remedy:
    _, table, key = (*task.cause_key.split(":", 2), "", "")[:3]
    for beginning, (model, column, team, what) in _MAPPINGS.items():
        if table.lower().startswith(beginning):
            initial = {column: _key_of(task, table, key)}
            if task.shop_id and model not in {"carriermapping", "customermapping"}:
                initial["shop"] = str(task.shop_id)
            advice = f"Add the missing {what} to the mappings, then retry."
            return Remedy(team, advice, model, initial)
    return Remedy("Administrator", f"Add the missing entry “{key}” to the mappings, then retry.")


def _key_of(task: SyncTask, table: str, key: str) -> str:
    """What leads to the entry: a condition is one of the sales area of the order's store."""
    if table == "condition" and task.sales_order is not None:
        return str(task.sales_order.store_id)
    return key.rsplit(":", 1)[-1]
