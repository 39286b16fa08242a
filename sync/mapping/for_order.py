"""The mapping entries a web order needs, collected from the tables. A missing one stays missing."""

from __future__ import annotations

from sync.errors import MappingMissing
from sync.magento.records import MagentoOrder
from sync.mapping.customers import buyer_of, customer_number
from sync.models import (
    MaterialMapping,
    PaymentMapping,
    SalesArea,
    SalesOrder,
    ShippingMapping,
)
from sync.translate.sap_order import MaterialEntry, OrderMapping


def mapping_for(order: SalesOrder, web_order: MagentoOrder, *, sap_time_zone: str) -> OrderMapping:
    """What the tables say about this order; raises ``MappingMissing`` without a sales area."""
    area = SalesArea.objects.filter(shop=order.shop, store_id=order.store_id).first()
    if area is None:
        raise MappingMissing(
            f"Store {order.store_id} ({order.store_name or order.shop}) has no sales area. An "
            "administrator adds it to the mappings; then retry.",
            mapping="sales_area",
            key=str(order.store_id),
            reference=order.increment_id,
        )
    _require_currency(order, area)
    own_customer = customer_number(area, buyer_of(web_order.payload))
    return OrderMapping(
        amounts_may_be_off=order.shop.amount_tolerance,
        order_type=area.order_type,
        sales_organization=area.sales_organization,
        distribution_channel=area.distribution_channel,
        division=area.division,
        sold_to=own_customer or area.one_time_customer,
        is_one_time_customer=not own_customer,
        price_condition=area.price_condition,
        discount_condition=area.discount_condition,
        freight_condition=area.freight_condition,
        freight_tax_condition=area.freight_tax_condition,
        tax_condition=area.tax_condition,
        materials=_materials(order, web_order),
        sku_is_material=area.sku_is_material,
        default_unit=area.default_unit,
        customer_reference_method=area.customer_reference_method,
        shipping_condition=_shipping_condition(order, area),
        payment_terms=_payment_terms(order, area),
        note_text_id=area.note_text_id,
        language_iso=area.language,
        time_zone=area.time_zone or sap_time_zone,
        sku_is_ean=area.sku_is_ean,
        reference_prefix=order.shop.reference_prefix,
    )


def _require_currency(order: SalesOrder, area: SalesArea) -> None:
    """A store that began to sell in another currency is a decision, not a surprise in SAP."""
    if area.currency in {"", order.currency}:
        return
    raise MappingMissing(
        f"Order {order.increment_id} is in {order.currency}, but the sales area of store "
        f"{order.store_id} takes {area.currency}. An administrator corrects the "
        "sales area; then retry.",
        mapping="sales_area",
        key=f"{order.store_id}:{order.currency}",
        reference=order.increment_id,
    )


def _materials(order: SalesOrder, web_order: MagentoOrder) -> dict[str, MaterialEntry]:
    skus = {item.sku for item in web_order.items}
    entries = MaterialMapping.objects.filter(shop=order.shop, sku__in=skus)
    return {
        entry.sku: MaterialEntry(entry.material, entry.unit, entry.item_category, entry.ean)
        for entry in entries
    }


def _shipping_condition(order: SalesOrder, area: SalesArea) -> str | None:
    entry = ShippingMapping.objects.filter(shop=order.shop, method=order.shipping_method).first()
    return entry.shipping_condition if entry else area.shipping_condition or None


def _payment_terms(order: SalesOrder, area: SalesArea) -> str | None:
    entry = PaymentMapping.objects.filter(shop=order.shop, method=order.payment_method).first()
    return (entry.payment_terms if entry else "") or area.payment_terms or None
