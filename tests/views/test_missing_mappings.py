"""Every field that a translation can miss leads to its entry: from the error, and from the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sync.errors import MappingMissing
from sync.mapping.missing import Collection
from sync.mapping_tables import MappingTable, MissingEntry
from sync.models import MaterialMapping, PaymentMapping, RegionMapping, SalesArea, SalesOrder, Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.views.causes import remedy_for
from tests.builders import a_sales_area, a_stopped_task, a_waiting_order

SignIn = Callable[..., Client]
ENTRIES = [
    MissingEntry(table, "", field)
    for table in MappingTable
    for field in ("", *table.facts.may_lack)
]


def present(missing: MissingEntry, order: SalesOrder) -> None:
    """The entry is there, and this field of it is empty."""
    area = SalesArea.objects.get()
    match missing.table:
        case MappingTable.SALES_AREA:
            SalesArea.objects.filter(pk=area.pk).update(**{missing.field: ""})
        case MappingTable.MATERIAL:
            MaterialMapping.objects.create(shop=order.shop, sku="24-MB01", material="M")
        case MappingTable.PAYMENT:
            PaymentMapping.objects.create(shop=order.shop, method=order.payment_method)
        case MappingTable.REGION:
            RegionMapping.objects.create(shop=order.shop, shop_region="IN/MH", transport_zone="IN1")


def stopped(missing: MissingEntry) -> tuple[MissingEntry, SalesOrder]:
    """An order that stopped for want of this."""
    a_sales_area(one_time_customer="")
    order = a_waiting_order("24-MB01")
    key = {
        MappingTable.SALES_AREA: str(order.store_id),
        MappingTable.MATERIAL: "24-MB01",
        MappingTable.CUSTOMER: "guest",
        MappingTable.PAYMENT: order.payment_method,
        MappingTable.SHIPPING: order.shipping_method,
        MappingTable.CARRIER: "GLS",
        MappingTable.AMOUNT: "gift_cards_amount",
        MappingTable.REGION: "IN/MH",
        MappingTable.SOURCE: "1000",
    }[missing.table]
    missing = missing._replace(key=key)
    if missing.field:
        present(missing, order)
    elif missing.table == MappingTable.SALES_AREA:
        SalesArea.objects.all().delete()
    a_stopped_task(Step.PUSH_ORDER, order, shop=order.shop, error=MappingMissing("No.", *missing))
    return missing, order


def name_of(missing: MissingEntry) -> str:
    return f"{missing.table}-{missing.field}"


@pytest.mark.parametrize("missing", ENTRIES, ids=name_of)
def test_the_error_leads_to_the_entry_with_the_field_required(
    missing: MissingEntry, signed_in: SignIn
) -> None:
    missing, order = stopped(missing)
    client = signed_in(ADMINISTRATORS)

    page = client.get("/attention/").content.decode()

    [task] = order.tasks.all()
    facts = missing.table.facts
    assert remedy_for(task).team == facts.team
    url = page.split('class="button" href="/admin/')[1].split('"')[0].replace("&amp;", "&")
    kind = "change" if missing.field else "add"
    assert url.startswith(f"sync/{facts.model}/")
    assert f"/{kind}/" in url
    form = client.get(f"/admin/{url}").context["adminform"].form
    if missing.field:
        assert form.fields[missing.field].required
        assert missing.field.replace("_", " ") in remedy_for(task).advice
    elif missing.table != MappingTable.CUSTOMER:
        assert form.initial[facts.key_fields[-1]] == missing.key


@pytest.mark.parametrize("missing", ENTRIES, ids=name_of)
def test_master_data_asks_for_the_entry_with_the_field_required(
    missing: MissingEntry, signed_in: SignIn
) -> None:
    missing, order = stopped(missing)

    [entry] = [one for one in Collection().of_table(missing.table) if one.causes]
    context = signed_in(ADMINISTRATORS).get("/master-data/").context
    [section] = [one for one in context["sections"] if one.table == missing.table]
    [form] = [row.form for row in section.rows if row.entry.place == entry.place]

    assert order.pk in entry.orders
    assert bool(form.instance.pk) == bool(missing.field)
    if missing.field:
        assert form.fields[missing.field].required


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE])
@pytest.mark.parametrize("missing", [one for one in ENTRIES if not one.field], ids=name_of)
def test_nobody_is_led_to_an_entry_that_is_not_theirs_to_keep(
    missing: MissingEntry, role: str, signed_in: SignIn
) -> None:
    stopped(missing)
    client = signed_in(role)
    User.objects.update(is_staff=True)

    page = client.get("/attention/").content.decode()

    entries = page.split('class="button" href="/admin/')[1:]
    for entry in entries:
        url = "/admin/" + entry.split('"')[0].replace("&amp;", "&")
        assert client.get(url).status_code == 200
    assert len(entries) + page.count('class="button" href="/master-data/"') <= 1
