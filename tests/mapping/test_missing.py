"""What the page says is missing is what the translation misses: for every order ever recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sync.errors import MappingMissing, UnexpectedRecord
from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder
from sync.mapping import missing
from sync.mapping.for_order import mapping_for
from sync.mapping.missing import Collection
from sync.mapping_tables import MappingTable, MissingEntry
from sync.mirrors.order_rest import left_now
from sync.mirrors.shop import store_orders
from sync.mirrors.web_orders import stored_web_order
from sync.models import MaterialMapping, SalesArea, SalesOrder
from sync.translate.order_mapping import MaterialEntry, OrderMapping
from sync.translate.sap_order import sap_order_request
from tests.builders import a_sales_area, a_shop
from tests.magento.recorded import recorded_orders

pytestmark = pytest.mark.django_db
WHOLE: dict[str, Any] = {
    "payment_terms": "0001", "shipping_condition": "01", "sku_is_material": True,
    "discount_condition": "ZDIS", "freight_condition": "ZFRE",
}  # fmt: skip
CONDITIONS: dict[str, Any] = {
    "price_condition": "",
    "discount_condition": "",
    "freight_condition": "",
}
GAPS: dict[str, dict[str, Any]] = {
    "whole": {},
    "conditions": CONDITIONS,
    "methods": {"payment_terms": "", "shipping_condition": ""},
    "materials": {"sku_is_material": False},
    "materials and units": {"sku_is_material": False, "default_unit": ""},
    "units": {"default_unit": ""},
    "customers": {"one_time_customer": ""},
    "currency": {"currency": "JPY"},
    "everything": {
        "order_type": "", "sales_organization": "", "distribution_channel": "", "division": "",
        "one_time_customer": "", "payment_terms": "", "shipping_condition": "",
        "sku_is_material": False, "default_unit": "", **CONDITIONS,
    },
}  # fmt: skip


@pytest.fixture
def orders() -> list[SalesOrder]:
    """Every recorded order, waiting for SAP; a few of the SKUs are mapped, without a unit."""
    shop = a_shop()
    store_orders(shop, [parse_order(document) for document in recorded_orders()])
    SalesOrder.objects.update(stage=SalesOrder.Stage.TO_SYNC)
    for sku in ("S-001", "S-TAX"):
        MaterialMapping.objects.create(shop=shop, sku=sku, material="M-1")
    return list(SalesOrder.objects.all())


def missed(order: SalesOrder) -> Iterator[MissingEntry]:
    """What the translation misses, one after the other, each filled in for the next to show."""
    web_order = stored_web_order(order)
    assert web_order is not None
    try:
        mapping = mapping_for(order, web_order, sap_time_zone="UTC")
        while missing := first_missed(web_order, mapping):
            yield missing
            mapping = filled(web_order, mapping, missing)
    except MappingMissing as error:
        yield error.entry
    except UnexpectedRecord:
        return


def first_missed(web_order: MagentoOrder, mapping: OrderMapping) -> MissingEntry | None:
    try:
        sap_order_request(web_order, mapping, left_now(web_order))
    except MappingMissing as error:
        return error.entry
    return None


def filled(web_order: MagentoOrder, mapping: OrderMapping, missing: MissingEntry) -> OrderMapping:
    match missing.table:
        case MappingTable.SALES_AREA if missing.field == "default_unit":  # of all but the mapped
            units = {item.sku: MaterialEntry(item.sku, "ST") for item in web_order.items}
            return replace(mapping, materials={**units, **mapping.materials})
        case MappingTable.SALES_AREA:
            changed: dict[str, Any] = {missing.field: "XX"}
            return replace(mapping, **changed)
        case MappingTable.CUSTOMER:
            return replace(mapping, sold_to="0000010001")
        case MappingTable.PAYMENT:
            return replace(mapping, payment_terms="0001")
        case MappingTable.SHIPPING:
            return replace(mapping, shipping_condition="01")
        case _:
            entry = MaterialEntry("M-2", "ST")
            return replace(mapping, materials={**mapping.materials, missing.key: entry})


def key_of(table: MappingTable, key: str) -> tuple[str, str]:
    """A cause does not name a customer: only people who may see the page are told."""
    return table, "" if table == MappingTable.CUSTOMER else key


@pytest.mark.slow
@pytest.mark.parametrize("gap", GAPS)
def test_the_page_says_of_each_order_what_its_translation_misses(
    gap: str, orders: list[SalesOrder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "MOST_ORDERS", len(orders))
    for store_id in {order.store_id for order in orders}:
        a_sales_area(store_id=store_id, **(WHOLE | GAPS[gap]))
    expected = {order.pk: list(missed(order)) for order in orders}

    told: dict[int, set[tuple[str, str]]] = defaultdict(set)
    fields: set[tuple[str, str, str]] = set()
    collection = Collection()
    for table in MappingTable:
        for entry in collection.of_table(table):
            fields |= {(table, entry.key, field) for field in entry.needs}
            for pk in entry.orders:
                told[pk].add(key_of(table, entry.key))

    assert any(expected.values()) == (gap != "whole")
    assert all(
        one.field in ("", *one.table.facts.may_lack)
        for missing in expected.values()
        for one in missing
    )
    assert {pk: told[pk] for pk in expected} == {
        pk: {key_of(one.table, one.key) for one in missing} for pk, missing in expected.items()
    }
    assert fields == {tuple(one) for missing in expected.values() for one in missing if one.field}


def test_a_store_without_a_sales_area_needs_what_its_orders_need(orders: list[SalesOrder]) -> None:
    stores = Collection().of_table(MappingTable.SALES_AREA)

    always = {"order_type", "sales_organization", "distribution_channel", "division"}
    assert {store.key for store in stores} == {str(order.store_id) for order in orders}
    for store in stores:
        own = [stored_web_order(order) for order in store.orders.values()]
        discounts = any(one and any(item.discount_amount for item in one.items) for one in own)
        freight = any(one and one.shipping_amount for one in own)
        assert always < store.needs
        assert ("discount_condition" in store.needs) == discounts
        assert ("freight_condition" in store.needs) == bool(freight)


def test_an_order_whose_record_cannot_be_read_is_left_out() -> None:
    store_orders(a_shop(), [parse_order(recorded_orders()[0])])
    SalesOrder.objects.update(stage=SalesOrder.Stage.TO_SYNC, payload={})

    assert not Collection().of_table(MappingTable.SALES_AREA)
    assert not SalesArea.objects.exists()
