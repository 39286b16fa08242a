"""The REST routes, what each needs to be allowed, and what each does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sync.sandbox.shop import binding, catalogue, papers, projection, search
from sync.sandbox.shop.auth import Gate
from sync.sandbox.shop.documents import Doc, bundled, copy, expand, expand_items
from sync.sandbox.shop.errors import ShopError, not_found, wrong_type
from sync.sandbox.shop.shop import Shop

SALES = "Magento_Sales::"
PUBLIC = ""


@dataclass
class Call:
    """One REST call: path values as text, decoded query pairs, decoded JSON body."""

    shop: Shop
    gate: Gate
    ids: tuple[str, ...]
    query: search.Query
    body: Any

    def id(self, at: int = 0) -> int:
        """A path value as a number. Raises ShopError 400 [179]."""
        text = self.ids[at]
        if not re.fullmatch(r"-?\d+", text):
            raise wrong_type(text, "int")
        return int(text)


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Route:
    """``resource`` '' = open to all; ``operation`` is what faults name."""

    method: str
    pattern: re.Pattern[str]
    resource: str
    operation: str
    handler: Handler


ROUTES: list[Route] = []


def route(method: str, path: str, resource: str, operation: str) -> Callable[[Handler], Handler]:
    """Register a handler; ``:x`` in ``path`` stands for one path value."""
    pattern = re.compile(re.sub(r":\w+", "([^/]+)", path))

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(method, pattern, resource, operation, handler))
        return handler

    return register


def match(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a path below /V1, without slashes at its ends."""
    for candidate in ROUTES:
        found = candidate.pattern.fullmatch(path)
        if found and candidate.method == method:
            return candidate, found.groups()
    return None


@route("POST", "integration/admin/token", PUBLIC, "token")
def admin_token(call: Call) -> Any:
    """A token as a bare JSON string [001]."""
    sent = call.body if isinstance(call.body, dict) else {}
    minutes = call.shop.settings()["admin_token_minutes"]
    name, password = str(sent.get("username") or ""), str(sent.get("password") or "")
    return call.gate.admin_token(name, password, minutes)


def _page(call: Call, kind: str, shape: Callable[[Doc], Doc] | None = None) -> Doc:
    criteria = search.parse(call.query)
    with call.shop.store.reading() as books:
        found, total = search.run(books, kind, criteria)
    items = [shape(document) for document in found] if shape else found
    return {"items": items, "search_criteria": criteria.echo(), "total_count": total}


@route("GET", "orders", f"{SALES}actions_view", "orders")
def list_orders(call: Call) -> Any:
    return _page(call, "order", expand)


@route("GET", "orders/items", f"{SALES}actions_view", "orders")
def list_items(call: Call) -> Any:
    answer = _page(call, "item")
    answer["items"] = [_whole_item(call.shop, item) for item in answer["items"]]
    return answer


@route("GET", "orders/items/:id", f"{SALES}actions_view", "orders")
def get_item(call: Call) -> Any:
    with call.shop.store.reading() as books:
        rows = books.rows("SELECT order_id FROM order_item WHERE item_id = ?", (call.id(),))
        order = books.find("order", rows[0]["order_id"]) if rows else None
    if order is None:
        raise not_found()
    return _alone(next(i for i in expand_items(order) if i["item_id"] == call.id()))


def _whole_item(shop: Shop, item: Doc) -> Doc:
    if item.get("parent_item_id"):
        order = shop.get("order", item["order_id"])
        item = next(i for i in order["items"] if i["item_id"] == item["item_id"])
    return _alone(item)


def _alone(item: Doc) -> Doc:
    """An item outside its order comes without extension attributes [181, 183]."""
    return {name: value for name, value in item.items() if name != "extension_attributes"}


@route("GET", "orders/:id", f"{SALES}actions_view", "orders")
def get_order(call: Call) -> Any:
    return call.shop.get("order", call.id())


