"""What SAP needs is sent, and nothing the customer wrote is silently lost."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sync.jobs import work
from sync.models import (
    PaymentMapping,
    ReadinessFinding,
    RegionMapping,
    RemoteCall,
    SalesArea,
    SalesOrder,
    SyncTask,
    TextMapping,
)
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.builders import a_user
from tests.world import World

pytestmark = pytest.mark.django_db


def placed(world: World, shape: str, change: Any = None) -> SalesOrder:
    entity_id = world.place_only(shape)
    if change:
        world.edit_web_order(entity_id, change)
    world.run(work.pull_orders(world.shop))
    return SalesOrder.objects.get(entity_id=entity_id)


def pushed(world: World, order: SalesOrder) -> tuple[SyncTask, SapOrder]:
    task = world.run(work.push_order(order))
    order.refresh_from_db()
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert held is not None, task.error_message
    return task, held


def of_stores(**values: Any) -> None:
    SalesArea.objects.update(**values)


def texts(held: SapOrder) -> dict[tuple[int, str], str]:
    found: dict[tuple[int, str], str] = {}
    for line in held.texts:
        place = (line.item_number, line.text_id)
        found[place] = f"{found[place]}\n{line.line}" if place in found else line.line
    return found


def test_what_the_customer_wrote_on_the_product_is_a_text_of_its_item(world: World) -> None:
    TextMapping.objects.all().delete()
    order = placed(world, "custom-option")
    _, held = pushed(world, order)
    option = order.payload["items"][0]["product_option"]["extension_attributes"]
    (written,) = option["custom_options"]

    assert texts(held)[10, "0001"] == f"Option {written['option_id']}: {written['option_value']}"


def test_the_buyers_own_order_number_is_sent_beside_the_shops(world: World) -> None:
    TextMapping.objects.all().delete()
    order = placed(world, "purchase-order")
    _, held = pushed(world, order)

    assert held.header["PURCH_NO_S"] == order.payload["payment"]["po_number"]
    assert held.customer_reference == order.increment_id


def test_a_gift_message_goes_to_the_text_a_store_says_and_else_is_told_as_left_out(
    world: World, client: Client
) -> None:
    order = placed(world, "gift-message")
    task, held = pushed(world, order)

    assert texts(held) == {(10, "0002"): "From: John\nTo: Tom\nThis one is for you."}
    assert order.verification == "verified"
    assert task.outcome.endswith("Left out: gift message (9 words).")
    client.force_login(a_user("Sales"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Left out: gift message" in page
    assert "9 words" in page
    assert "many more" not in page


def test_two_texts_of_one_id_are_one_text_in_sap(world: World) -> None:
    area = SalesArea.objects.get(store_id=1)
    TextMapping.objects.create(sales_area=area, what="gift_message", text_id="0001")
    order = placed(world, "gift-message", lambda web: web.update(customer_note="Ring twice."))
    _, held = pushed(world, order)

    assert texts(held)[0, "0001"].splitlines()[0] == "Ring twice."
    assert texts(held)[0, "0001"].endswith("Happy birthday, and many more!")
    assert not order.text_cuts


def test_a_text_too_long_for_its_field_is_cut_and_told(world: World) -> None:
    order = placed(
        world,
        "coupon",
        lambda web: web.update(customer_taxvat="GB 123 4567 89 000"),
    )
    _, held = pushed(world, order)

    assert held.header["REF_1"] == "GB 123 4567"
    assert order.text_cuts == [{"field": "VAT number", "length": 18, "limit": 12}]


def test_payment_method_and_reference_reach_their_fields(world: World) -> None:
    PaymentMapping.objects.filter(method="checkmo").update(sap_payment_method="U")
    order = placed(world, "simple", lambda web: web["payment"].update(last_trans_id="ch_3Pq"))
    _, held = pushed(world, order)

    assert (held.header["PYMT_METH"], held.header["ASS_NUMBER"]) == ("U", "ch_3Pq")


def test_what_a_customer_wrote_is_in_no_record_of_a_call(world: World) -> None:
    for shape in ("gift-message", "custom-option", "coupon"):
        pushed(world, placed(world, shape))

    kept = str(list(RemoteCall.objects.values_list("request", "answer")))
    assert not [one for one in ("Käthe", "many more", "DE123456789") if one in kept]


def test_an_indian_address_carries_saps_region_and_transportation_zone(world: World) -> None:
    order = placed(world, "india")
    _, held = pushed(world, order)
    addresses = [one.address for one in held.partners if one.address]

    assert order.verification == "verified"
    assert {(one.region, one.transport_zone) for one in addresses} == {("13", "IN00000001")}


def test_a_region_sap_must_know_stops_the_order_until_it_is_added(
    world: World, client: Client
) -> None:
    RegionMapping.objects.all().delete()
    order = placed(world, "india")
    task = world.run(work.push_order(order))
    assert (task.mapping_table, task.mapping_key) == ("region", "IN/MH")
    assert not world.sap_books(order)

    client.force_login(a_user("Sales"), backend="django.contrib.auth.backends.ModelBackend")
    place = f"region-{world.shop.pk}-IN/MH"
    entry = {"place": place, "shop": world.shop.pk, "shop_region": "IN/MH", "region": "13"}
    page = client.post(reverse("sync:add_mapping", args=["region"]), entry)
    assert page.status_code == 302, page.content.decode()
    world.work_off()
    order.refresh_from_db()
    held = world.sap.store.get(SapOrder, order.sap_sales_order_number)

    assert held is not None
    assert held.partners[0].address is not None
    assert held.partners[0].address.region == "13"


def test_where_sap_need_not_know_it_an_unmapped_region_is_told_as_left_out(world: World) -> None:
    RegionMapping.objects.all().delete()
    order = placed(world, "eur")
    pushed(world, order)

    left_out = [cut["field"] for cut in order.text_cuts if cut.get("words")]
    assert left_out == ["sold-to region", "ship-to region"]


@pytest.mark.parametrize(
    ("values", "with_address"),
    [
        ({}, {"AG", "WE"}),
        ({"partner_roles": "AG,WE,RE,RG", "address_roles": "ag, we, re, rg"},
         {"AG", "WE", "RE", "RG"}),
        ({"partner_roles": "AG,WE,RE", "address_roles": "AG,WE,RE"}, {"AG", "WE", "RE"}),
    ],
)  # fmt: skip
def test_the_roles_a_store_names_are_sent_and_carry_the_address(
    world: World, values: dict[str, str], with_address: set[str]
) -> None:
    of_stores(**values)
    order = placed(world, "simple")
    _, held = pushed(world, order)
    sent = set((values.get("partner_roles") or "AG,WE").split(","))

    assert {one.role for one in held.partners if one.role in {*sent, "RE", "RG"}} >= sent
    assert {one.role for one in held.partners if one.address} == with_address
    assert order.verification == "verified"


@pytest.mark.parametrize(
    ("working", "chosen", "expected"),
    [
        (True, "", date(2026, 3, 10)),  # ordered on Friday, 6 March
        (False, "", date(2026, 3, 8)),
        (True, "2026-03-20 00:00:00", date(2026, 3, 20)),
    ],
)
def test_the_requested_date_is_sent_for_the_order_and_each_line(
    world: World, working: bool, chosen: str, expected: date
) -> None:
    of_stores(
        requested_after_days=2,
        counts_working_days=working,
        requested_date_attribute="delivery_date",
    )

    def change(web: Any) -> None:
        web["created_at"] = "2026-03-06 12:00:00"
        web["extension_attributes"]["delivery_date"] = chosen

    order = placed(world, "simple", change)
    _, held = pushed(world, order)

    written = expected.strftime("%Y%m%d")
    assert held.header["REQ_DATE_H"] == written
    assert {item.requested_date for item in held.items} == {written}


def test_freight_that_sap_copies_to_each_line_is_red(world: World) -> None:
    world.place("simple")
    world.run(work.check_readiness(area="sap"))
    name = "Freight of demo 1 Default store"
    assert ReadinessFinding.objects.get(name=name).state == "green"

    world.sap.settings.change({"freight_is_group_condition": False})
    world.run(work.check_readiness(area="sap"))

    found = ReadinessFinding.objects.get(name=name)
    assert found.state == "red"
    assert "HD00" in found.detail
    assert "group condition" in found.detail
    assert "group condition" in found.remedy


def test_freight_copied_to_each_line_is_a_difference(world: World) -> None:
    world.sap.settings.change({"freight_is_group_condition": False})
    order = placed(world, "simple")
    pushed(world, order)

    assert order.verification == "differs"
