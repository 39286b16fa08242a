"""A person says which line of the web order an item added in SAP stands for, or that it stands for
none."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from sync.jobs import clicks
from sync.mirrors.added_lines import AddedItem, Line, added_items
from sync.mirrors.progress import refresh_stages
from sync.models import SalesOrder
from sync.names.sap import measured
from sync.templatetags.portal import money
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest


class TieItem(Decide):
    """Ties the SAP item named in the address to the line named there; without one, to none."""

    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        order = get_object_or_404(SalesOrder, pk=pk)
        added, line = _named(order, request)
        number = request.GET.get("item", "")[:6]
        for_line = f"line {line.sku}" if line else "no line"
        return Question(
            title=f"Does SAP's item {number} stand for {for_line}?",
            subject=f"Order {order}, SAP order {order.sap_sales_order_number}",
            button=f"It stands for {for_line}",
            consequences=_if_tied(line) if line else _if_not(added),
            back_to=order.get_absolute_url(),
            facts=_facts(added, line, order.currency),
            sides=("Web order", "SAP") if line else ("", ""),
            refusal=_refusal(request, number, added, line),
        )

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        order = get_object_or_404(SalesOrder, pk=pk)
        added, line = _named(order, request)
        if added is None or (line is None and request.GET.get("line")):
            raise ValueError("Somebody else has decided, or SAP's order was changed, meanwhile.")
        item_id = line.item_id if line else None
        clicked = clicks.tie_item(order, added.number, item_id, request.user, reason)
        refresh_stages([order.pk])
        stands_for = f"line {line.sku}" if line else "no line"
        return f"SAP's item {added.number} stands for {stands_for}. {clicked.message}".strip()


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
        return f"There is nothing to decide about SAP's item {number} any more."
    return ""


def _facts(added: AddedItem | None, line: Line | None, currency: str) -> list[Fact]:
    if added is None:
        return []
    quantity, price = measured(added.quantity, added.unit), money(added.net_value, currency)
    if line is None:
        return [
            Fact("Material", added.material),
            Fact("Quantity", quantity),
            Fact("Net", price),
        ]
    return [
        Fact("Article", line.sku, added.material),
        Fact("Quantity", measured(line.asked, added.unit), quantity),
    ]


def _if_tied(line: Line) -> list[str]:
    return [
        f"What SAP delivers and bills of the item is shipped and invoiced as {line.sku}, at the "
        "web order's price. Customers are told of it as of any other line.",
        "It can be taken back here. What the shop has shipped or invoiced by then stays.",
    ]


def _if_not(added: AddedItem | None) -> list[str]:
    told = ["The shop ships and invoices nothing for the item. The other lines go on."]
    if added is not None and added.net_value:
        told.append("What SAP bills of it is told to finance, with its amount.")
    return told
