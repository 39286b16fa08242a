"""REST routes of the shop itself: tokens, stores, products, modules."""

from __future__ import annotations

import re
from typing import Any

from sync.sandbox.shop import catalogue, search
from sync.sandbox.shop.documents import Doc, bundled, copy
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.routing import PUBLIC, Call, Handler, route


@route("POST", "integration/admin/token", PUBLIC, "token")
def admin_token(call: Call) -> Any:
    """A token as a bare JSON string [001]."""
    sent = call.body if isinstance(call.body, dict) else {}
    minutes = call.shop.settings()["admin_token_minutes"]
    name, password = str(sent.get("username") or ""), str(sent.get("password") or "")
    return call.gate.admin_token(name, password, minutes)


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
