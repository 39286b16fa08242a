"""A person holds an order or its customer with a reason, and releases what is held."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, ngettext

from sync.jobs import order_holds
from sync.models import OrderHold, SalesOrder
from sync.models.order_holds import holds_on
from sync.templatetags.retold import retold
from sync.templatetags.written import day
from sync.views.counts import capped
from sync.views.decisions import Decide, Question
from sync.views.people import PortalRequest

MOST_COUNTED = 1_000
ENDED = (SalesOrder.Stage.COMPLETE, SalesOrder.Stage.CANCELED)
NOTHING_NEW = gettext_noop(
    "Nothing new is written to SAP or the shop, neither by a click nor by itself, until somebody "
    "releases it. Both sides are still read."
)
UNDER_WAY = gettext_noop("What is being written at this moment ends.")
ALREADY = gettext_noop("It is held already: somebody else was faster.")
RELEASED = gettext_noop("It is released already: somebody else was faster.")


class _Hold(Decide):
    permission_required = "sync.hold_orders"

    def wanted(self, order: SalesOrder) -> OrderHold:
        return OrderHold.of_order(order)

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        """Of two people at the same moment only one succeeds."""
        wanted = self.wanted(_order(pk))
        if not order_holds.hold(wanted, request.user, reason):
            raise ValueError(gettext(ALREADY))
        return f"{retold(wanted.told)}."


class HoldOrder(_Hold):
    def question(self, request: PortalRequest, pk: int) -> Question:
        order = _order(pk)
        return Question(
            title=gettext("Hold this order?"),
            subject=gettext("Order %(order)s") % {"order": order},
            button=gettext("Hold the order"),
            consequences=[gettext(NOTHING_NEW), gettext(UNDER_WAY)],
            back_to=order.get_absolute_url(),
            refusal=gettext(ALREADY) if holds_on([order]).is_order_held else "",
        )


class HoldCustomer(_Hold):
    """Every order of the customer, those to come included."""

    def wanted(self, order: SalesOrder) -> OrderHold:
        return OrderHold.of_customer(order)

    def question(self, request: PortalRequest, pk: int) -> Question:
        order = _order(pk)
        wanted = self.wanted(order)
        refusal = gettext(ALREADY) if holds_on([order]).is_customer_held else ""
        if not (wanted.customer_email or wanted.magento_customer_id):
            refusal = gettext(
                "The shop gives neither an e-mail address nor a number of this customer."
            )
        return Question(
            title=gettext("Hold this customer?"),
            subject=retold(wanted.subject),
            button=gettext("Hold the customer"),
            consequences=[_held_with_it(order), gettext(NOTHING_NEW), gettext(UNDER_WAY)],
            back_to=order.get_absolute_url(),
            refusal=refusal,
        )


class ReleaseHold(Decide):
    permission_required = "sync.hold_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        held = _held(pk)
        is_one = held.sales_order is not None
        return Question(
            title=gettext("Release this order?") if is_one else gettext("Release this customer?"),
            subject=retold(held.subject),
            button=gettext("Release"),
            consequences=[
                gettext("Held by %(person)s since %(day)s: %(reason)s")
                % {
                    "person": held.held_by_name,
                    "day": day(timezone.localtime(held.held_at)),
                    "reason": held.reason,
                },
                _goes_on(held),
            ],
            back_to=_back_to(request, held),
            refusal="" if held.stands else gettext(RELEASED),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        held = _held(pk)
        if not order_holds.release(held, request.user, reason):
            raise ValueError(gettext(RELEASED))
        told = gettext("%(subject)s are released.")
        if not held.is_of_customer:
            told = gettext("%(subject)s is released.")
        return told % {"subject": retold(held.subject)}


def _order(pk: int) -> SalesOrder:
    return get_object_or_404(SalesOrder.objects.select_related("shop").defer("payload"), pk=pk)


def _held(pk: int) -> OrderHold:
    return get_object_or_404(OrderHold.objects.select_related("sales_order", "shop"), pk=pk)


def _back_to(request: PortalRequest, held: OrderHold) -> str:
    """The order the person came from, as a customer has many."""
    came_from = request.GET.get("order", "")
    if held.sales_order is not None:
        return held.sales_order.get_absolute_url()
    if came_from.isdecimal() and len(came_from) < 19:
        return reverse("sync:order", args=[int(came_from)])
    return reverse("sync:attention")


def _held_with_it(order: SalesOrder) -> str:
    """Counted by the address as the shop writes it, in any case of letters it may have."""
    written = {order.customer_email, order.customer_email.lower()} - {""}
    open_orders = SalesOrder.objects.filter(customer_email__in=written).exclude(stage__in=ENDED)
    count = capped(open_orders, MOST_COUNTED)
    return ngettext(
        "This order is held, the only one that is not complete, and every order to come.",
        "All %(count)s orders that are not complete are held, and every order to come.",
        count.number,
    ) % {"count": count}


def _goes_on(held: OrderHold) -> str:
    count = capped(order_holds.waiting_for(held), MOST_COUNTED)
    if not count:
        return gettext("Nothing waits for it at the moment. What comes is written again as usual.")
    return ngettext(
        "One piece of work waits for it and goes on at once.",
        "%(count)s pieces of work wait for it and go on at once.",
        count.number,
    ) % {"count": count}
