"""The SAP customer of a web order: by the rules of its sales area, in their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sync.jobs import work
from sync.mapping.customers import buyer_of, customer_number
from sync.mapping.for_order import Entries
from sync.mapping.missing import Collection
from sync.mapping_tables import MappingTable
from sync.models import CustomerMapping, MaterialMapping, SalesArea, SalesOrder
from tests.builders import a_sales_area
from tests.world import World

pytestmark = pytest.mark.django_db
PAYLOAD: dict[str, Any] = {
    "customer_id": 7,
    "customer_email": "Ann@example.com",
    "customer_group_id": 3,
    "customer_taxvat": "DE123",
    "billing_address": {"company": "Acme GmbH", "vat_id": "DE999"},
    "extension_attributes": {"erp_customer": "10003"},
    "custom_attributes": [{"attribute_code": "kunnr", "value": 10004}],
}


@pytest.mark.parametrize(
    ("rule", "known_by"),
    [
        ("customer_id", {"magento_customer_id": 7}),
        ("group", {"customer_group_id": 3}),
        ("company", {"company": "ACME GMBH"}),
        ("vat", {"vat_id": "de123"}),
        ("email", {"customer_email": "ann@example.com"}),
    ],
)
def test_issue_3_9_each_rule_finds_its_entry(rule: str, known_by: dict[str, Any]) -> None:
    area = a_sales_area(customer_rules=rule)
    CustomerMapping.objects.create(sales_area=area, customer_number="10001", **known_by)

    assert customer_number(area, buyer_of(PAYLOAD)) == "10001"
    assert customer_number(area, buyer_of({})) == ""


@pytest.mark.parametrize("key", [0, 1, 2**31, 1234567890, 4294967295, 10**12, 2**63 - 1])
@pytest.mark.parametrize("column", ["customer_id", "customer_group_id"])
@pytest.mark.parametrize("kind", [int, str])
def test_ids_of_any_size_find_their_entry(key: int, column: str, kind: type[int | str]) -> None:
    area = a_sales_area(customer_rules="customer_id,group")
    name = "magento_customer_id" if column == "customer_id" else column
    CustomerMapping.objects.create(sales_area=area, customer_number="10001", **{name: key})
    is_nobody = column == "customer_id" and key == 0

    assert customer_number(area, buyer_of({column: kind(key)})) == ("" if is_nobody else "10001")


@pytest.mark.parametrize("key", [-5, 2**63, 10**30, "-5", "abc", "12a", "²", "١٢", 1.5, None, True])
@pytest.mark.parametrize("column", ["customer_id", "customer_group_id"])
def test_an_id_that_is_none_finds_nobody(key: Any, column: str) -> None:
    area = a_sales_area(customer_rules="customer_id,group")
    CustomerMapping.objects.create(sales_area=area, customer_number="1", magento_customer_id=12)

    assert customer_number(area, buyer_of({column: key})) == ""


@pytest.mark.parametrize("key", [1234567890, 2**40, 2**62])
def test_an_order_of_large_ids_goes_the_whole_way(world: World, key: int) -> None:
    def change(web: dict[str, Any]) -> None:
        web.update(customer_id=key, customer_group_id=key + 1, customer_is_guest=0)
        for at, item in enumerate(web["items"]):
            item.update(product_id=key + at, quote_item_id=key + at)

    entity_id = world.place_only()
    world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    area = SalesArea.objects.get(shop=world.shop, store_id=1)
    customer = {"magento_customer_id": key, "customer_number": "0000010001"}
    CustomerMapping.objects.create(sales_area=area, **customer)

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert (order.magento_customer_id, order.sap_sold_to) == (key, "0000010001")


@pytest.mark.parametrize(("code", "number"), [("erp_customer", "10003"), ("kunnr", "10004")])
def test_the_order_may_carry_the_number_itself(code: str, number: str) -> None:
    area = a_sales_area(customer_rules="attribute", customer_number_attribute=code)

    assert customer_number(area, buyer_of(PAYLOAD)) == number


def test_an_attribute_that_is_no_customer_number_is_passed_over() -> None:
    area = a_sales_area(customer_rules="attribute", customer_number_attribute="erp")
    payload = {"extension_attributes": {"erp": "see notes, please"}}

    assert customer_number(area, buyer_of(payload)) == ""


@pytest.mark.parametrize(("rules", "number"), [("company,group", "1"), ("group, company", "2")])
def test_the_first_rule_that_knows_somebody_wins(rules: str, number: str) -> None:
    area = a_sales_area(customer_rules=rules)
    CustomerMapping.objects.create(sales_area=area, customer_number="1", company="Acme GmbH")
    CustomerMapping.objects.create(sales_area=area, customer_number="2", customer_group_id=3)

    assert customer_number(area, buyer_of(PAYLOAD)) == number


def test_misshapen_payloads_make_nobody_known() -> None:
    odd = {"customer_id": "x", "billing_address": [], "extension_attributes": "no",
           "custom_attributes": [1, {"value": {}}]}  # fmt: skip

    assert customer_number(a_sales_area(), buyer_of(odd)) == ""


def test_an_unknown_rule_is_refused() -> None:
    area = a_sales_area(customer_rules="customer_id,moon")

    with pytest.raises(ValidationError):
        area.full_clean()


def test_an_order_of_a_known_company_goes_to_its_account(world: World) -> None:
    order = world.place()
    company = order.payload["billing_address"].get("company")
    area = SalesArea.objects.get(shop=world.shop, store_id=order.store_id)
    group = order.payload["customer_group_id"]
    known_by = {"company": company} if company else {"customer_group_id": group}
    CustomerMapping.objects.create(sales_area=area, customer_number="1000", **known_by)

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.sap_sold_to == "0000001000"


def test_a_material_may_be_named_by_its_ean(world: World) -> None:
    MaterialMapping.objects.filter(sku="S-001").update(material="", ean="4006381333931")
    order = world.place()

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.verification == "verified"


def test_an_unmapped_sku_may_be_the_ean_itself(world: World) -> None:
    order = world.place()
    MaterialMapping.objects.all().delete()
    SalesArea.objects.update(sku_is_ean=True)

    task = world.run(work.push_order(order))

    assert "V1 382" in task.error_message  # SAP knows no such EAN, and says so


def test_a_mapping_names_a_material_or_an_ean_but_not_both(world: World) -> None:
    entry = MaterialMapping(shop=world.shop, sku="X", material="A", ean="1")

    with pytest.raises(ValidationError):
        entry.full_clean()


@pytest.mark.parametrize("customer_id", [999_999_999, 1_234_567_890, 4_294_967_295])
def test_customer_ids_are_known_as_far_as_the_shop_counts(customer_id: int) -> None:
    area = a_sales_area(customer_rules="customer_id")
    CustomerMapping.objects.create(
        sales_area=area, customer_number="10001", magento_customer_id=customer_id
    )

    assert customer_number(area, buyer_of({"customer_id": customer_id})) == "10001"


@pytest.mark.parametrize("written", ["S-1 ", " S-1", "s-1", "S-1\u00a0", "S-1\t"])
def test_a_sku_is_known_with_blanks_and_in_any_case(world: World, written: str) -> None:
    MaterialMapping.objects.create(shop=world.shop, sku="S-1", material="m-77 ", unit="ST")

    found = Entries([world.shop.pk], {written})

    area = SalesArea.objects.get(shop=world.shop, store_id=1)
    order = SalesOrder(shop=world.shop, store_id=1, currency="USD")
    assert found.mapping(order, area, "").materials[written].material == "M-77"


def test_an_entry_written_exactly_as_in_the_order_comes_first(world: World) -> None:
    for sku, material in (("S-1", "M-1"), ("s-1", "M-2"), ("S-1 ", "M-3")):
        MaterialMapping.objects.create(shop=world.shop, sku=sku, material=material)
    skus = {"S-1", "s-1", "S-1 "}

    area = SalesArea.objects.get(shop=world.shop, store_id=1)
    order = SalesOrder(shop=world.shop, store_id=1, currency="USD")
    found = Entries([world.shop.pk], skus).mapping(order, area, "").materials

    assert {sku: found[sku].material for sku in skus} == {"S-1": "M-1", "s-1": "M-2", "S-1 ": "M-3"}


@pytest.mark.parametrize("blanks", [("", " "), (" ", ""), ("  ", "  ")])
@pytest.mark.parametrize("is_material", [True, False])
def test_an_order_with_blanks_about_its_skus_is_verified(
    world: World, blanks: tuple[str, str], is_material: bool
) -> None:
    SalesArea.objects.update(sku_is_material=is_material)

    def change(web: dict[str, Any]) -> None:
        for item in web["items"]:
            item["sku"] = item["sku"].join(blanks)

    entity_id = world.place_only()
    world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)

    world.run(work.push_order(order))

    order.refresh_from_db()
    assert order.verification == "verified"


def test_a_sku_with_a_blank_that_has_no_entry_is_added_without_it(world: World) -> None:
    entity_id = world.place_only("unknown-sku")
    world.edit_web_order(entity_id, lambda web: web["items"][0].update(sku="NEW-1 "))
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    task = world.run(work.push_order(order))
    assert task.mapping_key == "NEW-1"
    assert [one.key for one in Collection().of_table(MappingTable.MATERIAL)] == ["NEW-1"]

    known = MaterialMapping.objects.filter(shop=world.shop).first()
    assert known is not None
    entry = {"sku": "new-1", "material": known.material}
    MaterialMapping.objects.create(shop=world.shop, **entry)

    assert world.retry(task).state == "done"
