"""The SAP customer of a web order: by the rules of its sales area, in their order."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from sync.jobs import work
from sync.mapping.customers import buyer_of, customer_number
from sync.models import CustomerMapping, MaterialMapping, SalesArea
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
