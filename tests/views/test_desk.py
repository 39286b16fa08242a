"""Dry run, master data, readiness, incidents and taught messages, as people see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.models import (
    CarrierMapping,
    CustomerMapping,
    DryRun,
    MaterialMapping,
    PaymentMapping,
    ReadinessFinding,
    RemoteHealth,
    SalesOrder,
    SapMessageEntry,
    Step,
    SyncTask,
)
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.sap.records import SapMessage
from sync.sap.refusals import SapRejected
from tests.builders import (
    a_dispatched_delivery,
    a_sales_area,
    a_sales_order,
    a_stopped_task,
    a_task,
    a_waiting_order,
    an_order_in_sap,
    an_order_line,
)
from tests.clicked import queue_clicks

SignIn = Callable[..., Client]
PRICES = [
    {
        "label": "Total",
        "item": 0,
        "shop": {"net": "100.00", "discount": "0", "tax": "19.00", "total": "119.00"},
        "sap": {"net": "90.00", "discount": "0", "tax": "19.00", "total": "109.00"},
        "differs": ["net", "total"],
    }
]


def page_of(client: Client, url: str) -> str:
    """The page as text."""
    return client.get(url).content.decode()


# ---- dry run
@pytest.mark.parametrize("make", [a_sales_order, an_order_in_sap])
def test_p1_34_a_click_asks_for_a_dry_run(make: Any, signed_in: SignIn) -> None:
    order = make()

    signed_in(SALES).post(f"/orders/{order.pk}/dry-run/")

    task = SyncTask.objects.get(step=Step.DRY_RUN)
    assert (task.sales_order, task.state) == (order, "waiting")


@pytest.mark.parametrize("role", [LOGISTICS, FINANCE])
def test_others_neither_see_nor_may_ask_for_a_dry_run(role: str, signed_in: SignIn) -> None:
    order, client = a_sales_order(), signed_in(role)

    assert "Dry run" not in page_of(client, order.get_absolute_url())
    assert client.post(f"/orders/{order.pk}/dry-run/").status_code == 403


def test_the_result_shows_prices_messages_and_what_was_sent(signed_in: SignIn) -> None:
    order = a_sales_order()
    message = {"type": "W", "key": "V1 555", "text": "Incomplete", "words": "Fill it in.",
               "remedy": "Open it.", "owner": "sales"}  # fmt: skip
    dry_run = DryRun.objects.create(
        sales_order=order, verdict="differs", currency="EUR", prices=PRICES,
        messages=[message], request={"ORDER_HEADER_IN": {"DOC_TYPE": "TA"}},
    )  # fmt: skip
    client, sent = signed_in(SALES), reverse("sync:dry_run_payload", args=[dry_run.pk])

    page = page_of(client, order.get_absolute_url())

    assert "Accepted, prices differ" in page
    assert "Fill it in. Open it." in page
    assert "price__sap--differs" in page
    assert sent in page
    assert "DOC_TYPE" in page_of(client, sent)


def test_missing_mappings_lead_to_the_master_data(signed_in: SignIn) -> None:
    order = a_sales_order()
    missing = [{"mapping": "material", "key": "24-MB01"}]
    DryRun.objects.create(sales_order=order, verdict="incomplete", missing=missing)

    page = page_of(signed_in(SALES), order.get_absolute_url())

    assert "24-MB01" in page
    assert 'href="/master-data/"' in page


# ---- master data
def waiting_for_a_sku(sku: str = "24-MB01", **values: Any) -> SalesOrder:
    """An order that waits for SAP and whose SKU has no material."""
    a_sales_area(payment_terms="0001", shipping_condition="01")
    return a_waiting_order(sku, **values)


def place_of(page: str, table: str) -> str:
    """The form's word for the only missing entry of a table."""
    return page.split(f'data-place="{table}-')[1].split('"')[0]


def test_p2_47_the_page_says_how_much_waits_for_an_entry(signed_in: SignIn) -> None:
    waiting_for_a_sku(grand_total=Decimal("10.00"), currency="EUR")
    waiting_for_a_sku(grand_total=Decimal("5.50"), currency="EUR")

    page = page_of(signed_in(SALES), "/master-data/")

    assert "24-MB01" in page
    assert "2 orders" in page
    assert "15.50" in page


def test_p1_24_adding_an_entry_lets_what_waited_go_on_and_is_recorded(signed_in: SignIn) -> None:
    order = waiting_for_a_sku()
    task = a_stopped_task(Step.PUSH_ORDER, order)
    client = signed_in(SALES)
    place = f"material-{place_of(page_of(client, '/master-data/'), 'material')}"
    sent = {"place": place, "shop": order.shop_id, "sku": "24-MB01", "material": "mat-1"}

    client.post("/master-data/material/", sent)
    queue_clicks()

    task.refresh_from_db()
    assert MaterialMapping.objects.get().material == "MAT-1"
    assert (task.state, task.origin) == ("waiting", "repair")
    assert "Before: missing. After:" in LogEntry.objects.get().change_message


