"""REST routes of shipments, tracks, invoices and credit memos that exist."""

from __future__ import annotations

from typing import Any

from sync.sandbox.shop import binding, papers, transactions
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.routing import SALES, Call, comments, page, route


@route("GET", "shipments", f"{SALES}shipment", "shipments")
def list_shipments(call: Call) -> Any:
    return page(call, "shipment")


@route("POST", "shipment", f"{SALES}shipment", "shipments")
def save_shipment(call: Call) -> Any:
    sent = call.sent.entity("entity", binding.columns("shipment"))
    return papers.save_shipment(call.shop, sent)


@route("POST", "shipment/track", f"{SALES}shipment", "track")
def save_track(call: Call) -> Any:
    return papers.save_track(call.shop, call.sent.entity("entity", binding.SAVED_TRACK))


@route("DELETE", "shipment/track/:id", f"{SALES}shipment", "track")
def delete_track(call: Call) -> Any:
    return papers.delete_track(call.shop, call.id())


@route("GET", "shipment/:id", f"{SALES}shipment", "shipments")
def get_shipment(call: Call) -> Any:
    return call.shop.get("shipment", call.id())


@route("POST", "shipment/:id/emails", f"{SALES}shipment", "email")
def email_shipment(call: Call) -> Any:
    return call.shop.email("shipment", call.id())


@route("GET", "shipment/:id/comments", f"{SALES}shipment", "shipments")
def list_shipment_comments(call: Call) -> Any:
    return comments(call, call.shop.get("shipment", call.id())["comments"])


@route("POST", "shipment/:id/comments", f"{SALES}shipment", "comment")
def add_shipment_comment(call: Call) -> Any:
    sent = call.sent.entity("entity", binding.PAPER_COMMENT)
    return papers.comment(call.shop, "shipment", sent, call.id())


@route("GET", "invoices", f"{SALES}sales_invoice", "invoices")
def list_invoices(call: Call) -> Any:
    return page(call, "invoice")


@route("POST", "invoices", f"{SALES}sales_invoice", "invoices")
def save_invoice(call: Call) -> Any:
    sent = call.sent.entity("entity", binding.columns("invoice"))
    return papers.save_invoice(call.shop, sent)


@route("POST", "invoices/comments", f"{SALES}sales_invoice", "comment")
def add_invoice_comment(call: Call) -> Any:
    sent = call.sent.entity("entity", binding.PAPER_COMMENT)
    return papers.comment(call.shop, "invoice", sent)


@route("GET", "invoices/:id", f"{SALES}sales_invoice", "invoices")
def get_invoice(call: Call) -> Any:
    return call.shop.get("invoice", call.id())


@route("GET", "invoices/:id/comments", f"{SALES}sales_invoice", "invoices")
def list_invoice_comments(call: Call) -> Any:
    return comments(call, call.shop.get("invoice", call.id())["comments"])


@route("POST", "invoices/:id/emails", f"{SALES}sales_invoice", "email")
def email_invoice(call: Call) -> Any:
    return call.shop.email("invoice", call.id())


@route("POST", "invoices/:id/capture", f"{SALES}sales_invoice", "invoices")
def capture_invoice(call: Call) -> Any:
    return call.shop.capture(call.id())


@route("POST", "invoices/:id/void", f"{SALES}sales_invoice", "invoices")
def void_invoice(call: Call) -> Any:
    call.shop.get("invoice", call.id())
    raise ShopError(400, "The void action is not available.")


@route("GET", "transactions", f"{SALES}transactions_fetch", "transactions")
def list_transactions(call: Call) -> Any:
    """Authorisations are listed; with a capture among them the server dies of it [248-390]."""
    return transactions.find(call.shop, call.query)


@route("GET", "creditmemos", f"{SALES}sales_creditmemo", "creditmemos")
def list_creditmemos(call: Call) -> Any:
    return page(call, "creditmemo")


@route("GET", "creditmemo/:id", f"{SALES}sales_creditmemo", "creditmemos")
def get_creditmemo(call: Call) -> Any:
    return call.shop.get("creditmemo", call.id())
