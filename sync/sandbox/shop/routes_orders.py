"""REST routes of orders, and of the documents that are made from them."""

from __future__ import annotations

from typing import Any

from sync.sandbox.shop import binding, limits, refunding
from sync.sandbox.shop.documents import Doc
from sync.sandbox.shop.errors import ShopError, not_found
from sync.sandbox.shop.routing import SALES, Call, Handler, comments, page, route
from sync.sandbox.shop.shop import Shop
from sync.sandbox.shop.versions import API_ACTIONS, CREATE, Shown


@route("GET", "orders", f"{SALES}actions_view", "orders")
def list_orders(call: Call) -> Any:
    return page(call, "order", call.shop.shown.order)


@route("GET", "orders/items", f"{SALES}actions_view", "orders")
def list_items(call: Call) -> Any:
    answer = page(call, "item")
    shown = call.shop.shown
    answer["items"] = [_whole_item(call.shop, shown, item) for item in answer["items"]]
    return answer


@route("GET", "orders/items/:id", f"{SALES}actions_view", "orders")
def get_item(call: Call) -> Any:
    with call.shop.store.reading() as books:
        rows = books.rows("SELECT order_id FROM order_item WHERE item_id = ?", (call.id(),))
        order = books.find("order", rows[0]["order_id"]) if rows else None
    if order is None:
        raise not_found()
    return _alone(next(i for i in call.shop.shown.items(order) if i["item_id"] == call.id()))


def _whole_item(shop: Shop, shown: Shown, item: Doc) -> Doc:
    if not item.get("parent_item_id"):
        return _alone(shown.item(item))
    order = shop.stored("order", item["order_id"])
    return _alone(next(i for i in shown.items(order) if i["item_id"] == item["item_id"]))


def _alone(item: Doc) -> Doc:
    """An item outside its order comes without extension attributes, and so does its parent inside
    it [181, 183]."""
    alone = {name: value for name, value in item.items() if name != "extension_attributes"}
    if "parent_item" in alone:
        alone["parent_item"] = _alone(alone["parent_item"])
    return alone


@route("GET", "orders/:id", f"{SALES}actions_view", "orders")
def get_order(call: Call) -> Any:
    return call.shop.get("order", call.id())


@route("GET", "orders/:id/statuses", f"{SALES}actions_view", "orders")
def get_status(call: Call) -> Any:
    return call.shop.get("order", call.id())["status"]


@route("GET", "orders/:id/comments", f"{SALES}actions_view", "orders")
def list_order_comments(call: Call) -> Any:
    histories = call.shop.get("order", call.id())["status_histories"]
    return comments(call, sorted(histories, key=lambda entry: int(entry["entity_id"])))


@route("POST", "orders/:id/comments", f"{SALES}comment", "comment")
def add_order_comment(call: Call) -> Any:
    history = call.sent.entity("statusHistory", binding.HISTORY)
    return call.shop.comment_order(call.id(), history)


@route("POST", "orders", API_ACTIONS, "ext_order_id")
@route("PUT", "orders/create", CREATE, "ext_order_id")
def save_order(call: Call) -> Any:
    return call.shop.save_order(call.sent.entity("entity", binding.columns("order")))


def _mover(action: str) -> Handler:
    return lambda call: call.shop.move(call.id(), action)


for _action in ("hold", "unhold", "cancel"):
    route("POST", f"orders/:id/{_action}", f"{SALES}{_action}", _action)(_mover(_action))


@route("POST", "orders/:id/emails", f"{SALES}emails", "email")
def email_order(call: Call) -> Any:
    return call.shop.email("order", call.id())


def _arguments(call: Call, action: str, spec: binding.Spec) -> Doc:
    limits.check_lists(call.body, action, call.shop.settings())
    return call.sent.arguments(spec)


@route("POST", "order/:id/ship", f"{SALES}ship", "ship")
def ship(call: Call) -> Any:
    return str(call.shop.ship(call.id(), _arguments(call, "ship", binding.SHIP)))


@route("POST", "order/:id/invoice", f"{SALES}invoice", "invoice")
def invoice(call: Call) -> Any:
    return str(call.shop.invoice(call.id(), _arguments(call, "invoice", binding.INVOICE)))


@route("POST", "order/:id/refund", f"{SALES}creditmemo", "refund")
def refund(call: Call) -> Any:
    return str(call.shop.refund(call.id(), _arguments(call, "refund", binding.REFUND)))


@route("POST", "invoice/:id/refund", f"{SALES}creditmemo", "refund")
def refund_invoice(call: Call) -> Any:
    """Refused for every payment method of this shop: none can refund online [503, 516]."""
    call.shop.get("invoice", call.id())
    _arguments(call, "refund", binding.REFUND)
    raise ShopError(400, f"{refunding.LEAD}We can't create creditmemo for the invoice.")
