"""What ``POST /orders`` answers: the order half empty, beside what was sent [430, 447]."""

from __future__ import annotations

from sync.sandbox.shop.documents import Doc, copy


def half_empty(lines: list[Doc], order: Doc, sent: Doc) -> Doc:
    """The order as it was saved; ``lines`` as the version in force shows them."""
    reply: Doc = {"base_grand_total": None, "base_total_due": 0}
    reply.update({k: order[k] for k in ("billing_address_id", "created_at", "entity_id")})
    reply.update(customer_email=None, grand_total=None, total_due=0)
    reply.update(updated_at=order["updated_at"], **sent)
    items = copy({"items": lines})["items"]
    for item in items:
        item.pop("extension_attributes", None)
        (item.get("parent_item") or {}).pop("extension_attributes", None)
    reply.update(items=items, billing_address=order["billing_address"])
    reply.update(payment=order["payment"], status_histories=list(order["status_histories"]))
    return reply