def test_an_entry_that_cannot_be_saved_comes_back_with_the_reason(signed_in: SignIn) -> None:
    order = waiting_for_a_sku()
    client = signed_in(SALES)
    place = f"material-{place_of(page_of(client, '/master-data/'), 'material')}"

    answer = client.post(
        "/master-data/material/", {"place": place, "shop": order.shop_id, "sku": "24-MB01"}
    )

    assert answer.status_code == 422
    assert "Give either the material or the EAN." in answer.content.decode()
    assert not MaterialMapping.objects.exists()


def test_a_second_person_adding_the_same_is_told(signed_in: SignIn) -> None:
    order = waiting_for_a_sku()
    client = signed_in(SALES)
    place = f"material-{place_of(page_of(client, '/master-data/'), 'material')}"
    MaterialMapping.objects.create(shop=order.shop, sku="24-MB01", material="A")

    answer = client.post("/master-data/material/", {"place": place, "sku": "24-MB01"}, follow=True)

    assert "not missing any more" in answer.content.decode()
    assert MaterialMapping.objects.count() == 1


def test_the_master_data_are_not_for_logistics(signed_in: SignIn) -> None:
    assert signed_in(LOGISTICS).get("/master-data/").status_code == 403


def test_finance_see_the_master_data_but_add_no_material(signed_in: SignIn) -> None:
    """They say what becomes of fees and gift cards in SAP; the rest is for others."""
    waiting_for_a_sku()
    client = signed_in(FINANCE)
    place = f"material-{place_of(page_of(signed_in(SALES), '/master-data/'), 'material')}"

    assert client.get("/master-data/").status_code == 200
    answer = client.post("/master-data/material/", {"place": place, "material": "A"})

    assert answer.status_code == 403
    assert not MaterialMapping.objects.exists()


def test_sales_see_a_missing_carrier_but_do_not_add_it(signed_in: SignIn) -> None:
    a_dispatched_delivery(an_order_in_sap(), track_number="1Z1", carrier="GLS")
    client = signed_in(SALES)

    assert "An administrator adds it." in page_of(client, "/master-data/")
    assert client.post("/master-data/carrier/", {}).status_code == 403


def test_an_administrator_names_a_carrier(signed_in: SignIn) -> None:
    a_dispatched_delivery(an_order_in_sap(), track_number="1Z1", carrier="GLS")
    sent = {"place": "carrier-all-GLS", "sap_carrier": "GLS", "title": "GLS", "carrier_code": "gls"}

    signed_in(ADMINISTRATORS).post("/master-data/carrier/", sent)

    assert CarrierMapping.objects.get().title == "GLS"


def test_a_buyer_without_an_account_is_added_by_what_is_known(signed_in: SignIn) -> None:
    area = a_sales_area(one_time_customer="", payment_terms="1", shipping_condition="1")
    order = a_waiting_order(payload={"customer_id": 7, "customer_group_id": 2})
    client = signed_in(SALES)
    page = page_of(client, "/master-data/")
    sent = {
        "place": f"customer-{place_of(page, 'customer')}", "sales_area": area.pk,
        "known_by": "customer_group_id:2", "customer_number": "10001",
    }  # fmt: skip

    client.post("/master-data/customer/", sent)

    assert CustomerMapping.objects.get().customer_group_id == 2
    assert str(order.shop) in page


def test_stores_and_payment_methods_are_found_as_well(signed_in: SignIn) -> None:
    a_sales_area(shipping_condition="01")
    a_waiting_order(payment_method="klarna")
    a_waiting_order(store_id=9, store_name="Northern store")

    page = page_of(signed_in(ADMINISTRATORS), "/master-data/")

    assert "klarna" in page
    assert "Northern store" in page


def test_an_entry_that_is_there_but_not_enough_is_changed(signed_in: SignIn) -> None:
    a_sales_area(shipping_condition="01")
    order = a_waiting_order(payment_method="klarna")
    entry = PaymentMapping.objects.create(shop=order.shop, method="klarna", release="paid")
    client = signed_in(SALES)
    place = f"payment-{place_of(page_of(client, '/master-data/'), 'payment')}"
    sent = {"place": place, "shop": order.shop_id, "method": "klarna", "payment_terms": "0002"}

    client.post("/master-data/payment/", sent | {"release": "always"})

    entry.refresh_from_db()
    assert entry.payment_terms == "0002"
    assert "Before: release=paid. After:" in LogEntry.objects.get().change_message


