"""Stores the web orders that the shop answered. Upserts, safe to repeat.

An order that is stored as it is costs no write; its lines are written only where they differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from sync.magento.records import MagentoOrder
from sync.mirrors.column_limits import named
from sync.mirrors.compared import make_due
from sync.mirrors.held_rows import hold
from sync.mirrors.notes import keep
from sync.mirrors.progress import stage_orders
from sync.mirrors.web_order_rows import WebOrderRow
from sync.models import SalesOrder, SalesOrderLine, Shop, clock
from sync.told import told

Rows = dict[int, WebOrderRow]  # by ``entity_id``
Mirrors = dict[int, SalesOrder]

KNOWN_BY = ("sales_order_id", "item_id")
OF_THE_SHOP = (
    *("parent_item_id", "position", "product_id", "product_type", "sku", "name", "is_virtual"),
    *("qty_ordered", "qty_shipped", "qty_invoiced", "qty_refunded", "qty_canceled"),
    *("price", "row_total", "tax_amount", "discount_amount"),
)
CLOCKS_DIFFER = timedelta(days=1)  # at most, between shop and portal


def store_orders(shop: Shop, orders: Iterable[MagentoOrder]) -> list[int]:
    """Returns the keys of the mirrors.

    Raises ``UnexpectedRecord`` for an order the mirror cannot hold; then none is stored.
    """
    return _store(shop, {order.entity_id: WebOrderRow.of(order) for order in orders})


def store_order(
    shop: Shop, order: MagentoOrder, known: SalesOrder | None = None, **notes: object
) -> SalesOrder:
    """``known`` is the mirror as it was read before the shop was asked, and stays as it is.
    ``notes`` are the portal's own columns, written with the others.

    Of an order that is stored as it is, the time of reading is left to whoever writes next.
    """
    row = WebOrderRow.of(order)
    with named(told("Order {order}", order=order.increment_id)):
        stored = _store_over(shop, known, row, notes) if known is not None else None
        if stored is not None:
            return stored
        key = _store(shop, {order.entity_id: row})[0]
    stored = SalesOrder.objects.select_related("shop").get(pk=key)
    if notes:
        keep(stored, **notes)
    return stored


def _store_over(
    shop: Shop, known: SalesOrder, row: WebOrderRow, notes: Mapping[str, object]
) -> SalesOrder | None:
    """None where another has stored the order since ``known`` was read."""
    order, now = copy(known), timezone.now()
    is_same = row.is_stored_in(known)
    if not is_same and row.order.updated_at < known.remote_updated_at:
        return None
    columns = dict(notes) if is_same else row.columns(now) | _due(known, row, now) | dict(notes)
    order.shop, order.payload, order.pulled_at = shop, row.values["payload"], now
    for name, value in columns.items():
        setattr(order, name, value)
    has_other_lines = order.lines_fingerprint != known.lines_fingerprint
    if columns:
        if not is_same:
            row.must_fit()
        with transaction.atomic(savepoint=False):
            if not _write_over(known, columns):
                return None
            if has_other_lines:
                _store_lines({order.pk: order}, {order.pk: row}, [order.pk])
    if has_other_lines or order.state != known.state or not order.is_in_sap:
        prefetch_related_objects([order], "lines")
        stage_orders([order])
    return order


def _due(known: SalesOrder, row: WebOrderRow, now: datetime) -> dict[str, Any]:
    """The columns that make an order due for a comparison; none where nothing compared changed."""
    if known.shop_fingerprint in {"", row.shop_fingerprint}:
        return {}
    is_verified = known.verification == SalesOrder.Verification.VERIFIED
    sent = {"verification": SalesOrder.Verification.SENT} if is_verified else {}
    return {"comparison_due_at": now, **sent}


def _write_over(known: SalesOrder, columns: Mapping[str, Any]) -> bool:
    same = SalesOrder.objects.filter(
        pk=known.pk,
        remote_updated_at=known.remote_updated_at,
        stored_fingerprint=known.stored_fingerprint,
    )
    return bool(same.update(**columns))


def _store(shop: Shop, rows: Rows) -> list[int]:
    for row in rows.values():
        row.must_fit()
    now = timezone.now()
    with transaction.atomic():
        known = _known(shop, rows)
        as_stored = (one for one in known.values() if rows[one.entity_id].is_stored_in(one))
        same = {one.pk: one for one in as_stored}
        fresh = _not_outdated(rows, known, same)
        orders = _upsert_orders(shop, fresh, known)
        _store_lines(
            orders,
            {pk: fresh[one.entity_id] for pk, one in orders.items()},
            [one.pk for one in known.values() if one.pk in orders],
        )
        if same:
            SalesOrder.objects.filter(pk__in=same).update(pulled_at=now)
    stage_orders([*orders.values(), *_awaited(shop, rows, same.values())])
    return list({**{one.pk: one for one in known.values()}, **orders})


def _awaited(shop: Shop, rows: Rows, same: Iterable[SalesOrder]) -> list[SalesOrder]:
    """Those that SAP does not have yet: time or a setting of the shop may have decided anew."""
    awaited = [order for order in same if not order.is_in_sap]
    for order in awaited:
        order.shop, order.payload = shop, rows[order.entity_id].values["payload"]
    prefetch_related_objects(awaited, "lines")
    return awaited


def _known(shop: Shop, rows: Rows) -> Mirrors:
    mirrors = SalesOrder.objects.filter(shop=shop, entity_id__in=list(rows)).defer("payload")
    return {one.entity_id: one for one in mirrors.order_by()}


def _not_outdated(rows: Rows, known: Mirrors, same: Container[int]) -> Rows:
    """Leaves out orders that are stored as they are, and those that another task has meanwhile
    stored in a newer state; what changed in the others makes them due for a comparison.

    A mirror dated in the future is wrong rather than newer, and is replaced.
    """
    latest = timezone.now() + CLOCKS_DIFFER
    fresh, changed = {}, []
    for entity_id, row in rows.items():
        mirror = known.get(entity_id)
        if mirror is None:
            fresh[entity_id] = row
        elif mirror.pk not in same and not (
            row.order.updated_at < mirror.remote_updated_at <= latest
        ):
            fresh[entity_id] = row
            if mirror.shop_fingerprint not in {"", row.shop_fingerprint}:
                changed.append(mirror.pk)
    if changed:
        make_due(changed, clock.now())
    return fresh


def _upsert_orders(shop: Shop, rows: Rows, known: Mirrors) -> dict[int, SalesOrder]:
    """The mirrors by their keys, as they now stand."""
    if not rows:
        return {}
    now = timezone.now()
    columns = {entity_id: row.columns(now) for entity_id, row in rows.items()}
    written = SalesOrder.objects.bulk_create(
        [SalesOrder(shop=shop, **values) for values in columns.values()],
        update_conflicts=True,
        unique_fields=["shop", "entity_id"],
        update_fields=[name for name in next(iter(columns.values())) if name != "entity_id"],
    )
    stored = {}
    for one in written:
        order = known.get(one.entity_id)
        if order is None:
            stored[one.pk] = one
            continue
        order.shop = shop
        for name, value in columns[one.entity_id].items():
            setattr(order, name, value)
        stored[order.pk] = order
    return stored


def _store_lines(
    orders: Mapping[int, SalesOrder], rows: Mapping[int, WebOrderRow], known: Sequence[int]
) -> None:
    """By the order's key; ``known`` are those that may have lines. Holds the lines of each order.

    The shop never takes a line off an order: one that is gone came with a broken record. Lines that
    SAP holds stay, or the link to SAP's items would break.
    """
    before: dict[int, dict[int, SalesOrderLine]] = defaultdict(dict)
    if known:
        for line in SalesOrderLine.objects.filter(sales_order__in=known).order_by():
            before[line.sales_order_id][line.item_id] = line
    changed: list[SalesOrderLine] = []
    gone: list[int] = []
    for pk, row in rows.items():
        lines = [_line(before[pk], pk, values, changed) for values in row.lines]
        left = before[pk].values()
        gone += [line.pk for line in left if line.sap_item_number is None]
        lines += [line for line in left if line.sap_item_number is not None]
        hold(orders[pk], "lines", lines, by="position")
    if gone:
        SalesOrderLine.objects.filter(pk__in=gone).delete()
    _upsert_lines(changed)


def _line(
    before: dict[int, SalesOrderLine],
    order: int,
    values: Mapping[str, Any],
    changed: list[SalesOrderLine],
) -> SalesOrderLine:
    """The line as it is to stand; added to ``changed`` where it has to be written."""
    line = before.pop(values["item_id"], None)
    if line is None:
        changed.append(SalesOrderLine(sales_order_id=order, **values))
        return changed[-1]
    if all(getattr(line, name) == value for name, value in values.items()):
        return line
    for name, value in values.items():
        setattr(line, name, value)
    changed.append(line)
    return line


def _upsert_lines(lines: Sequence[SalesOrderLine]) -> None:
    """Writes the shop's columns alone: the portal's own stay as they are."""
    if not lines:
        return
    written = SalesOrderLine.objects.bulk_create(
        [
            line
            if line._state.adding
            else SalesOrderLine(**{name: getattr(line, name) for name in (*KNOWN_BY, *OF_THE_SHOP)})
            for line in lines
        ],
        update_conflicts=True,
        unique_fields=["sales_order", "item_id"],
        update_fields=OF_THE_SHOP,
    )
    for line, one in zip(lines, written, strict=True):
        line.pk = one.pk
