"""What is wrong with a waiting document or comes next, and the button that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from sync.mirrors.intake import NEVER
from sync.models import OutboundDelivery, SalesOrder, Step
from sync.models.addresses import page_address
from sync.templatetags.markup import markup
from sync.templatetags.portal import moment
from sync.templatetags.retold import retold
from sync.views.buttons import Button

MOST_FIELDS = 3
_ORDERED, _DELIVERED, _BILLED = "orders", "deliveries", "billing_documents"
_FETCHED_BY = {
    _ORDERED: Step.PULL_ORDERS.facts.permission,
    _DELIVERED: Step.PULL_DELIVERIES.facts.permission,
    _BILLED: Step.PULL_BILLING.facts.permission,
}


@dataclass(frozen=True, slots=True)
class NextStep:
    what: str | SafeString
    button: Button


def next_step(kind: str, part: str, document: Any, user: User) -> NextStep:
    """Of a document of the kind of that name. Where the person may not press the button, it opens
    the document instead."""
    words, button = _STEPS[kind, part]
    pressed = button(kind, document)
    if pressed.permission and not user.has_perm(pressed.permission):
        pressed = _open(kind, document)
    return NextStep(words(document) if callable(words) else gettext(words), pressed)


def _open(kind: str, document: Any) -> Button:
    return Button(gettext("Open"), document.get_absolute_url(), "arrow-right")


def _compare(kind: str, document: Any) -> Button:
    return Button(gettext("Compare"), document.get_absolute_url(), "git-compare")


def _sync(kind: str, document: Any) -> Button:
    url = page_address(f"{kind}_sync_one", document.pk)
    return Button(
        gettext("Sync now"), url, "refresh-cw", is_post=True, permission=_FETCHED_BY[kind]
    )


def _mail(kind: str, document: Any) -> Button:
    url = page_address("resend_invoice", document.pk)
    return Button(
        gettext("Mail it"),
        url,
        "mail",
        is_post=True,
        asks=True,
        permission="sync.resend_invoices",
    )


def _take_anyway(kind: str, document: Any) -> Button:
    if document.not_taken_reason in NEVER:
        return _open(kind, document)
    url = page_address("take_anyway", document.pk)
    return Button(
        gettext("Take anyway"), url, "play", asks=True, permission="sync.take_orders_anyway"
    )


def _reason(order: SalesOrder) -> str:
    return retold(order.not_taken_reason or str(order.get_stage_display()))


def _held_up(order: SalesOrder) -> str:
    if not order.sap_blocks:
        return gettext("SAP lacks data for it: complete the order there")
    blocks = ", ".join(retold(block) for block in order.sap_blocks)
    return gettext("Blocked in SAP (%(blocks)s): release it there") % {"blocks": blocks}


def _differing(order: SalesOrder) -> str:
    """The names of the first fields."""
    fields = list(dict.fromkeys(retold(str(one.get("field", ""))) for one in order.differences))
    named, more = ", ".join(fields[:MOST_FIELDS]), len(fields) - MOST_FIELDS
    if more > 0:
        told = gettext("SAP and shop disagree: %(fields)s and %(more)s more")
        return told % {"fields": named, "more": more}
    if named:
        return gettext("SAP and shop disagree: %(fields)s") % {"fields": named}
    return gettext("SAP and shop disagree")


def _late(delivery: OutboundDelivery) -> str | SafeString:
    planned = delivery.planned_picking_at
    if planned is None or planned > timezone.now():
        return gettext("Late: it has not left yet")
    return markup(gettext("Late: it was to be picked by {}"), moment(planned))


def _to_pick(delivery: OutboundDelivery) -> str | SafeString:
    planned = delivery.planned_picking_at
    if planned is None:
        return gettext("Pick it")
    return markup(gettext("Pick it by {}"), moment(planned))


_Words = str | Callable[[Any], str | SafeString]
_STEPS: dict[tuple[str, str], tuple[_Words, Callable[[str, Any], Button]]] = {
    (_ORDERED, "one_sided"): (_reason, _open),
    (_ORDERED, "held_up"): (_held_up, _open),
    (_ORDERED, "differs"): (_differing, _compare),
    (_ORDERED, "blocked"): (_reason, _take_anyway),
    (_ORDERED, "to_sync"): (gettext_noop("Waits to go to SAP"), _sync),
    (_DELIVERED, "stop"): (gettext_noop("Do not ship: the shop has cancelled goods of it"), _open),
    (_DELIVERED, "late"): (_late, _open),
    (_DELIVERED, "to_pick"): (_to_pick, _open),
    (_DELIVERED, "to_leave"): (gettext_noop("Picked: post the goods issue in SAP"), _open),
    (_DELIVERED, "untracked"): (
        gettext_noop("Left without a tracking number: enter it in SAP, then sync"), _sync,
    ),
    (_DELIVERED, "untold"): (gettext_noop("Left, and the customer does not know yet"), _sync),
    (_DELIVERED, "gone"): (gettext_noop("Left although the shop had cancelled goods of it"), _open),
    (_BILLED, "missing"): (gettext_noop("Billed in SAP, not in the shop yet"), _sync),
    (_BILLED, "differs"): (gettext_noop("Invoice and billing document disagree"), _compare),
    (_BILLED, "not_mailed"): (gettext_noop("In the shop, not mailed to the customer"), _mail),
}  # fmt: skip
