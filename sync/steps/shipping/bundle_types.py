"""Tells how each bundle of an order is shipped: together or in parts."""

from __future__ import annotations

from sync.errors import RemoteMisconfigured
from sync.magento.records import MagentoOrder
from sync.steps.step_run import StepRun


def bundle_types(run: StepRun, web_order: MagentoOrder) -> dict[int, str]:
    """By the bundle's product id; from the shop's setting where the catalogue is closed."""
    products = {
        item.product_id
        for item in web_order.items
        if item.product_type == "bundle" and item.product_id is not None
    }
    if not products:
        return {}
    try:
        return run.magento().get_bundle_shipment_types(products)
    except RemoteMisconfigured:
        kind = "separately" if run.shop.ships_bundles_separately else "together"
        return dict.fromkeys(products, kind)
