"""A person says which line of the web order an item added in SAP stands for, or that it stands for
none."""

from __future__ import annotations

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from sync.jobs import clicks
from sync.mirrors.added_lines import AddedItem, Line, added_items
from sync.mirrors.progress import refresh_stages
from sync.models import SalesOrder
from sync.names.sap import measured
from sync.templatetags.portal import money
from sync.templatetags.retold import retold
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest


class TieItem(Decide):
    """Ties the SAP item named in the address to the line named there; without one, to none."""

    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        order = get_object_or_404(SalesOrder, pk=pk)
        added, line = _named(order, request)
        number = request.GET.get("item", "")[:6]
        named = {"item": number, "article": line.sku if line else ""}
        if line:
            title = gettext("Does SAP's item %(item)s stand for line %(article)s?") % named
            button = gettext("It stands for line %(article)s") % named
        else:
            title = gettext("Does SAP's item %(item)s stand for no line?") % named
            button = gettext("It stands for no line")
        subject = gettext("Order %(order)s, SAP order %(number)s")
        return Question(
            title=title,
            subject=subject % {"order": order, "number": order.sap_sales_order_number},
            button=button,
            consequences=_if_tied(line) if line else _if_not(added),
            back_to=order.get_absolute_url(),
            facts=_facts(added, line, order.currency),
            sides=(gettext("Web order"), "SAP") if line else ("", ""),
            refusal=_refusal(request, number, added, line),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        order = get_object_or_404(SalesOrder, pk=pk)
        added, line = _named(order, request)
        if added is None or (line is None and request.GET.get("line")):
            raise ValueError(
                gettext("Somebody else has decided, or SAP's order was changed, meanwhile.")
            )
        item_id = line.item_id if line else None
        clicked = clicks.tie_item(order, added.number, item_id, request.user, reason)
        refresh_stages([order.pk])
        if line:
            text = gettext("SAP's item %(item)s stands for line %(article)s.")
        else:
            text = gettext("SAP's item %(item)s stands for no line.")
        said = text % {"item": added.number, "article": line.sku if line else ""}
        return f"{said} {retold(clicked.message)}".strip()


def _named(order: SalesOrder, request: PortalRequest) -> tuple[AddedItem | None, Line | None]:
    asked = request.GET.get("item", "")
    added = next((one for one in added_items(order) if str(one.number) == asked), None)
    choices = added.choices if added else []
    wanted = request.GET.get("line", "")
    return added, next((one for one in choices if str(one.item_id) == wanted), None)


def _refusal(
    request: PortalRequest, number: str, added: AddedItem | None, line: Line | None
) -> str:
    if added is None or (request.GET.get("line") and line is None):
        over = gettext("There is nothing to decide about SAP's item %(item)s any more.")
        return over % {"item": number}
    return ""


def _facts(added: AddedItem | None, line: Line | None, currency: str) -> list[Fact]:
    if added is None:
        return []
    quantity, price = measured(added.quantity, added.unit), money(added.net_value, currency)
    if line is None:
        return [
            Fact(gettext("Material"), added.material),
            Fact(gettext("Quantity"), quantity),
            Fact(gettext("Net"), price),
        ]
    return [
        Fact(gettext("Article"), line.sku, added.material),
        Fact(gettext("Quantity"), measured(line.asked, added.unit), quantity),
    ]


def _if_tied(line: Line) -> list[str]:
    shipped_as = gettext(
        "What SAP delivers and bills of the item is shipped and invoiced as %(article)s, at the "
        "web order's price. Customers are told of it as of any other line."
    )
    return [
        shipped_as % {"article": line.sku},
        gettext("It can be taken back here. What the shop has shipped or invoiced by then stays."),
    ]


def _if_not(added: AddedItem | None) -> list[str]:
    told = [gettext("The shop ships and invoices nothing for the item. The other lines go on.")]
    if added is not None and added.net_value:
        told.append(gettext("What SAP bills of it is told to finance, with its amount."))
    return told
