"""A person accepts an order that a rule has stopped, knowing what follows."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from sync.jobs import clicks
from sync.mirrors.intake import reason_never_taken, rules_of
from sync.mirrors.taking_anyway import consequences
from sync.models import SalesOrder
from sync.templatetags.retold import retold
from sync.views.click_words import told_of
from sync.views.decisions import Decide, Question
from sync.views.people import PortalRequest


class TakeAnyway(Decide):
    """Asks first; an order that is fully shipped, complete, closed or canceled cannot be
    accepted."""

    permission_required = "sync.take_orders_anyway"

    def question(self, request: PortalRequest, pk: int) -> Question:
        order = _order(pk)
        return Question(
            title=gettext("Take this order anyway?"),
            subject=gettext("Order %(order)s") % {"order": order},
            button=gettext("Take it anyway"),
            consequences=[retold(one) for one in consequences(order)],
            back_to=order.get_absolute_url(),
            refusal=_refusal(order),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        order = _order(pk)
        clicked = clicks.take_anyway(order, request.user, reason)
        taken = gettext("Order %(order)s is taken.") % {"order": order}
        return f"{taken} {told_of(clicked)}"


def _order(pk: int) -> SalesOrder:
    orders = SalesOrder.objects.select_related("shop").prefetch_related("lines")
    return get_object_or_404(orders, pk=pk)


def _refusal(order: SalesOrder) -> str:
    stage = SalesOrder.Stage(order.stage)
    if stage not in {stage.NOT_TAKEN, stage.CANCELED}:
        return gettext("Order %(order)s has already been taken.") % {"order": order}
    if never := reason_never_taken(order, rules_of(order.shop).about(order)):
        names = {"order": order, "why": retold(f"{never[0].lower()}{never[1:]}")}
        return gettext("Order %(order)s cannot be taken: %(why)s.") % names
    return ""
