"""What is wrong with a waiting document or comes next, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.safestring import SafeString

from sync.models import OutboundDelivery, SalesOrder
from sync.models.addresses import page_address
from sync.templatetags.markup import markup
from sync.templatetags.portal import moment
from sync.views.kinds import BILLING_DOCUMENTS, DELIVERIES, ORDERS, DocumentKind

MOST_FIELDS = 3


@dataclass(frozen=True, slots=True)
class Button:
    """Posts where it does the work itself; otherwise it opens the page where it is done."""

    label: str
    url: str
    icon: str
    is_posted: bool = False
    permission: str = ""


@dataclass(frozen=True, slots=True)
class NextStep:
    what: str | SafeString
    button: Button


def next_step(kind: DocumentKind, part: str, document: Any, user: User) -> NextStep:
    """Where the person may not press the button, it opens the document instead."""
    words, button = _STEPS[kind.name, part]
    pressed = button(kind, document)
    if pressed.permission and not user.has_perm(pressed.permission):
        pressed = _open(kind, document)
    return NextStep(words(document) if callable(words) else words, pressed)


def _open(kind: DocumentKind, document: Any) -> Button:
    return Button("Open", document.get_absolute_url(), "arrow-right")


def _compare(kind: DocumentKind, document: Any) -> Button:
    return Button("Compare", document.get_absolute_url(), "git-compare")


def _sync(kind: DocumentKind, document: Any) -> Button:
    url = page_address(f"{kind.name}_sync_one", document.pk)
    return Button("Sync now", url, "refresh-cw", is_posted=True, permission=kind.permission)


def _mail(kind: DocumentKind, document: Any) -> Button:
    url = page_address("resend_invoice", document.pk)
    return Button("Mail it", url, "mail", is_posted=True, permission="sync.resend_invoices")


def _take_anyway(kind: DocumentKind, document: Any) -> Button:
    url = page_address("take_anyway", document.pk)
    return Button("Take anyway", url, "play", permission="sync.take_orders_anyway")


def _reason(order: SalesOrder) -> str:
    return order.not_taken_reason or order.get_stage_display()


def _held_up(order: SalesOrder) -> str:
    if not order.sap_blocks:
        return "SAP lacks data for it: complete the order there"
    return f"Blocked in SAP ({', '.join(order.sap_blocks)}): release it there"


def _differing(order: SalesOrder) -> str:
    """The names of the first fields."""
    fields = list(dict.fromkeys(str(one.get("field", "")) for one in order.differences))
    more = f" and {len(fields) - MOST_FIELDS} more" if len(fields) > MOST_FIELDS else ""
    named = ", ".join(fields[:MOST_FIELDS])
    return f"SAP and shop disagree: {named}{more}" if named else "SAP and shop disagree"


def _late(delivery: OutboundDelivery) -> str | SafeString:
    planned = delivery.planned_picking_at
    if planned is None or planned > timezone.now():
        return "Late: it has not left yet"
    return markup("Late: it was to be picked by {}", moment(planned))


def _to_pick(delivery: OutboundDelivery) -> str | SafeString:
    planned = delivery.planned_picking_at
    return "Pick it" if planned is None else markup("Pick it by {}", moment(planned))


_Words = str | Callable[[Any], str | SafeString]
_STEPS: dict[tuple[str, str], tuple[_Words, Callable[[DocumentKind, Any], Button]]] = {
    (ORDERS.name, "one_sided"): (_reason, _open),
    (ORDERS.name, "held_up"): (_held_up, _open),
    (ORDERS.name, "differs"): (_differing, _compare),
    (ORDERS.name, "blocked"): (_reason, _take_anyway),
    (ORDERS.name, "to_sync"): ("Waits to go to SAP", _sync),
    (DELIVERIES.name, "stop"): ("Do not ship: the shop has cancelled goods of it", _open),
    (DELIVERIES.name, "late"): (_late, _open),
    (DELIVERIES.name, "to_pick"): (_to_pick, _open),
    (DELIVERIES.name, "to_leave"): ("Picked: post the goods issue in SAP", _open),
    (DELIVERIES.name, "untracked"): (
        "Left without a tracking number: enter it in SAP, then sync", _sync,
    ),
    (DELIVERIES.name, "untold"): ("Left, and the customer does not know yet", _sync),
    (DELIVERIES.name, "gone"): ("Left although the shop had cancelled goods of it", _open),
    (BILLING_DOCUMENTS.name, "missing"): ("Billed in SAP, not in the shop yet", _sync),
    (BILLING_DOCUMENTS.name, "differs"): ("Invoice and billing document disagree", _compare),
    (BILLING_DOCUMENTS.name, "not_mailed"): ("In the shop, not mailed to the customer", _mail),
}  # fmt: skip
