"""REST routes of the shop itself: tokens, stores, products, modules."""

from __future__ import annotations

import json
import re
from typing import Any

from sync.sandbox.shop import catalogue, limits, search, stock
from sync.sandbox.shop.documents import Doc, bundled, copy
from sync.sandbox.shop.errors import ShopError
from sync.sandbox.shop.routing import PUBLIC, Call, Handler, route


@route("POST", "integration/admin/token", PUBLIC, "token")
def admin_token(call: Call) -> Any:
    """A token as a bare JSON string [001]."""
    sent = call.body if isinstance(call.body, dict) else {}
    minutes = call.shop.settings()["admin_token_minutes"]
    name, password = str(sent.get("username") or ""), str(sent.get("password") or "")
    mode = call.shop.settings()["two_factor"]
    if mode != "off":
        call.gate.sign_in(name, password)
        raise _second_factor(mode)
    return call.gate.admin_token(name, password, minutes)


def _second_factor(mode: str) -> ShopError:
    """What the plain route says while two factors are asked for [030, 035, 036]."""
    if mode == "unconfigured":
        return ShopError(
            400, "Please ask an administrator with sufficient access to configure 2FA first"
        )
    if mode == "forced":
        return ShopError(
            400,
            "You are required to configure personal Two-Factor Authorization in order to login. "
            "Please check your email.",
            {"providers": ["google"], "active_providers": []},
        )
    return ShopError(
        400,
        "Please use the 2fa provider-specific endpoints to obtain a token.",
        {"active_providers": ["google"]},
    )


@route("POST", "tfa/provider/google/authenticate", PUBLIC, "token")
def second_factor_token(call: Call) -> Any:
    """A token for password and one-time password; any six digits are the right ones [034, 037]."""
    sent = call.body if isinstance(call.body, dict) else {}
    settings = call.shop.settings()
    name, password = str(sent.get("username") or ""), str(sent.get("password") or "")
    call.gate.sign_in(name, password)
    if settings["two_factor"] != "configured":
        raise ShopError(400, "Provider is not allowed.")
    if not re.fullmatch(r"\d{6}", str(sent.get("otp") or "")):
        raise ShopError(401, "Invalid code.")
    return call.gate.admin_token(name, password, settings["admin_token_minutes"])


@route("GET", "customers/:id", "Magento_Customer::customer", "customers")
def get_customer(call: Call) -> Any:
    """A customer as [610] has one, made from the last order placed with that customer id."""
    with call.shop.store.reading() as books:
        rows = books.rows(
            """SELECT doc FROM "order" WHERE json_extract(doc, '$.customer_id') = ?
            ORDER BY entity_id DESC LIMIT 1""",
            (call.id(),),
        )
    if not rows:
        message = "No such entity with %fieldName = %fieldValue"
        raise ShopError(404, message, {"fieldName": "customerId", "fieldValue": call.id()})
    order = json.loads(rows[0]["doc"])
    customer: Doc = {"id": order["customer_id"], "group_id": order["customer_group_id"]}
    customer.update(created_at=order["created_at"], updated_at=order["created_at"])
    customer["created_in"] = order["store_name"].split("\n")[-1]
    for field in ("email", "firstname", "lastname"):
        customer[field] = order[f"customer_{field}"]
    customer["store_id"] = order["store_id"]
    if order.get("customer_taxvat"):
        customer["taxvat"] = order["customer_taxvat"]
    website = 2 if order["store_id"] == 3 else 1
    customer.update(website_id=website, addresses=[], disable_auto_group_change=0)
    customer["extension_attributes"] = {"is_subscribed": False}
    return customer


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
route("GET", "modules", "Magento_Backend::admin", "store")(_fixed("modules"))


@route("GET", "inventory/sources", "Magento_InventoryApi::source", "store")
def list_sources(call: Call) -> Any:
    """As Magento's own interface describes them; not recorded."""
    criteria = search.parse(call.query)
    codes = stock.sources(call.shop.settings()["stock"])
    items = [{"source_code": one, "name": one.title(), "enabled": True} for one in codes]
    return {"items": items, "search_criteria": criteria.echo(), "total_count": len(items)}


@route("GET", "directory/currency", PUBLIC, "store")
def currency(call: Call) -> Any:
    """Of the store in the path [605]: the German one shows its prices in euros."""
    answer = copy(bundled("store.json")["currency"])
    configs = {config["code"]: config for config in bundled("store.json")["storeConfigs"]}
    shown = configs.get(call.store, {}).get("default_display_currency_code")
    if shown:
        answer["default_display_currency_code"] = shown
        answer["default_display_currency_symbol"] = {"USD": "$", "EUR": "€"}[shown]
    return answer


@route("GET", "products", "Magento_Catalog::products", "products")
def list_products(call: Call) -> Any:
    """Products by entity_id, sku or type_id, with eq, in and like."""
    criteria = search.parse(call.query)
    limits.check_page(criteria, call.shop.settings())
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
