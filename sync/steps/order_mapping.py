"""The mapping entries a web order needs, collected from the tables. A missing one stays missing."""

from __future__ import annotations

from sync.errors import MappingMissing
from sync.magento.records import MagentoOrder
from sync.models import (
    CustomerMapping,
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
            f"Store {order.store_id} ({order.store_name or order.shop}) has no sales area: add it "
            "to the mappings, then retry.",
            mapping="sales_area",
            key=str(order.store_id),
            reference=order.increment_id,
        )
    own_customer = _customer_number(area, web_order)
    return OrderMapping(
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
        time_zone=sap_time_zone,
    )


def _customer_number(area: SalesArea, web_order: MagentoOrder) -> str:
    customers = CustomerMapping.objects.filter(sales_area=area)
    if web_order.customer_id is not None:
        found = customers.filter(magento_customer_id=web_order.customer_id).first()
    else:
        email = web_order.customer_email
        found = customers.filter(customer_email__iexact=email).first() if email else None
    return found.customer_number if found else ""


def _materials(order: SalesOrder, web_order: MagentoOrder) -> dict[str, MaterialEntry]:
    skus = {item.sku for item in web_order.items}
    entries = MaterialMapping.objects.filter(shop=order.shop, sku__in=skus)
    return {
        entry.sku: MaterialEntry(entry.material, entry.unit, entry.item_category)
        for entry in entries
    }


def _shipping_condition(order: SalesOrder, area: SalesArea) -> str | None:
    entry = ShippingMapping.objects.filter(shop=order.shop, method=order.shipping_method).first()
    return entry.shipping_condition if entry else area.shipping_condition or None


def _payment_terms(order: SalesOrder, area: SalesArea) -> str | None:
    entry = PaymentMapping.objects.filter(shop=order.shop, method=order.payment_method).first()
    return (entry.payment_terms if entry else "") or area.payment_terms or None
