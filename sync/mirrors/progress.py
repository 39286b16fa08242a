"""Works out how far an order has come, from the mirrors of both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from sync.mirrors.intake import reason_not_taken, reason_one_sided, rules_of
from sync.mirrors.nobody_moves import reason_nobody_moves
from sync.mirrors.notes import keep
from sync.mirrors.order_documents import Documents, documents_of
from sync.mirrors.unwanted_goods import reason_unwanted, store_unwanted_quantities
from sync.models import (
    Decision,
    IntakeRule,
    PaymentMapping,
    SalesOrder,
    SalesOrderLine,
    Shop,
    clock,
)
from sync.models.master_data import read_once
from sync.told import told
from sync.translate import line_progress
from sync.translate.sap_hindrances import Hindrance, hindrances
from sync.translate.sap_progress import left_to_bill, left_to_deliver

Stage = SalesOrder.Stage
OPEN_STAGES = frozenset(Stage) - {Stage.COMPLETE, Stage.CANCELED}
AT_ONCE = 500
_Move = tuple[str, str, tuple[tuple[str, object], ...]]  # from which stage and reason; the columns
NOTHING = Documents()  # what SAP holds of an order it does not have


def refresh_stages(keys: Iterable[int]) -> None:
    orders = list(
        SalesOrder.objects.filter(pk__in=list(keys))
        .select_related("shop")
        .prefetch_related("lines")
        .annotate(is_decided=Exists(Decision.objects.filter(sales_order=OuterRef("pk"))))
        .defer("payload")
    )
    awaited = {order.pk: order for order in orders if not order.is_in_sap}
    if awaited:  # only their payload counts
        payloads = SalesOrder.objects.filter(pk__in=awaited).order_by()
        for pk, payload in payloads.values_list("pk", "payload"):
            awaited[pk].payload = payload
    stage_orders(orders, [order for order in orders if order.is_decided])


def stage_orders(orders: Sequence[SalesOrder], decided: Sequence[SalesOrder] | None = None) -> None:
    """Stores what has changed, here as well, of orders whose shops and lines are at hand.
    ``decided`` are those with decisions, where the caller knows them."""
    in_sap = [order for order in orders if order.is_in_sap]
    documents = documents_of(in_sap, decided) if in_sap else {}
    now = clock.now()
    alike: dict[_Move, list[SalesOrder]] = defaultdict(list)
    for order in in_sap:
        alike[_move(order, staged(order, documents[order.pk], now))].append(order)
    if awaited := [order for order in orders if not order.is_in_sap]:
        with read_once():
            rules = {shop: rules_of(shop) for shop in {order.shop for order in awaited}}
        for order in awaited:
            reason = reason_not_taken(order, rules[order.shop], now=now)
            alike[_move(order, _news(order, reason, NOTHING, now))].append(order)
    for (*_from, columns), same in alike.items():
        if columns:
            _move_on(same, dict(columns))


def _move(order: SalesOrder, news: dict[str, object]) -> _Move:
    """The same for orders that are written together."""
    return order.stage, order.not_taken_reason, tuple(news.items())


def _move_on(orders: Sequence[SalesOrder], columns: dict[str, object]) -> None:
    """From the stage that was worked from, and only from there: where another has moved an order on
    meanwhile, by documents we had not seen, its stage is worked out anew."""
    keys = [order.pk for order in orders]
    moved = _still_at(orders[0]).filter(pk__in=keys).update(**columns)
    for order in orders:
        for name, value in columns.items():
            setattr(order, name, value)
    if moved == len(keys):
        return
    refresh_stages(keys)
    for order in orders:
        order.refresh_from_db(fields=["stage", "not_taken_reason"])


def _still_at(order: SalesOrder) -> QuerySet[SalesOrder]:
    return SalesOrder.objects.filter(stage=order.stage, not_taken_reason=order.not_taken_reason)


def store_stage(order: SalesOrder, documents: Documents | None = None, **columns: object) -> None:
    """Together with what else is to be written of the order. ``documents`` are at hand where the
    caller has just stored them all."""
    if not order.is_in_sap:
        if columns:
            keep(order, **columns)
        stage_orders([order])
        return
    documents = documents or documents_of([order])[order.pk]
    news = staged(order, documents, clock.now())
    same = _still_at(order) if news else SalesOrder.objects.all()
    same = same.filter(pk=order.pk, remote_updated_at=order.remote_updated_at)
    if (columns or news) and not same.update(**columns, **news):
        keep(order, **columns)  # the order was stored anew meanwhile, or has moved on
        refresh_stages([order.pk])
        order.refresh_from_db(fields=["stage", "not_taken_reason"])
        news = {}
    for name, value in {**columns, **news}.items():
        setattr(order, name, value)


def staged(order: SalesOrder, documents: Documents, now: datetime) -> dict[str, object]:
    """The columns of an order in SAP that its progress changes; empty where it has made none."""
    unwanted = store_unwanted_quantities(order, documents)
    reason = reason_unwanted(order, documents, unwanted)
    reason = reason or reason_one_sided(order)
    reason = reason or reason_nobody_moves(order, documents)
    return _news(order, reason, documents, now)


def _news(order: SalesOrder, reason: str, documents: Documents, now: datetime) -> dict[str, object]:
    stage = stage_of(order, reason, documents)
    if (stage, reason) == (order.stage, order.not_taken_reason):
        return {}
    return {"stage": stage, "not_taken_reason": reason, **_arrival(order, stage, now)}


def judge_again(shop: Shop, *rules: IntakeRule | PaymentMapping) -> int:
    """After a change of rules of intake: the orders not in SAP that they are about, old and new.
    Returns how many."""
    about = Q()
    for rule in rules:
        named = (
            {"payment_method": rule.method}
            if isinstance(rule, PaymentMapping)
            else {"state__iexact": rule.state, "status__iexact": rule.status}
        )
        about |= Q(**{column: code for column, code in named.items() if code})
    judged = (Stage.NOT_TAKEN, Stage.TO_SYNC)
    keys = list(
        SalesOrder.objects.filter(about, shop=shop, stage__in=judged, sap_read_at=None)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    for at in range(0, len(keys), AT_ONCE):
        refresh_stages(keys[at : at + AT_ONCE])
    return len(keys)


def refresh_replacements(shop: Shop) -> None:
    """Edited orders depend on the orders they replace, so their stage is worked out again."""
    edited = SalesOrder.objects.filter(shop=shop, stage=Stage.NOT_TAKEN)
    refresh_stages(edited.exclude(replaces_increment_id="").values_list("pk", flat=True))


def _arrival(order: SalesOrder, stage: Stage, now: datetime) -> dict[str, datetime]:
    """An order that has just become complete is read once more, and followed from then on."""
    if stage != Stage.COMPLETE or order.stage == Stage.COMPLETE:
        return {}
    return {"completed_at": now, "deliveries_due_at": now}


def stage_of(order: SalesOrder, reason: str, documents: Documents) -> Stage:
    if order.is_in_sap and reason:
        return Stage.ONE_SIDED
    if order.state == "canceled" or (order.state == "closed" and order.sap_is_rejected):
        return Stage.CANCELED
    if not order.is_in_sap:
        return Stage.NOT_TAKEN if reason else Stage.TO_SYNC
    unshipped = _left_to_ship(order, documents)
    if not (unshipped or _left_to_invoice(order, documents)):
        return Stage.COMPLETE
    if documents.deliveries and not unshipped:
        return Stage.SHIPPED
    if documents.dispatched:
        return Stage.DISPATCHED
    return Stage.PICKING if documents.deliveries else Stage.IN_SAP


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """Why an order in SAP is not complete: a sentence each, empty where nothing is left."""

    to_ship: str = ""
    to_invoice: str = ""

    def __str__(self) -> str:
        return self.to_ship or self.to_invoice


def left_open(order: SalesOrder) -> LeftOpen:
    """Both empty for an order that is not open in SAP."""
    if not order.is_in_sap or order.stage not in OPEN_STAGES - {Stage.ONE_SIDED}:
        return LeftOpen()
    documents = documents_of([order])[order.pk]
    return LeftOpen(_left_to_ship(order, documents), _left_to_invoice(order, documents))


def hindrances_of(order: SalesOrder) -> list[Hindrance]:
    """What keeps an order that is open in SAP from moving there."""
    if not order.is_held_up_in_sap:
        return []
    return hindrances(
        order.sap_blocks,
        is_incomplete=order.sap_is_incomplete,
        incomplete_for=order.sap_incomplete_for,
    )


def _left_to_ship(order: SalesOrder, documents: Documents) -> str:
    """Empty when everything has left SAP and is shipped in the shop.

    The shop still counts refunded pieces as open; nobody waits for them once each delivery has its
    shipment.
    """
    if left := left_to_deliver(order.sap_delivery_status, documents.in_sap):
        return left
    lines = order.lines.all()
    if not lines:
        return _by_state(order)
    handled = documents.shipped | documents.ended_deliveries
    if documents.ended_deliveries and documents.deliveries <= handled:
        return ""
    others = _shipped_by_suppliers(lines, documents)
    sku = line_progress.left_to_wait_for(lines, but=others)
    if not (sku or documents.deliveries <= documents.shipped):
        sku = line_progress.left_to_ship(lines, but=others)
    return told("The shop has not shipped all of {sku} yet.", sku=sku) if sku else ""


def _shipped_by_suppliers(lines: Iterable[SalesOrderLine], documents: Documents) -> set[int]:
    """Nobody here waits for a delivery of third-party lines: there is none (SAP sheet 13.21)."""
    theirs = {one.item_number for one in documents.in_sap.lines if one.is_third_party}
    return {line.item_id for line in lines if line.sap_item_number in theirs} if theirs else set()


def _left_to_invoice(order: SalesOrder, documents: Documents) -> str:
    """Empty when everything is billed in SAP and invoiced in the shop."""
    if left := left_to_bill(order.sap_billing_status, documents.in_sap):
        return left
    handled = documents.invoiced | documents.ended_billing
    if documents.ended_billing and documents.billing <= handled:
        return ""
    sku = line_progress.left_to_invoice(order.lines.all())
    return told("The shop has not invoiced all of {sku} yet.", sku=sku) if sku else ""


def _by_state(order: SalesOrder) -> str:
    """An order without lines has only the shop's state to go by."""
    if order.state in {"complete", "closed"}:
        return ""
    return told("The order is {state} in the shop.", state=order.state)
