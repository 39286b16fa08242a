"""What a translation misses leads to its entry: from the error, and from *Master data*."""

from __future__ import annotations

import pytest
from django.test import Client

from sync.jobs import work
from sync.mapping.missing import Collection
from sync.mapping.stopped_for import entry_of
from sync.mapping_tables import MappingTable
from sync.models import MaterialMapping, SalesArea, SalesOrder
from tests.builders import a_user
from tests.world import World


def listed() -> list[str]:
    found = Collection()
    return [entry.place for table in MappingTable for entry in found.of_table(table)]


@pytest.mark.parametrize(
    "column", ["price_condition", "default_unit", "order_type", "freight_condition"]
)
def test_a_missing_entry_is_linked_and_listed(world: World, column: str) -> None:
    SalesArea.objects.update(**{column: ""})
    MaterialMapping.objects.update(unit="")
    task = world.run(work.push_order(world.place()))

    assert task.state == "needs_attention"
    assert entry_of(task)
    assert listed()


@pytest.mark.parametrize(
    ("column", "shape"), [("freight_condition", "simple"), ("discount_condition", "coupon")]
)
def test_a_condition_only_some_orders_need_leads_to_the_sales_area(
    world: World, client: Client, column: str, shape: str
) -> None:
    SalesArea.objects.update(**{column: ""})
    order = world.place(shape)
    task = world.run(work.push_order(order))
    area = SalesArea.objects.get(shop=order.shop, store_id=order.store_id)
    client.force_login(a_user("Administrators", is_staff=True))

    page = client.get("/attention/").content.decode()

    assert task.cause_key == f"mapping:sales_area:{order.store_id}"
    assert f"/admin/sync/salesarea/{area.pk}/change/" in page
    assert listed() == [f"sales_area-{order.shop.pk}-{order.store_id}"]


def test_the_form_of_a_store_asks_for_what_its_orders_need_and_they_go_on(
    world: World, client: Client
) -> None:
    order = world.place("coupon")
    area = SalesArea.objects.get(shop=order.shop, store_id=order.store_id)
    given = {
        name: getattr(area, name)
        for name in (
            "name", "order_type", "sales_organization", "distribution_channel", "division",
            "one_time_customer", "payment_terms", "shipping_condition", "default_unit",
            "price_condition", "tax_condition", "freight_tax_condition", "currency",
        )
    }  # fmt: skip
    conditions = {n: getattr(area, n) for n in ("discount_condition", "freight_condition")}
    area.delete()
    world.run(work.push_order(order))
    client.force_login(a_user("Administrators", is_staff=True))
    given |= {
        "place": f"sales_area-{order.shop.pk}-{order.store_id}",
        "shop": order.shop.pk,
        "store_id": order.store_id,
    }

    refused = client.post("/master-data/sales_area/", given)
    saved = client.post("/master-data/sales_area/", {**given, **conditions})

    assert (refused.status_code, saved.status_code) == (422, 302)
    world.work_off()
    assert SalesOrder.objects.get(pk=order.pk).verification == "verified"
