"""Payment transactions as GET /V1/transactions gives them: a route to keep away from.

With a capture below an authorisation the server works for a minute and then dies [248-390].
"""

from __future__ import annotations

import time

from sync.sandbox.shop import search
from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.gateway import AUTHORISED, CAPTURED
from sync.sandbox.shop.shop import Shop

PAGE_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad "
    "Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


class ServerDied(Exception):
    """The web server answers in place of the shop."""


def find(shop: Shop, query: search.Query) -> Doc:
    """The transactions of one order. Raises ServerDied, late, where one was captured."""
    criteria = search.parse(query)
    wanted = [one.value for group in criteria.groups for one in group if one.field == "order_id"]
    order_id = int(wanted[0]) if wanted and wanted[0].isdigit() else 0
    with shop.store.reading() as books:
        entries = books.payments(order_id)
    if any(entry["kind"] == CAPTURED for entry in entries):
        time.sleep(shop.settings()["transactions_seconds"])
        raise ServerDied
    items = [_shown(entry) for entry in entries if entry["kind"] == AUTHORISED]
    return {"items": items, "search_criteria": criteria.echo(), "total_count": len(items)}


def _shown(entry: Doc) -> Doc:
    return {
        "transaction_id": entry["id"], "order_id": entry["order_id"],
        "payment_id": entry["order_id"], "txn_id": entry["transaction_id"],
        "parent_txn_id": None, "txn_type": entry["kind"], "is_closed": 0,
        "additional_information": [], "created_at": entry["created_at"], "child_transactions": [],
    }  # fmt: skip
