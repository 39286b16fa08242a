"""A person takes an order that a rule has stopped: what follows, how much of it, and why."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from sync.jobs import on_demand
from sync.mirrors.intake import reason_never_taken
from sync.mirrors.taking_anyway import consequences
from sync.models import SalesOrder
from sync.views.decisions import Decide, Question
from sync.views.people import PortalRequest


class TakeAnyway(Decide):
    """Asks first; what is shipped whole, complete, closed or canceled nobody can take."""

    permission_required = "sync.take_orders_anyway"

    def question(self, request: PortalRequest, pk: int) -> Question:
        """The rule, what follows without it, and the pieces and the money SAP is asked for."""
        order = _order(pk)
        return Question(
            title="Take this order anyway?",
            subject=f"Order {order}",
            button="Take it anyway",
            consequences=consequences(order),
            back_to=order.get_absolute_url(),
            refusal=_refusal(order),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """Take it, and keep the reason."""
        order = _order(pk)
        clicked = on_demand.take_anyway(order, request.user, reason)
        return f"Order {order} is taken. {clicked.message}"


def _order(pk: int) -> SalesOrder:
    orders = SalesOrder.objects.select_related("shop").prefetch_related("lines")
    return get_object_or_404(orders, pk=pk)


def _refusal(order: SalesOrder) -> str:
    stage = SalesOrder.Stage(order.stage)
    if stage not in {stage.NOT_TAKEN, stage.CANCELED}:
        return f"Order {order} has already been taken."
    if never := reason_never_taken(order):
        return f"Order {order} cannot be taken: {never[0].lower()}{never[1:]}."
    return ""
