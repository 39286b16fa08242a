"""A shop's setup as records: store views, bundles, sources of stock."""

from __future__ import annotations

from typing import Any

from sync.magento.members import Members
from sync.magento.parsing import document_members
from sync.magento.records import SEPARATELY, TOGETHER, MagentoStoreView

SHIPMENT_TYPES = {"0": TOGETHER, "1": SEPARATELY}


def parse_store_view(view: Any, config: dict[str, Any]) -> MagentoStoreView:
    """The view [602] with the currency and locale from its configuration [600]."""
    members = document_members(view, "store view")
    settings = Members(config, "store configuration")
    return MagentoStoreView(
        store_id=members.identifier("id"),
        code=members.text("code"),
        name=members.text("name"),
        website_id=members.whole_number("website_id") or 0,
        is_active=members.flag("is_active"),
        currency=settings.text("default_display_currency_code"),
        locale=settings.text("locale"),
        timezone=settings.text("timezone"),
    )


def parse_bundle_shipment_type(product: Any) -> dict[int, str]:
    """The bundle with "together" or "separately"; empty where it says neither, or is no bundle."""
    if not isinstance(product, dict) or not isinstance(product.get("id"), int):
        return {}
    for attribute in product.get("custom_attributes") or ():
        if isinstance(attribute, dict) and attribute.get("attribute_code") == "shipment_type":
            kind = SHIPMENT_TYPES.get(str(attribute.get("value")))
            return {product["id"]: kind} if kind else {}
    return {}


def parse_source(row: Any) -> str:
    """The code of an inventory source in use; empty for one that is switched off."""
    if not isinstance(row, dict) or row.get("enabled") is False:
        return ""
    return str(row.get("source_code") or "")
