"""What the mapping tables say about one web order, and what of it is missing. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from sync.errors import MappingMissing
from sync.magento.records import MagentoOrder
from sync.mapping_tables import MappingTable, MissingEntry
from sync.order_texts import USUAL_PLACES, OrderText, SapPlace
from sync.sap import abap
from sync.told import told
from sync.translate.further_amounts import FurtherEntry
from sync.translate.order_amounts import OrderAmounts, PricedLine
from sync.translate.partners import PartnerRules
from sync.translate.regions import Regions
from sync.translate.requested_date import RequestedDate


@dataclass(frozen=True, slots=True)
class MaterialEntry:
    """An empty unit means the mapping's default."""

    material: str
    unit: str = ""
    item_category: str = ""
    ean: str = ""  # instead of the material: SAP finds it


@dataclass(frozen=True, slots=True)
class OrderMapping:
    """Everything the mappings say about one order.

    None, or an empty text in a required field, is a missing entry; an empty text elsewhere leaves
    the choice to SAP.
    """

    order_type: str
    sales_organization: str
    distribution_channel: str
    division: str
    sold_to: str
    is_one_time_customer: bool
    price_condition: str
    discount_condition: str = ""
    freight_condition: str = ""
    freight_tax_condition: str = ""  # empty: SAP computes the tax itself
    tax_condition: str = ""  # empty: SAP computes the tax itself
    materials: Mapping[str, MaterialEntry] = field(default_factory=dict)
    sku_is_material: bool = False
    sku_is_ean: bool = False
    reference_prefix: str = ""  # keeps the orders of two shops or stores apart
    reference_sent: str = ""  # of an order that was sent before: stays, whatever the prefix is now
    default_unit: str = ""
    customer_reference_method: str = ""
    shipping_condition: str | None = ""
    payment_terms: str | None = ""
    payment_method: str = ""
    partners: PartnerRules = field(default_factory=PartnerRules)
    texts: Mapping[OrderText, SapPlace] = field(default_factory=lambda: USUAL_PLACES)
    language_iso: str = "EN"
    requested_date: RequestedDate = field(default_factory=RequestedDate)
    time_zone: str = "UTC"  # of the SAP system, for the order date
    regions: Regions = field(default_factory=Regions)
    amounts_may_be_off: Decimal = Decimal(0)  # between the shop's total and its parts
    further: tuple[FurtherEntry, ...] = ()
    rounding_condition: str = ""  # empty: what the shop rounds stays out of SAP


def missing_of(
    order: MagentoOrder, amounts: OrderAmounts, mapping: OrderMapping
) -> list[MissingEntry]:
    return list(dict.fromkeys(_missing(order, amounts, mapping)))


def require_search(order: MagentoOrder, mapping: OrderMapping) -> None:
    """Raises ``MappingMissing`` where not even a search in SAP is possible."""
    _require(order, list(_missing_of_store(order, mapping)))


def require_mapping(order: MagentoOrder, amounts: OrderAmounts, mapping: OrderMapping) -> None:
    """Raises ``MappingMissing`` for the first missing entry, naming all of them in its message."""
    _require(order, missing_of(order, amounts, mapping))


def _require(order: MagentoOrder, missing: Sequence[MissingEntry]) -> None:
    if not missing:
        return
    names = ", ".join(f"{one.description} “{one.named_key}”" for one in missing)
    raise MappingMissing(
        told(
            "Order {order} cannot go to SAP before these mappings are there: {names}.",
            order=order.increment_id,
            names=names,
        ),
        *missing[0],
        reference=order.increment_id,
    )


def material_of(line: PricedLine, mapping: OrderMapping) -> MaterialEntry | None:
    entry = mapping.materials.get(line.sku)
    if entry is not None and (entry.material or entry.ean):
        return entry
    if mapping.sku_is_ean:
        return MaterialEntry("", ean=line.sku.strip())
    # SAP keeps material numbers in capitals; RFC converts nothing (sheet 1.5).
    return MaterialEntry(abap.capitals(line.sku.strip())) if mapping.sku_is_material else None


def _missing(
    order: MagentoOrder, amounts: OrderAmounts, mapping: OrderMapping
) -> Iterator[MissingEntry]:
    store = str(order.store_id)
    yield from _missing_of_store(order, mapping)
    if mapping.shipping_condition is None and not order.is_virtual:
        yield MissingEntry(MappingTable.SHIPPING, order.shipping_method)
    if mapping.payment_terms is None:
        yield MissingEntry(MappingTable.PAYMENT, order.payment_method, "payment_terms")
    yield from _missing_regions(order, mapping)
    for line in amounts.lines:
        yield from _missing_of_line(line, mapping, store)
    for name in _missing_conditions(amounts, mapping):
        yield MissingEntry(MappingTable.SALES_AREA, store, name)
    unknown = (one.attribute for one in amounts.further if one.entry is None)
    yield from (MissingEntry(MappingTable.AMOUNT, attribute) for attribute in unknown)


def _missing_of_store(order: MagentoOrder, mapping: OrderMapping) -> Iterator[MissingEntry]:
    store = str(order.store_id)
    for name in ("order_type", "sales_organization", "distribution_channel", "division"):
        if not getattr(mapping, name):
            yield MissingEntry(MappingTable.SALES_AREA, store, name)
    if not mapping.sold_to:
        group = order.customer_group_id
        known = told("group {group}", group="" if group is None else group)
        buyer = told("guest") if order.is_guest else known
        yield MissingEntry(MappingTable.CUSTOMER, buyer)


def _missing_regions(order: MagentoOrder, mapping: OrderMapping) -> Iterator[MissingEntry]:
    for partner in mapping.partners.partners(order, is_one_time=mapping.is_one_time_customer):
        missing = mapping.regions.missing(partner.address) if partner.address else None
        if missing is not None:
            yield missing


def _missing_conditions(amounts: OrderAmounts, mapping: OrderMapping) -> Iterator[str]:
    if not mapping.price_condition:
        yield "price_condition"
    if not mapping.discount_condition and any(line.discount for line in amounts.lines):
        yield "discount_condition"
    if not mapping.freight_condition and amounts.freight - amounts.freight_discount:
        yield "freight_condition"


def _missing_of_line(line: PricedLine, mapping: OrderMapping, store: str) -> Iterator[MissingEntry]:
    entry = material_of(line, mapping)
    if entry is None:
        yield MissingEntry(MappingTable.MATERIAL, line.sku.strip())
    elif not (entry.unit or mapping.default_unit):
        if line.sku in mapping.materials:
            yield MissingEntry(MappingTable.MATERIAL, line.sku.strip(), "unit")
        else:
            yield MissingEntry(MappingTable.SALES_AREA, store, "default_unit")
