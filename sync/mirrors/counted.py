"""What the shop's order tells of its papers, so that it need not be asked twice.

An order counts on its lines what was shipped and invoiced. That is lost where a save of the order
overlaps with a paper (README of Magento, Races), but then its state or its money tells.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Prefetch, prefetch_related_objects

from sync.magento.records import MagentoDocumentItem, MagentoOrder
from sync.mirrors.held_rows import is_known_to_have_none
from sync.mirrors.order_lines import write_lines
from sync.mirrors.progress import store_stage
from sync.mirrors.standing_for import Counted
from sync.models import Invoice, SalesOrder, Shipment, SyncAttempt, SyncTask
from sync.translate.payment import Standing, payment_standing

PLAIN = frozenset({"simple", "virtual", "downloadable"})  # no line counts for another
OFFLINE = frozenset({Standing.NOT_PAID, Standing.PAID_OFFLINE, Standing.NOTHING_DUE})


def surely_has_none(
    order: SalesOrder, web_order: MagentoOrder, counted: Counted, task: SyncTask
) -> bool:
    """Whether a look for such a paper would repeat what the order, just read, has said. Only for
    work that follows a fetch; never after an earlier attempt, nor where a gateway holds money."""
    attempts = SyncAttempt.objects.filter(task__step=task.step, task__sales_order=order)
    return (
        task.origin == SyncTask.Origin.FOLLOW_UP
        and _is_untouched(web_order, counted)
        and not any(getattr(item, counted) for item in web_order.items)
        and _has_none(order, "shipments" if counted == "qty_shipped" else "invoices")
        and attempts.count() <= 1
    )


def _has_none(order: SalesOrder, papers: str) -> bool:
    """Held by the order, which nobody else may give one meanwhile."""
    model = Shipment if papers == "shipments" else Invoice
    prefetch_related_objects([order], Prefetch(papers, model._default_manager.defer("payload")))
    return is_known_to_have_none(order, papers)


def is_counted_by(
    made: Sequence[MagentoDocumentItem], web_order: MagentoOrder, counted: Counted, task: SyncTask
) -> bool:
    """Whether the lines' counts follow from the paper just read back.

    Only where the order's ``updated_at`` moves with it, and the task follows a fetch: the next
    fetch of orders, which comes as often, reads the order whole.
    """
    is_plain = all(item.product_type in PLAIN for item in web_order.items)
    follows = task.origin == SyncTask.Origin.FOLLOW_UP
    if not (follows and is_plain and _moves(web_order, counted)):
        return False
    known = {item.item_id for item in web_order.items}
    return known >= {item.order_item_id for item in made}


def store_counted(
    order: SalesOrder,
    web_order: MagentoOrder,
    counted: Counted,
    made: Sequence[MagentoDocumentItem],
    **columns: object,
) -> None:
    """Stores the counts that follow from the paper, and the order's stage with other ``columns`` of
    it."""
    quantities = {item.item_id: getattr(item, counted) for item in web_order.items}
    for item in made:
        quantities[item.order_item_id] += item.qty
    write_lines(order, counted, quantities)
    store_stage(order, None, **columns, stored_fingerprint="", lines_fingerprint="")


def _is_untouched(web_order: MagentoOrder, counted: Counted) -> bool:
    if counted == "qty_shipped":
        return web_order.state == "new"
    return payment_standing(web_order).standing is Standing.NOT_PAID


def _moves(web_order: MagentoOrder, counted: Counted) -> bool:
    """An invoice always does, a shipment surely only as the first one (README "Polling"). What a
    gateway collected is read at once."""
    if counted == "qty_shipped":
        return web_order.state == "new"
    return payment_standing(web_order).standing in OFFLINE
