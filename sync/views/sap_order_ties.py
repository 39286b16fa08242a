"""A person says which SAP order belongs to a web order, or that a candidate does not."""

from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from sync.jobs import clicks
from sync.mirrors.link_choices import Choice, choices
from sync.models import SalesOrder
from sync.models.columns import SAP_NUMBER_LENGTH
from sync.templatetags.retold import retold
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest

NUMBER = re.compile(r"[A-Za-z0-9]{1,10}")


def tie(order: SalesOrder, typed: str, person: User, reason: str) -> str:
    """Have the SAP order of that number read, compared and tied; returns a message. Raises
    ``ValueError`` where the number is invalid or belongs to another web order."""
    typed = typed.strip()
    if not NUMBER.fullmatch(typed):
        raise ValueError(gettext("Give the number of the SAP order, at most 10 characters."))
    number = typed.zfill(SAP_NUMBER_LENGTH) if typed.isdigit() else typed.upper()
    others = SalesOrder.objects.filter(sap_sales_order_number=number).exclude(pk=order.pk)
    if other := others.first():
        taken = gettext("SAP order %(number)s is already that of web order %(order)s.")
        raise ValueError(taken % {"number": number, "order": other})
    clicked = clicks.tie_order(order, number, person, reason)
    is_read = gettext("SAP order %(number)s is read and compared.") % {"number": number}
    return f"{is_read} {retold(clicked.message)}"


class TieOrder(Decide):
    """Ties to the SAP order named in the address, or to the number typed in."""

    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        order, number = _order(pk), request.GET.get("number", "")
        choice = _choice(order, number)
        return Question(
            title=gettext("Tie to SAP order %(number)s?") % {"number": number}
            if number
            else gettext("Tie to a SAP order?"),
            subject=gettext("Order %(order)s") % {"order": order},
            button=gettext("Tie them"),
            consequences=_consequences(order, is_typed=not number),
            back_to=order.get_absolute_url(),
            facts=_facts(choice),
            sides=_sides() if choice else ("", ""),
            number_label="" if number else gettext("SAP order number"),
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
            refusal = gettext(
                "SAP order %(number)s carries the number of this order: change it there first."
            ) % {"number": number}
        return Question(
            title=gettext("Is SAP order %(number)s another's?") % {"number": number},
            subject=gettext("Order %(order)s") % {"order": order},
            button=gettext("It is another's"),
            consequences=_if_refused(order, number),
            back_to=order.get_absolute_url(),
            facts=_facts(choice),
            sides=_sides() if choice and choice.points else ("", ""),
            refusal=refusal,
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        order, number = _order(pk), request.GET.get("number", "")
        clicked = clicks.refuse_sap_order(order, number, request.user, reason)
        is_left = gettext("SAP order %(number)s is left alone.") % {"number": number}
        return f"{is_left} {retold(clicked.message)}"


def _order(pk: int) -> SalesOrder:
    return get_object_or_404(SalesOrder.objects.select_related("shop"), pk=pk)


def _choice(order: SalesOrder, number: str) -> Choice | None:
    return next((one for one in choices(order) if one.number == number), None)


def _refusal(order: SalesOrder, number: str, choice: Choice | None) -> str:
    if order.is_in_sap:
        is_there = gettext("Order %(order)s is already in SAP as %(number)s.")
        return is_there % {"order": order, "number": order.sap_sales_order_number}
    if number and choice is None:
        over = gettext("There is nothing to decide about SAP order %(number)s any more.")
        return over % {"number": number[:10]}
    return ""


def _facts(choice: Choice | None) -> list[Fact]:
    points = choice.points if choice else []
    return [Fact(retold(one.label), retold(one.ours), retold(one.theirs)) for one in points]


def _sides() -> tuple[str, str]:
    return gettext("Web order"), gettext("SAP order")


def _consequences(order: SalesOrder, *, is_typed: bool) -> list[str]:
    first = gettext("No SAP order is created for this web order; the one named is taken for it.")
    then = gettext(
        "Its deliveries and invoices become those of the web order, and customers are told."
    )
    over = gettext(
        "The web order is over in the shop: nothing is shipped, invoiced or mailed by itself."
    )
    told = [first, over if order.state in {"complete", "closed"} else then]
    if is_typed:
        told.append(
            gettext("If it differs from the web order, both are shown here before they are tied.")
        )
    return told


def _if_refused(order: SalesOrder, number: str) -> list[str]:
    if order.stage == SalesOrder.Stage.TO_SYNC:
        told = [
            gettext(
                "A new SAP order is created for this web order, unless SAP holds one that fits."
            )
        ]
    else:
        reason = retold(order.not_taken_reason) or gettext("it is canceled")
        told = [gettext("The web order stays out of SAP: %(reason)s.") % {"reason": reason}]
    if number == order.ext_order_id:
        carries = gettext("The shop's order still carries %(number)s: clear it there.")
        told.append(carries % {"number": number})
    return told
