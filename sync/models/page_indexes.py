"""Indexes for the pages: each filter of a list, under each sort, reads only the rows it shows.

Where a filter finds a small part of a table, its partial indexes hold that part in both sort
orders. A filter and its index share a condition, as both databases ask for; a value that a query
compares with is the first column instead, as SQLite finds no condition in a value it is given. What
Django cannot say is in ``sync.models.database_keeps``.
"""

from __future__ import annotations

from django.db.models import F, Index, Q
from django.db.models.functions import Upper

from sync.models.typed_forms import BareNumber

STOPPED = Q(state="needs_attention")
RESOLVED = Q(state="done", origin="repair")
HELD_UP = Q(stage__in=["in_sap", "picking", "dispatched", "shipped"]) & (
    Q(sap_is_incomplete=True) | ~Q(sap_blocks=[])
)
LEFT = Q(goods_movement_status="C")
TO_SHIP = LEFT & Q(is_in_shop=False, has_parcels=True)
UNTRACKED = LEFT & Q(has_parcels=False)
NOT_CANCELLED = Q(is_cancelled=False)
TO_INVOICE = Q(category="M") & NOT_CANCELLED
MISSING = TO_INVOICE & Q(is_in_shop=False)


def _partial(
    name: str, condition: Q, date: str, number: str, total: str = "", first: str = ""
) -> list[Index]:
    """Each order in which a list may show the rows of a condition, and of one value ``first``."""
    sorts = {"": [f"-{date}", "-id"], "_number": [number], "_total": [total, "id"]}
    return [
        Index(
            fields=[first, *fields] if first else fields,
            condition=condition,
            name=f"{name}{suffix}",
        )
        for suffix, fields in sorts.items()
        if fields[0]
    ]


TASKS = [
    Index(fields=["state", "-id"], name="task_state"),
    Index(fields=["step", "state", "-id"], name="task_step"),
    Index(fields=["cause_key"], condition=STOPPED, name="task_cause"),
    Index(
        fields=["cause", "cause_key", "step", "id"], condition=STOPPED, name="task_stopped_alike"
    ),
    *(
        Index(
            fields=[document],
            condition=STOPPED & Q(**{f"{document}__isnull": False}),
            name=f"task_stopped_{short}",
        )
        for document, short in (
            ("sales_order", "order"),
            ("delivery", "delivery"),
            ("billing_document", "billing"),
        )
    ),
    Index(
        fields=["step", "-id"], condition=Q(sales_order__isnull=True), name="task_about_no_order"
    ),
    Index(
        fields=["step", "shop", "-id"],
        condition=Q(sales_order__isnull=True),
        name="task_about_a_shop",
    ),
    Index(
        fields=["origin"],
        condition=Q(state__in=["waiting", "running"], origin="repair"),
        name="task_retried",
    ),
    Index(fields=["origin", "-finished_at"], condition=RESOLVED, name="task_resolved"),
]

ORDERS = [
    # The name and e-mail are read from the index where too many orders match to look at all.
    Index(fields=["-placed_at", "-id", "customer_name", "customer_email"], name="order_placed_who"),
    # A name that is typed in full; "order_name_trigram" reads all it may mean before the first.
    Index(
        Upper("customer_name"), F("placed_at").desc(), F("id").desc(), name="order_name_any_case"
    ),
    Index(fields=["stage", "-placed_at", "-id"], name="order_stage"),
    Index(fields=["store_id", "-placed_at", "-id"], name="order_store"),
    Index(fields=["grand_total", "id"], name="order_total"),
    Index(fields=["increment_id"], name="order_increment"),
    Index(BareNumber("increment_id"), name="order_number_bare"),
    Index(Upper("ext_order_id"), name="order_shop_carries"),
    Index(fields=["stage", "increment_id"], condition=~Q(stage="complete"), name="order_stage_no"),
    Index(
        fields=["stage", "grand_total", "id"],
        condition=~Q(stage="complete"),
        name="order_stage_sum",
    ),
    Index(fields=["store_id", "increment_id"], name="order_store_no"),
    Index(fields=["shop", "-placed_at", "-id"], name="order_shop"),
    Index(fields=["shop", "increment_id"], name="order_shop_no"),
    Index(fields=["verification", "-placed_at", "-id"], name="order_verification_placed"),
    Index(
        fields=["verification", "increment_id"],
        condition=~Q(verification="verified"),
        name="order_verification_no",
    ),
    Index(fields=["-placed_at", "-id"], condition=HELD_UP, name="order_held_up"),
]

DELIVERIES = [
    Index(
        fields=[
            *("-created_date", "-id"),
            *("picking_status", "goods_movement_status", "planned_picking_at"),  # to count alone
        ],
        condition=~LEFT,
        name="delivery_open",
    ),
    Index(fields=["delivery_number"], condition=~LEFT, name="delivery_open_number"),
    Index(
        fields=["picking_status", "delivery_number"],
        condition=~Q(picking_status="C"),
        name="delivery_picking_number",
    ),
    Index(fields=["carrier"], condition=TO_SHIP, name="delivery_to_ship"),
    Index(
        fields=["-created_date", "-id", "goods_movement_status"],
        condition=Q(is_in_shop=False),
        name="delivery_unshipped",
    ),
    Index(
        fields=["delivery_number"], condition=Q(is_in_shop=False), name="delivery_unshipped_number"
    ),
    *(
        index
        for name, condition in (
            ("delivery_untracked", Q(has_parcels=False)),
            ("delivery_unwanted", Q(has_unwanted=True)),
        )
        for index in _partial(
            name, condition, "created_date", "delivery_number", first="goods_movement_status"
        )
    ),
]

BILLING = [
    Index(
        fields=["category", "billing_document_number"],
        condition=~Q(category="M"),
        name="billing_category_number",
    ),
    *(
        index
        for name, condition, first in (
            ("billing_missing", NOT_CANCELLED & Q(is_in_shop=False), "category"),
            ("billing_unmailed", NOT_CANCELLED & Q(has_unmailed=True), "category"),
            ("billing_kept_back", Q(has_kept_back=True), ""),
            ("billing_differs", Q(has_difference=True), ""),
            ("billing_cancelled", Q(is_cancelled=True), ""),
        )
        for index in _partial(
            name, condition, "billing_date", "billing_document_number", "gross_value", first
        )
    ),
]