def test_what_is_mapped_or_in_sap_is_not_listed(signed_in: SignIn) -> None:
    a_sales_area(shipping_condition="01")
    order = a_waiting_order(payment_method="klarna")
    PaymentMapping.objects.create(shop=order.shop, method="klarna", payment_terms="0001")
    an_order_line(an_order_in_sap(), sku="GONE")

    page = page_of(signed_in(SALES), "/master-data/")

    assert "GONE" not in page
    assert "klarna" not in page


def test_the_page_asks_no_more_queries_for_more_orders(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    waiting_for_a_sku()
    client.get("/master-data/")
    with CaptureQueriesContext(connection) as few:
        client.get("/master-data/")
    for _ in range(5):
        waiting_for_a_sku()

    with CaptureQueriesContext(connection) as many:
        client.get("/master-data/")

    assert len(many) == len(few)


# ---- readiness
def test_p2_46_findings_are_shown_with_their_remedy(signed_in: SignIn) -> None:
    ReadinessFinding.objects.create(
        area="sap", name="Logon", state="red", detail="Refused.", remedy="Correct the password."
    )

    page = page_of(signed_in(ADMINISTRATORS), "/readiness/")

    assert "Correct the password." in page
    assert "Not ready" in page


def test_a_click_asks_for_every_check(signed_in: SignIn) -> None:
    a_sales_area()

    signed_in(ADMINISTRATORS).post("/readiness/check/")

    asked = SyncTask.objects.filter(step=Step.CHECK_READINESS).values_list("reference", flat=True)
    assert set(asked) == {"portal", "sap", "magento:demo"}


def test_readiness_is_for_administrators(signed_in: SignIn) -> None:
    client = signed_in(SALES)

    assert client.get("/readiness/").status_code == 403
    assert client.post("/readiness/check/").status_code == 403


# ---- incidents
def an_incident(system: str = "sap") -> RemoteHealth:
    """A remote that has been away for a while."""
    now = timezone.now()
    return RemoteHealth.objects.create(
        system=system, opened_at=now - timedelta(minutes=9), probe_at=now, consecutive_failures=3
    )


def test_p1_29_an_incident_is_told_on_every_page_with_what_waits(signed_in: SignIn) -> None:
    an_incident()
    for _ in range(2):
        a_task(Step.PUSH_ORDER, a_sales_order())
    a_task(Step.CONFIRM_ORDER, a_sales_order())

    banner = page_of(signed_in(FINANCE), "/trouble/")

    assert "SAP is away since" in banner
    assert "2 tasks wait together; tried again every 15 s" in banner


@pytest.mark.parametrize("url", ["/", "/connections/"])
def test_an_incident_has_a_card(url: str, signed_in: SignIn) -> None:
    an_incident("magento:demo")

    assert "The shop demo is away since" in page_of(signed_in(ADMINISTRATORS), url)


def test_nothing_is_said_while_everything_answers(signed_in: SignIn) -> None:
    RemoteHealth.objects.create(system="sap", consecutive_failures=1)

    assert "is away" not in page_of(signed_in(SALES), "/trouble/")


def test_the_next_try_is_shown_for_a_task_that_waits(signed_in: SignIn) -> None:
    order = a_sales_order()
    a_task(Step.PUSH_ORDER, order, not_before=timezone.now() + timedelta(minutes=5, seconds=30))

    client = signed_in(ADMINISTRATORS)

    assert "next try" in page_of(client, "/queue/")
    assert "next try" in page_of(client, order.get_absolute_url())


# ---- messages
def refused(message: SapMessage) -> SapRejected:
    return SapRejected(
        "SAP refused.", cause=SapCause.UNKNOWN_MESSAGE, detail=message.key, messages=[message]
    )


def test_p1_22_an_unknown_message_can_be_taught_from_where_it_stopped(signed_in: SignIn) -> None:
    a_stopped_task(error=refused(SapMessage("E", "ZS", "017", "")))

    page = page_of(signed_in(ADMINISTRATORS), "/attention/")

    assert "/admin/sync/sapmessageentry/add/?message_class=ZS&amp;number=017" in page
    assert "Teach this message" not in page_of(signed_in(SALES), "/attention/")


def test_a_message_taught_before_is_opened_instead(signed_in: SignIn) -> None:
    a_stopped_task(error=refused(SapMessage("E", "ZS", "017", "")))
    entry = SapMessageEntry.objects.create(message_class="ZS", number="017", words="Ask Anna.")

    page = page_of(signed_in(ADMINISTRATORS), "/attention/")

    assert f"/admin/sync/sapmessageentry/{entry.pk}/change/" in page


def test_the_form_for_a_message_comes_filled_in(signed_in: SignIn) -> None:
    client = signed_in(ADMINISTRATORS)

    form = page_of(client, "/admin/sync/sapmessageentry/add/?message_class=ZS&number=017")

    assert 'value="ZS"' in form
    assert 'value="017"' in form
