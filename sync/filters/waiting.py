"""What waits for a person, in parts of which no document belongs to two.

Home counts them and shows the oldest; each list can be narrowed to one, and then shows as many.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import django_filters
from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.models import OutboundDelivery, SalesOrder, Shop, SyncTask
from sync.models.intake_rules import BY_RULE_FOR_EVER, OVER, REFUNDED, SHIPPED, TOO_EARLY
from sync.models.page_indexes import HELD_UP, LEFT, MISSING, TO_INVOICE

LATE_AFTER = timedelta(days=2)
RECENT = timedelta(days=30)  # afterwards it is history that nobody in the portal can settle
FIRST_TAKEN = RawSQL(
    f"(SELECT MIN(COALESCE(orders_from, '1970-01-01 00:00:00+00:00')) FROM {Shop._meta.db_table})",
    (),
    DateTimeField(),
)

Stage, Picking = SalesOrder.Stage, OutboundDelivery.Picking


@dataclass(frozen=True, slots=True)
class Part:
    """Documents that wait for the same next step; ``condition`` is asked for at each look, as some
    know what time it is."""

    name: str
    label: Promise
    condition: Callable[[], Q]


def is_late(now: datetime) -> Q:
    """Not issued yet, though picking was planned for earlier or the delivery is over two days
    old."""
    planned = Q(planned_picking_at__lt=now)
    old = Q(planned_picking_at__isnull=True, created_date__lt=(now - LATE_AFTER).date())
    return (planned | old) & ~LEFT


def _is_on_time(now: datetime) -> Q:
    """Neither issued nor late."""
    young = Q(created_date__gte=(now - LATE_AFTER).date()) | Q(created_date__isnull=True)
    unplanned = Q(planned_picking_at__isnull=True) & young
    return (Q(planned_picking_at__gte=now) | unplanned) & ~LEFT


def _not_stopped(document: str, **more: bool) -> Q:
    """Where stopped work may be the reason that a document waits, it is counted with its cause,
    under *Needs attention*."""
    stopped = SyncTask.objects.filter(
        **{document: OuterRef("pk")}, state=SyncTask.State.NEEDS_ATTENTION, **more
    )
    return Q(~Exists(stopped.order_by()))


def _order_not_stopped() -> Q:
    return _not_stopped("sales_order", delivery__isnull=True, billing_document__isnull=True)


def _blocked() -> Q:
    """Kept out by a rule that may change its mind, since the portal has taken over."""
    final = Q(not_taken_reason__in=[SHIPPED, REFUNDED, TOO_EARLY]) | Q(state__in=sorted(OVER))
    by_rule = Q(not_taken_reason__startswith=BY_RULE_FOR_EVER)
    # The first bound is for the index, the second is each shop's own.
    since = Q(placed_at__gte=FIRST_TAKEN) & (
        Q(shop__orders_from__isnull=True) | Q(placed_at__gte=F("shop__orders_from"))
    )
    return Q(stage=Stage.NOT_TAKEN) & since & ~final & ~by_rule


def _recently() -> date:
    return (timezone.now() - RECENT).date()


ORDERS: Sequence[Part] = (
    Part("one_sided", _("Stopped on one side"),
         lambda: Q(stage=Stage.ONE_SIDED)),
    Part("held_up", _("Held up in SAP"), lambda: HELD_UP & _order_not_stopped()),
    Part("differs", _("SAP and shop disagree"),
         lambda: Q(verification=SalesOrder.Verification.DIFFERS, stage__in=SalesOrder.MOVING_IN_SAP,
                   sap_blocks=[], sap_is_incomplete=False) & _order_not_stopped()),
    Part("blocked", _("Blocked by a rule"), _blocked),
    Part("to_sync", _("To sync"), lambda: Q(stage=Stage.TO_SYNC) & _order_not_stopped()),
)  # fmt: skip
_WANTED = Q(has_unwanted=False)
_UNTOLD = LEFT & Q(is_in_shop=False) & _WANTED
DELIVERIES: Sequence[Part] = (
    Part("stop", _("Do not ship"), lambda: Q(has_unwanted=True) & ~LEFT),
    Part("late", _("Late"), lambda: is_late(timezone.now()) & _WANTED),
    Part("to_pick", _("To pick"),
         lambda: _is_on_time(timezone.now()) & _WANTED
         & Q(picking_status__in=[Picking.NOT_PICKED, Picking.PARTLY])),
    Part("to_leave", _("Picked, waiting for goods issue"),
         lambda: _is_on_time(timezone.now()) & _WANTED
         & Q(picking_status__in=[Picking.PICKED, Picking.NOT_RELEVANT])),
    Part("untracked", _("Left without tracking"),
         lambda: _UNTOLD & Q(has_parcels=False) & _not_stopped("delivery")),
    Part("untold", _("Left, not in the shop"),
         lambda: _UNTOLD & Q(has_parcels=True) & _not_stopped("delivery")),
    Part("gone", _("Left though cancelled"),
         lambda: Q(has_unwanted=True, created_date__gte=_recently()) & LEFT),
)  # fmt: skip
BILLING_DOCUMENTS: Sequence[Part] = (
    Part("missing", _("Not in the shop"), lambda: MISSING & _not_stopped("billing_document")),
    Part("differs", _("Amounts differ"),
         lambda: Q(has_difference=True) & (Q(billing_date__gte=_recently()) | Q(has_unmailed=True))
         & _not_stopped("billing_document")),
    Part("not_mailed", _("Not mailed"),
         lambda: TO_INVOICE & Q(has_unmailed=True, has_difference=False)
         & _not_stopped("billing_document")),
)  # fmt: skip


class PartFilter(django_filters.ChoiceFilter):  # type: ignore[misc]  # untyped package
    """Narrows a list to one part of what waits."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = {part.name: part for part in parts}
        choices = [(part.name, part.label) for part in parts]
        super().__init__(label=_("Waits for somebody"), empty_label=_("Any"), choices=choices)

    def filter(self, documents: QuerySet[Any], value: str) -> QuerySet[Any]:
        return documents.filter(self._parts[value].condition()) if value else documents
