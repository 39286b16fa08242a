"""Collects the mapping entries that web orders need. A missing entry stays missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Q
from django.db.models.functions import Lower, Trim

from sync.errors import MappingMissing
from sync.magento.records import MagentoOrder
from sync.mapping.customers import buyer_of, customer_number
from sync.mapping_tables import MappingTable
from sync.models import (
    AmountMapping,
    MaterialMapping,
    PaymentMapping,
    RegionMapping,
    SalesArea,
    SalesOrder,
    ShippingMapping,
    TextMapping,
)
from sync.models.master_data import read_once, rows_of
from sync.models.shop_entries import listed
from sync.sap import abap
from sync.told import told
from sync.translate.further_amounts import Booking, FurtherEntry
from sync.translate.order_mapping import MaterialEntry, OrderMapping, require_search
from sync.translate.partners import PartnerRules
from sync.translate.regions import Regions, SapRegion
from sync.translate.requested_date import RequestedDate


def mapping_for(order: SalesOrder, web_order: MagentoOrder, *, sap_time_zone: str) -> OrderMapping:
    """Raises ``MappingMissing`` where the order has no sales area."""
    entries = Entries([order.shop_id], {item.sku for item in web_order.items})
    area = entries.area_of(order)
    own_customer = customer_number(area, buyer_of(web_order.payload))
    return _chosen(web_order, area, entries.mapping(order, area, own_customer, sap_time_zone))


def _chosen(web_order: MagentoOrder, area: SalesArea, mapping: OrderMapping) -> OrderMapping:
    """With what the buyer chose for this order."""
    attributes = buyer_of(web_order.payload).attributes
    chosen = attributes.get(area.requested_date_attribute, "")
    return replace(mapping, requested_date=replace(mapping.requested_date, chosen=chosen))


def search_mapping_for(
    order: SalesOrder, web_order: MagentoOrder, *, sap_time_zone: str
) -> tuple[OrderMapping, MappingMissing | None]:
    """What the order may be looked up by, and what is missing to search SAP for it at all: it may
    still be found under a number."""
    entries = Entries([order.shop_id], {item.sku for item in web_order.items})
    own = ""
    try:
        area = entries.area_of(order)
        own = customer_number(area, buyer_of(web_order.payload))
        mapping = _chosen(web_order, area, entries.mapping(order, area, own, sap_time_zone))
        if not (mapping.sold_to and mapping.sales_organization):
            require_search(web_order, mapping)
    except MappingMissing as missing:
        area = entries.any_area_of(order)
        return entries.mapping(order, area, own, sap_time_zone), missing
    return mapping, None


class Entries:
    """The mapping entries for some shops and SKUs; only materials are too many to be held."""

    def __init__(self, shops: Collection[int], skus: Iterable[str]) -> None:
        with read_once():
            self._read(frozenset(shops))
        self._materials: dict[int, dict[str, MaterialEntry]] = defaultdict(dict)
        self._add_materials(shops, set(skus))

    def _read(self, shops: frozenset[int]) -> None:
        areas = [one for one in rows_of(SalesArea) if one.shop_id in shops]
        self._areas = {(one.shop_id, one.store_id): one for one in areas}
        payments = (one for one in rows_of(PaymentMapping) if one.shop_id in shops)
        self._payments = {(one.shop_id, one.method): one for one in payments}
        shippings = (one for one in rows_of(ShippingMapping) if one.shop_id in shops)
        self._conditions = {(one.shop_id, one.method): one.shipping_condition for one in shippings}
        self._further = [one for one in rows_of(AmountMapping) if one.shop_id in shops]
        self._regions: dict[int, dict[str, SapRegion]] = defaultdict(dict)
        for place in rows_of(RegionMapping):
            known = SapRegion(place.region, place.transport_zone)
            self._regions[place.shop_id][place.shop_region.casefold()] = known
        self._texts: dict[int, list[TextMapping]] = defaultdict(list)
        for text in rows_of(TextMapping):
            self._texts[text.sales_area_id].append(text)

    def _add_materials(self, shops: Collection[int], skus: set[str]) -> None:
        """The shop takes S-1, s-1 and one with a blank behind it for one product; an entry that is
        written exactly as in the order comes first."""
        written: dict[str, list[str]] = defaultdict(list)
        for sku in skus:
            written[_plain(sku)].append(sku)
        known = MaterialMapping.objects.annotate(plain=Lower(Trim("sku")))
        meant = Q(plain__in=list(written)) | Q(sku__in=list(skus))
        for one in known.filter(meant, shop__in=shops).order_by("pk"):
            material = abap.capitals(one.material.strip())
            entry = MaterialEntry(material, one.unit, one.item_category, one.ean)
            for sku in written[_plain(one.sku)]:
                if sku == one.sku or sku not in self._materials[one.shop_id]:
                    self._materials[one.shop_id][sku] = entry

    def area_of(self, order: SalesOrder) -> SalesArea:
        """Raises ``MappingMissing`` without a sales area, or where it has another currency."""
        area = self._areas.get((order.shop_id, order.store_id))
        if area is None:
            raise MappingMissing(
                told(
                    "Store {store} ({name}) has no sales area.",
                    store=order.store_id,
                    name=order.store_name or order.shop,
                ),
                MappingTable.SALES_AREA,
                str(order.store_id),
                reference=order.increment_id,
            )
        # A store that began to sell in another currency is a decision, not a surprise in SAP.
        if area.currency not in {"", order.currency}:
            raise MappingMissing(
                told(
                    "Order {order} is in {currency}, but the sales area of store "
                    "{store} takes {other}.",
                    order=order.increment_id,
                    currency=order.currency,
                    store=order.store_id,
                    other=area.currency,
                ),
                MappingTable.SALES_AREA,
                str(order.store_id),
                "currency",
                reference=order.increment_id,
            )
        return area

    def any_area_of(self, order: SalesOrder) -> SalesArea:
        """The sales area whatever its currency; one that says nothing where there is none."""
        known = self._areas.get((order.shop_id, order.store_id))
        return known or SalesArea(shop=order.shop, store_id=order.store_id, price_condition="")

    def mapping(
        self, order: SalesOrder, area: SalesArea, own_customer: str, sap_time_zone: str = "UTC"
    ) -> OrderMapping:
        """``own_customer`` is empty for the one-time account."""
        shipping = self._conditions.get((order.shop_id, order.shipping_method))
        payment = self._payments.get((order.shop_id, order.payment_method))
        terms = payment.payment_terms if payment else ""
        required = frozenset(listed(area.region_countries))
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
            materials=self._materials[order.shop_id],
            sku_is_material=area.sku_is_material,
            default_unit=area.default_unit,
            customer_reference_method=area.customer_reference_method,
            shipping_condition=(area.shipping_condition or None) if shipping is None else shipping,
            payment_terms=terms or area.payment_terms or None,
            payment_method=payment.sap_payment_method if payment else "",
            partners=_partner_rules(area),
            regions=Regions(self._regions[order.shop_id], required),
            texts=TextMapping.places_of(self._texts[area.pk]),
            requested_date=RequestedDate(area.requested_after_days, area.counts_working_days),
            language_iso=area.language,
            time_zone=area.time_zone or sap_time_zone,
            sku_is_ean=area.sku_is_ean,
            reference_prefix=area.reference_prefix or order.shop.reference_prefix,
            reference_sent=order.customer_reference,
            further=further_of(self._further, order),
            rounding_condition=area.rounding_condition,
        )


def _partner_rules(area: SalesArea) -> PartnerRules:
    return PartnerRules(listed(area.partner_roles), frozenset(listed(area.address_roles)))


def _plain(sku: str) -> str:
    return sku.strip().lower()


def further_of(entries: Iterable[AmountMapping], order: SalesOrder) -> tuple[FurtherEntry, ...]:
    """Those of the order's shop; what is said for its store comes before what is for all."""
    own = [one for one in entries if one.shop_id == order.shop_id]
    general = {one.attribute: one for one in own if one.store_id is None}
    of_store = {one.attribute: one for one in own if one.store_id == order.store_id}
    return tuple(
        FurtherEntry(
            one.attribute,
            Booking(one.booking),
            one.condition_type,
            one.tax_attribute,
            one.tax_condition,
            one.name,
        )
        for one in (general | of_store).values()
    )