@route("GET", "orders/:id/statuses", f"{SALES}actions_view", "orders")
def get_status(call: Call) -> Any:
    return call.shop.get("order", call.id())["status"]


@route("GET", "orders/:id/comments", f"{SALES}actions_view", "orders")
def list_order_comments(call: Call) -> Any:
    histories = call.shop.get("order", call.id())["status_histories"]
    return _comments(call, sorted(histories, key=lambda entry: int(entry["entity_id"])))


def _comments(call: Call, items: list[Doc]) -> Doc:
    wanted = {"field": "parent_id", "value": str(call.id()), "condition_type": "eq"}
    return {
        "items": items,
        "search_criteria": {"filter_groups": [{"filters": [wanted]}]},
        "total_count": len(items),
    }


@route("POST", "orders/:id/comments", f"{SALES}comment", "comment")
def add_order_comment(call: Call) -> Any:
    history = binding.entity(call.body, "statusHistory", binding.HISTORY)
    return call.shop.comment_order(call.id(), history)


@route("POST", "orders", f"{SALES}create", "ext_order_id")
@route("PUT", "orders/create", f"{SALES}create", "ext_order_id")
def save_order(call: Call) -> Any:
    return call.shop.save_order(binding.entity(call.body, "entity", binding.columns("order")))


def _mover(action: str) -> Handler:
    return lambda call: call.shop.move(call.id(), action)


for _action in ("hold", "unhold", "cancel"):
    route("POST", f"orders/:id/{_action}", f"{SALES}{_action}", _action)(_mover(_action))


@route("POST", "orders/:id/emails", f"{SALES}emails", "email")
def email_order(call: Call) -> Any:
    return call.shop.email("order", call.id())


@route("POST", "order/:id/ship", f"{SALES}ship", "ship")
def ship(call: Call) -> Any:
    return str(call.shop.ship(call.id(), binding.arguments(call.body, binding.SHIP)))


@route("POST", "order/:id/invoice", f"{SALES}invoice", "invoice")
def invoice(call: Call) -> Any:
    return str(call.shop.invoice(call.id(), binding.arguments(call.body, binding.INVOICE)))


@route("POST", "order/:id/refund", f"{SALES}creditmemo", "refund")
def refund(call: Call) -> Any:
    return str(call.shop.refund(call.id(), binding.arguments(call.body, binding.REFUND)))


@route("GET", "shipments", f"{SALES}shipment", "shipments")
def list_shipments(call: Call) -> Any:
    return _page(call, "shipment")


@route("POST", "shipment/track", f"{SALES}shipment", "track")
def save_track(call: Call) -> Any:
    return papers.save_track(call.shop, binding.entity(call.body, "entity", binding.SAVED_TRACK))


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
    return _comments(call, call.shop.get("shipment", call.id())["comments"])


@route("POST", "shipment/:id/comments", f"{SALES}shipment", "comment")
def add_shipment_comment(call: Call) -> Any:
    sent = binding.entity(call.body, "entity", binding.PAPER_COMMENT)
    return papers.comment(call.shop, "shipment", sent, call.id())


@route("GET", "invoices", f"{SALES}sales_invoice", "invoices")
def list_invoices(call: Call) -> Any:
    return _page(call, "invoice")


@route("POST", "invoices", f"{SALES}sales_invoice", "invoices")
def save_invoice(call: Call) -> Any:
    sent = binding.entity(call.body, "entity", binding.columns("invoice"))
    return papers.save_invoice(call.shop, sent)


@route("POST", "invoices/comments", f"{SALES}sales_invoice", "comment")
def add_invoice_comment(call: Call) -> Any:
    sent = binding.entity(call.body, "entity", binding.PAPER_COMMENT)
    return papers.comment(call.shop, "invoice", sent)


@route("GET", "invoices/:id", f"{SALES}sales_invoice", "invoices")
def get_invoice(call: Call) -> Any:
    return call.shop.get("invoice", call.id())


