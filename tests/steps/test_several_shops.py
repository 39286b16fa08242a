"""Two shops on one SAP: their orders never meet, their schedules and keys are their own."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from sync.errors import MappingMissing, RemoteMisconfigured
from sync.jobs import plan, work
from sync.magento.auth import AdminLogin, BearerToken
from sync.magento.transport import rest_base
from sync.models import PullWatermark, SalesArea, Shop, Step, SyncTask
from sync.remotes import build_magento, shop_address, shop_auth
from tests.world import World, add_shop, place_in

pytestmark = pytest.mark.django_db
SHOP = {
    "base_url": "https://shop.example/",
    "connect_timeout_seconds": 5.0,
    "read_timeout_seconds": 60.0,
    "call_timeout_seconds": 120.0,
    "connections": 16,
    "calls_per_second": 0.0,
}


def test_p0_two_shops_with_the_same_number_get_an_order_each(world: World, tmp_path: Path) -> None:
    south = add_shop(world, tmp_path, "south", reference_prefix="S-")
    ours, theirs = world.into_sap(), place_in(world, south)
    assert ours.increment_id == theirs.increment_id

    task = world.run(work.push_order(theirs))

    theirs.refresh_from_db()
    assert task.state == SyncTask.State.DONE
    assert theirs.is_in_sap
    assert theirs.sap_sales_order_number != ours.sap_sales_order_number
    assert len(world.sap.store.find_orders(customer_reference=f"S-{theirs.increment_id}")) == 1


def test_without_a_prefix_another_shops_order_is_never_adopted(
    world: World, tmp_path: Path
) -> None:
    south = add_shop(world, tmp_path, "south")
    world.into_sap()
    theirs = place_in(world, south)

    task = world.run(work.push_order(theirs))

    assert (task.state, task.cause_key) == ("needs_attention", "sap:another-shops-order")


def test_an_order_of_the_second_shop_is_told_its_number_there(world: World, tmp_path: Path) -> None:
    south = add_shop(world, tmp_path, "south", reference_prefix="S-")
    order = place_in(world, south)
    world.run(work.push_order(order))
    order.refresh_from_db()

    world.run(work.confirm_order(order))

    order.refresh_from_db()
    assert order.ext_order_id == order.sap_sales_order_number


def test_a_prefix_that_was_used_stays(world: World) -> None:
    world.into_sap()
    world.shop.reference_prefix = "N-"

    with pytest.raises(ValidationError):
        world.shop.full_clean()


def test_a_reference_longer_than_sap_holds_is_refused(world: World, tmp_path: Path) -> None:
    south = add_shop(world, tmp_path, "south", reference_prefix="SOUTH-")
    order = place_in(world, south)
    app = world.more_apps["south"].extensions["shop"]
    with app.store.writing() as books:
        document = books.find("order", order.entity_id)
        document["increment_id"] = "1" * 15
        books.save("order", document)

    task = world.run(work.push_order(order))

    assert (task.state, task.error_class) == ("needs_attention", "UnexpectedRecord")


def test_a_shop_with_an_interval_of_its_own_is_read_when_that_is_over() -> None:
    slow = Shop.objects.create(code="slow", name="Slow", poll_interval_seconds=600)
    quick = Shop.objects.create(code="quick", name="Quick")
    for shop in (slow, quick):
        PullWatermark.objects.create(shop=shop, polled_at=timezone.now() - timedelta(minutes=5))

    first = [wanted.shop for wanted in plan.open_work(Step.PULL_ORDERS)]
    PullWatermark.objects.update(polled_at=timezone.now() - timedelta(minutes=11))
    later = [wanted.shop for wanted in plan.open_work(Step.PULL_ORDERS)]

    assert (first, later) == ([quick], [slow, quick])


def test_an_order_in_a_currency_the_store_does_not_take_stops(world: World) -> None:
    order = world.place()
    SalesArea.objects.filter(store_id=order.store_id).update(currency="JPY")

    task = world.run(work.push_order(order))

    assert task.error_class == MappingMissing.__name__
    assert task.cause_key == f"mapping:sales_area:{order.store_id}"
    assert task.mapping_field == "currency"


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"auth": "bearer", "token": "t"}, BearerToken),
        ({"auth": "admin", "username": "u", "password": "p"}, AdminLogin),
    ],
)
def test_each_shop_may_have_its_own_way_in(values: dict[str, str], kind: type[Any]) -> None:
    assert isinstance(shop_auth({**SHOP, **values}), kind)


def test_a_store_code_goes_into_the_path() -> None:
    address = shop_address({**SHOP, "store_code": "de"})

    assert rest_base(address) == "https://shop.example/rest/de/V1"
    assert (
        shop_address({"base_url": "https://shop.example/rest/V1/", "store_code": "de"}) == address
    )


@pytest.mark.parametrize(
    "written",
    [
        "https://shop.example/rest/V1/",
        "https://shop.example",
        "shop.example",
        " shop.example/rest ",
    ],
)
def test_an_address_is_understood_however_it_is_written(written: str) -> None:
    """Without a scheme it is https: the keys travel with every call."""
    assert rest_base(written) == "https://shop.example/rest/V1"


def test_the_case_of_a_shops_code_does_not_matter(settings: Any) -> None:
    settings.MAGENTO = {"de-b2b": {**SHOP, "auth": "bearer", "token": "t"}}
    shop = Shop.objects.create(code="DE-B2B", name="Germany")

    assert build_magento(shop, lambda exchange: None).base_url == "https://shop.example/rest/V1"


def test_a_shop_without_an_address_names_the_variable_to_set(settings: Any) -> None:
    settings.MAGENTO = {}
    shop = Shop.objects.create(code="De-B2B", name="Germany")

    with pytest.raises(RemoteMisconfigured) as raised:
        build_magento(shop, lambda exchange: None)

    assert "MAGENTO_DE_B2B_BASE_URL" in raised.value.remedy


def test_the_client_of_a_shop_is_built_from_its_own_settings(settings: Any) -> None:
    settings.MAGENTO = {"south": {**SHOP, "auth": "bearer", "token": "t"}}
    shop = Shop.objects.create(code="south", name="South")

    assert build_magento(shop, lambda exchange: None).server_time is None
