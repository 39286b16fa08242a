"""Who acts on a stopped task, and how, in plain words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sync.causes import (
    GONE_ANYWAY,
    NOBODY_COLLECTS,
    NOTHING_CAME,
    OTHER_UNKNOWN,
    OUTCOME_UNKNOWN,
    UNDECIDED,
    WAITS_FOR_A_CLICK,
)
from sync.mapping.stopped_for import advice_on, entry_of
from sync.models import SyncTask


@dataclass(frozen=True, slots=True)
class Remedy:
    """The team that acts, what it does, and the mapping that is missing, if one is."""

    team: str
    advice: str
    model: str = ""


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
    if task.mapping_table:
        return _missing_mapping(task)
    if task.error_class in _FOR_ADMINISTRATORS:
        return Remedy("Administrator", _FOR_ADMINISTRATORS[task.error_class])
    if task.error_class in _ADVICE:
        return Remedy(task.usual_team, _ADVICE[task.error_class])
    return Remedy(
        "Administrator", "A fault in the portal stopped this. The log has the details; then retry."
    )


def _missing_mapping(task: SyncTask) -> Remedy:
    missing = entry_of(task)
    if missing is None:
        advice = f"Add the missing entry “{task.mapping_key}” to the mappings, then retry."
        return Remedy("Administrator", advice)
    facts = missing.table.facts
    return Remedy(facts.team, advice_on(missing), facts.model)
