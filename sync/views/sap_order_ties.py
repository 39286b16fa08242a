"""A person says which SAP order belongs to a web order, or that a candidate does not."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404

from sync.jobs import clicks
from sync.mirrors.link_choices import Choice, choices
from sync.models import SalesOrder
from sync.models.columns import SAP_NUMBER_LENGTH
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest

NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")
SIDES = ("Web order", "SAP order")


def tie(order: SalesOrder, typed: str, person: User, reason: str) -> str:
    """Have the SAP order of that number read, compared and tied; returns a message. Raises
    ``ValueError`` where the number is invalid or belongs to another web order."""
    typed = typed.strip()
    if not NUMBER.fullmatch(typed):
        raise ValueError("Give the number of the SAP order, at most 10 characters.")
    number = typed.zfill(SAP_NUMBER_LENGTH) if typed.isdigit() else typed.upper()
    others = SalesOrder.objects.filter(sap_sales_order_number=number).exclude(pk=order.pk)
    if other := others.first():
        raise ValueError(f"SAP order {number} is already that of web order {other}.")
    clicked = clicks.tie_order(order, number, person, reason)
    return f"SAP order {number} is read and compared. {clicked.message}"


class TieOrder(Decide):
    """Ties to the SAP order named in the address, or to the number typed in."""

    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        order, number = _order(pk), request.GET.get("number", "")
        choice = _choice(order, number)
        return Question(
            title=f"Tie to SAP order {number}?" if number else "Tie to a SAP order?",
            subject=f"Order {order}",
            button="Tie them",
            consequences=_consequences(order, is_typed=not number),
            back_to=order.get_absolute_url(),
            facts=_facts(choice),
            sides=SIDES if choice else ("", ""),
            number_label="" if number else "SAP order number",
            refusal=_refusal(order, number, choice),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        typed = request.GET.get("number", "") or number
        return tie(_order(pk), typed, request.user, reason)


class RefuseSapOrder(Decide):
    """Records that a candidate SAP order does not belong to the web order."""

    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        """Not offered for a SAP order with this order's own reference: it would be found again."""
        order, number = _order(pk), request.GET.get("number", "")
        choice = _choice(order, number)
        refusal = _refusal(order, number, choice)
        if not refusal and not (choice and choice.may_refuse):
            refusal = f"SAP order {number} carries the number of this order: change it there first."
        return Question(
            title=f"Is SAP order {number} another's?",
            subject=f"Order {order}",
            button="It is another's",
            consequences=_if_refused(order, number),
            back_to=order.get_absolute_url(),
            facts=_facts(choice),
            sides=SIDES if choice and choice.points else ("", ""),
            refusal=refusal,
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        order, number = _order(pk), request.GET.get("number", "")
        clicked = clicks.refuse_sap_order(order, number, request.user, reason)
        return f"SAP order {number} is left alone. {clicked.message}"


def _order(pk: int) -> SalesOrder:
    return get_object_or_404(SalesOrder.objects.select_related("shop"), pk=pk)


def _choice(order: SalesOrder, number: str) -> Choice | None:
    return next((one for one in choices(order) if one.number == number), None)


def _refusal(order: SalesOrder, number: str, choice: Choice | None) -> str:
    if order.is_in_sap:
        return f"Order {order} is already in SAP as {order.sap_sales_order_number}."
    if number and choice is None:
        return f"There is nothing to decide about SAP order {number[:10]} any more."
    return ""


def _facts(choice: Choice | None) -> list[Fact]:
    return [Fact(one.label, one.ours, one.theirs) for one in choice.points] if choice else []


def _consequences(order: SalesOrder, *, is_typed: bool) -> list[str]:
    first = "No SAP order is created for this web order; the one named is taken for it."
    then = "Its deliveries and invoices become those of the web order, and customers are told."
    over = "The web order is over in the shop: nothing is shipped, invoiced or mailed by itself."
    told = [first, over if order.state in {"complete", "closed"} else then]
    if is_typed:
        told.append("If it differs from the web order, both are shown here before they are tied.")
    return told


def _if_refused(order: SalesOrder, number: str) -> list[str]:
    if order.stage == SalesOrder.Stage.TO_SYNC:
        told = ["A new SAP order is created for this web order, unless SAP holds one that fits."]
    else:
        told = [f"The web order stays out of SAP: {order.not_taken_reason or 'it is canceled'}."]
    if number == order.ext_order_id:
        told.append(f"The shop's order still carries {number}: clear it there.")
    return told