@route("GET", "invoices/:id/comments", f"{SALES}sales_invoice", "invoices")
def list_invoice_comments(call: Call) -> Any:
    return _comments(call, call.shop.get("invoice", call.id())["comments"])


@route("POST", "invoices/:id/emails", f"{SALES}sales_invoice", "email")
def email_invoice(call: Call) -> Any:
    return call.shop.email("invoice", call.id())


def _unavailable(action: str) -> Handler:
    def refuse(call: Call) -> Any:
        call.shop.get("invoice", call.id())
        raise ShopError(400, f"The {action} action is not available.")

    return refuse


for _action in ("capture", "void"):
    route("POST", f"invoices/:id/{_action}", f"{SALES}sales_invoice", "invoices")(
        _unavailable(_action)
    )


@route("GET", "creditmemos", f"{SALES}sales_creditmemo", "creditmemos")
def list_creditmemos(call: Call) -> Any:
    return _page(call, "creditmemo")


@route("GET", "creditmemo/:id", f"{SALES}sales_creditmemo", "creditmemos")
def get_creditmemo(call: Call) -> Any:
    return call.shop.get("creditmemo", call.id())


@route("GET", "store/storeConfigs", "Magento_Backend::store", "store")
def store_configs(call: Call) -> Any:
    """Configs of all stores, or of the codes asked for [600, 601]."""
    codes = [value for name, value in call.query if name.startswith("storeCodes")]
    configs = bundled("store.json")["storeConfigs"]
    return [config for config in configs if not codes or config["code"] in codes]


def _fixed(name: str) -> Handler:
    return lambda call: bundled("store.json")[name]


for _path, _name in (("storeViews", "storeViews"), ("websites", "websites"),
                     ("storeGroups", "storeGroups")):  # fmt: skip
    route("GET", f"store/{_path}", "Magento_Backend::store", "store")(_fixed(_name))
route("GET", "directory/currency", PUBLIC, "store")(_fixed("currency"))
route("GET", "modules", "Magento_Backend::admin", "store")(_fixed("modules"))


@route("GET", "products", "Magento_Catalog::products", "products")
def list_products(call: Call) -> Any:
    """Products by entity_id, sku or type_id, with eq, in and like."""
    criteria = search.parse(call.query)
    found = [p for p in catalogue.products() if all(
        any(_product_matches(p, wanted) for wanted in group) for group in criteria.groups
    )]  # fmt: skip
    total, size = len(found), criteria.page_size or len(found) or 1
    start = (max(criteria.current_page or 1, 1) - 1) * size
    items = [catalogue.as_rest(product) for product in found[start : start + size]]
    return {"items": items, "search_criteria": criteria.echo(), "total_count": total}


def _product_matches(product: Doc, wanted: search.Filter) -> bool:
    name = "id" if wanted.field == "entity_id" else wanted.field
    if name not in product:
        raise ShopError(400, "Invalid attribute name: %1", [wanted.field])
    value = str(product[name]).lower()
    if wanted.condition_type == "in":
        return value in wanted.value.lower().split(",")
    if wanted.condition_type == "like":
        pattern = re.escape(wanted.value.lower()).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, value) is not None
    return value == wanted.value.lower()


@route("GET", "products/:sku", "Magento_Catalog::products", "products")
def get_product(call: Call) -> Any:
    """By SKU; the put-together SKU of a dynamic bundle's line is no product's SKU."""
    found = [p for p in catalogue.products() if p["sku"].lower() == call.ids[0].lower()]
    if not found:
        message = "The product that was requested doesn't exist. Verify the product and try again."
        raise ShopError(404, message)
    return copy(catalogue.as_rest(found[0]))


def project(answer: Any, query: search.Query) -> Any:
    """The answer cut down by ``fields=``."""
    for name, value in query:
        if name == "fields" and isinstance(answer, dict | list):
            return projection.apply(answer, projection.parse(value))
    return answer
