"""Home: what each role does next, each thing once, and never calm zeros while nothing is set up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.mirrors.intake import NOT_OPEN
from sync.models import (
    BillingDocument,
    OutboundDelivery,
    OutboundDeliveryLine,
    ReadinessFinding,
    SalesOrder,
    Shop,
    Step,
)
from sync.models.intake_rules import SHIPPED, TOO_EARLY
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.views import stopped_work, worklist
from tests.builders import (
    PLACED_AT,
    a_billing_document,
    a_delivery,
    a_dispatched_delivery,
    a_failure,
    a_mail,
    a_sales_order,
    a_shop,
    a_stopped_task,
    a_worker,
    an_invoice,
    an_order_in_sap,
)

SignIn = Callable[..., Client]
Stage = SalesOrder.Stage
TOMORROW = timezone.now() + timedelta(days=1)


def items(client: Client) -> list[worklist.Item]:
    sections: list[Any] = client.get("/").context["sections"]
    return [item for section in sections for item in section.items]


def told(client: Client) -> list[str]:
    """What each row says is wrong or next."""
    return [str(item.step.what) for item in items(client)]


def tiles(client: Client) -> dict[str, str]:
    sections: list[Any] = client.get("/").context["sections"]
    return {tile.label: str(tile.count) for section in sections for tile in section.tiles}


def an_unwanted_delivery(**values: Any) -> OutboundDelivery:
    delivery = a_delivery(an_order_in_sap(), **values)
    OutboundDeliveryLine.objects.filter(delivery=delivery).update(unwanted_quantity=2)
    return delivery


# ---- the worklist
def test_p1_18_a_row_says_what_is_next_since_when_how_much_and_has_its_button(
    signed_in: SignIn,
) -> None:
    order = a_sales_order(customer_name="Ada Lovelace", grand_total=Decimal(250))

    page = signed_in(SALES).get("/").content.decode()

    row = page.split('<li class="rows__row work__row')[1].split("</li>")[0]
    assert "Waits to go to SAP" in row
    assert f'href="{order.get_absolute_url()}"' in row
    assert "Ada Lovelace" in row
    assert "250.00" in row
    assert 'datetime="2026-03-02' in row
    assert f'action="/orders/{order.pk}/sync/"' in row


def test_its_button_does_it_and_leads_back_home(signed_in: SignIn) -> None:
    order = a_sales_order()

    answer = signed_in(SALES).post(f"/orders/{order.pk}/sync/", {"next": "/"})

    assert answer["Location"] == "/"
    assert order.tasks.get().step == Step.PUSH_ORDER


def test_what_is_wrong_comes_first_then_the_oldest_day_then_the_most_money(
    signed_in: SignIn,
) -> None:
    later = PLACED_AT + timedelta(days=1)
    small = a_sales_order(grand_total=Decimal(10))
    young = a_sales_order(grand_total=Decimal(900), placed_at=later)
    large = a_sales_order(grand_total=Decimal(500), placed_at=PLACED_AT + timedelta(hours=1))
    wrong = an_order_in_sap(sap_blocks=["credit"], placed_at=later)

    shown = [item.title for item in items(signed_in(SALES))]

    assert shown == [str(one) for one in (wrong, large, small, young)]


@pytest.mark.parametrize(
    ("values", "words", "button"),
    [
        ({"stage": Stage.ONE_SIDED, "not_taken_reason": "Cancel it"}, "Cancel it", "Open"),
        ({"stage": Stage.IN_SAP, "sap_blocks": ["credit"]}, "Blocked in SAP (credit)", "Open"),
        ({"stage": Stage.IN_SAP, "sap_is_incomplete": True}, "SAP lacks data", "Open"),
        (
            {"stage": Stage.IN_SAP, "verification": "differs", "differences": [{"field": "Net"}]},
            "SAP and shop disagree: Net",
            "Compare",
        ),
        (
            {"stage": Stage.NOT_TAKEN, "not_taken_reason": NOT_OPEN["holded"]},
            NOT_OPEN["holded"],
            "Take anyway",
        ),
        ({"stage": Stage.TO_SYNC}, "Waits to go to SAP", "Sync now"),
    ],
)
def test_sales_sees_each_kind_of_waiting_order_once(
    values: dict[str, Any], words: str, button: str, signed_in: SignIn
) -> None:
    a_sales_order(**values)

    (item,) = items(signed_in(SALES))

    assert words in str(item.step.what)
    assert item.step.button.label == button


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Late"),
        ({"planned_picking_at": TOMORROW}, "Pick it by"),
        ({"planned_picking_at": TOMORROW, "picking_status": "C"}, "post the goods issue"),
        ({"picking_status": "C", "goods_movement_status": "C"}, "without a tracking number"),
    ],
)
def test_logistics_sees_each_kind_of_waiting_delivery_once(
    values: dict[str, Any], words: str, signed_in: SignIn
) -> None:
    a_delivery(an_order_in_sap(), **values)

    (item,) = items(signed_in(LOGISTICS))

    assert words in str(item.step.what)
    assert item.amounts == [(Decimal("119.0000"), "EUR")]


def test_a_cancelled_delivery_is_to_be_stopped_and_not_late_or_to_be_picked_too(
    signed_in: SignIn,
) -> None:
    an_unwanted_delivery()

    assert told(signed_in(LOGISTICS)) == ["Do not ship: the shop has cancelled goods of it"]


def test_goods_that_left_though_cancelled_are_for_finance_alone(signed_in: SignIn) -> None:
    an_unwanted_delivery(goods_movement_status="C", created_date=timezone.localdate())

    assert told(signed_in(LOGISTICS, FINANCE)) == [
        "Left although the shop had cancelled goods of it"
    ]


def test_finance_sees_each_kind_of_waiting_invoice_once(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_billing_document(order)
    an_invoice(order, a_billing_document(order))
    an_invoice(order, a_billing_document(order), differs_by=Decimal(2))
    an_invoice(order, a_billing_document(order), is_customer_told=True)

    assert sorted(told(signed_in(FINANCE))) == [
        "Billed in SAP, not in the shop yet",
        "In the shop, not mailed to the customer",
        "Invoice and billing document disagree",
    ]


def test_a_delivery_that_left_is_synced_and_a_mail_is_sent_from_home(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    a_dispatched_delivery(order, track_number="0034")
    invoice = an_invoice(order, a_billing_document(order))
    a_mail(invoice)

    labels = {item.step.button.label for item in items(signed_in(LOGISTICS, FINANCE))}

    assert labels == {"Sync now", "Mail it"}


# ---- stopped work
def stop(order: SalesOrder, detail: str = "") -> None:
    a_stopped_task(Step.PUSH_ORDER, order, **a_failure(SapCause.REFUSED, "No.", detail))


def test_p2_47_stopped_orders_are_one_row_with_count_age_and_money(signed_in: SignIn) -> None:
    for _ in range(3):
        stop(a_sales_order())
    stop(a_sales_order(currency="USD"))

    page = signed_in(SALES).get("/")
    (cause,) = page.context["sections"][0].stopped.causes

    assert (cause.count, cause.since) == (4, PLACED_AT)
    assert cause.amounts == [(Decimal(357), "EUR"), (Decimal(119), "USD")]
    assert "4 stopped" in page.content.decode()
    assert cause.url == f"/tasks/{cause.oldest.pk}/repair/"
    assert f'href="{cause.url}"' in page.content.decode()


def test_nothing_is_counted_twice(signed_in: SignIn) -> None:
    """A stopped order waits for its repair, not for Sync now; it is money only once."""
    order = a_sales_order()
    stop(order)
    a_stopped_task(
        Step.CONFIRM_ORDER, order, **a_failure(SapCause.REFUSED, "No."), reference="other"
    )

    page = signed_in(SALES, LOGISTICS, FINANCE, ADMINISTRATORS).get("/")

    sections = page.context["sections"]
    assert [item for section in sections for item in section.items] == []
    assert [tile for section in sections for tile in section.tiles] == []
    (cause,) = [cause for section in sections for cause in section.stopped.causes]
    assert cause.amounts == [(Decimal(119), "EUR")]


def test_stopped_work_stands_with_the_team_that_repairs_it(signed_in: SignIn) -> None:
    stop(a_sales_order())

    assert "Repair" in signed_in(SALES).get("/").content.decode()
    assert "Repair" not in signed_in(FINANCE).get("/").content.decode()


def test_money_that_was_not_all_added_up_says_so(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    monkeypatch.setattr(stopped_work, "MOST_ADDED", 2)
    for _ in range(3):
        stop(a_sales_order())

    assert "over <span" in signed_in(SALES).get("/").content.decode()


# ---- what else waits
def test_a_tile_shows_only_what_the_list_does_not_and_counts_what_its_link_opens(
    signed_in: SignIn,
) -> None:
    for _ in range(4):
        a_sales_order()
    client = signed_in(SALES)

    page = client.get("/").content.decode()
    listed = client.get("/orders/?waits=to_sync")

    assert tiles(client) == {"To sync": "4"}
    assert 'href="/orders/?waits=to_sync"' in page
    assert listed.context["count"].number == 4
    assert "Nothing else waits" not in page


def test_where_all_is_shown_nothing_else_waits(signed_in: SignIn) -> None:
    a_sales_order()
    client = signed_in(SALES)

    assert tiles(client) == {}
    assert "Nothing else waits." in client.get("/").content.decode()


def test_more_than_are_counted_are_not_counted(
    monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    monkeypatch.setattr(worklist, "MOST_COUNTED", 4)
    for _ in range(6):
        a_sales_order()

    assert tiles(signed_in(SALES)) == {"To sync": "4+"}


@pytest.mark.parametrize("part", [*worklist.SALES, *worklist.LOGISTICS, *worklist.FINANCE])
def test_every_part_opens_a_list_of_just_what_it_counts(
    part: worklist.Waiting, signed_in: SignIn
) -> None:
    order = an_order_in_sap(sap_blocks=["credit"])
    a_sales_order()
    a_delivery(order)
    a_dispatched_delivery(order, track_number="0034")
    a_billing_document(order)
    client = signed_in(SALES, LOGISTICS, FINANCE)
    (found,) = worklist.look_for([part], client.get("/").wsgi_request.user)  # type: ignore[arg-type]

    assert client.get(part.url).context["count"].number == found.count.number


@pytest.mark.parametrize("reason", [TOO_EARLY, SHIPPED, "Never taken: rejected"])
def test_history_is_not_blocked(reason: str, signed_in: SignIn) -> None:
    a_sales_order(stage=Stage.NOT_TAKEN, not_taken_reason=reason)

    assert told(signed_in(SALES)) == []


def test_what_waits_since_before_the_portal_is_not_blocked(signed_in: SignIn) -> None:
    a_shop(orders_from=PLACED_AT)
    values = {"stage": Stage.NOT_TAKEN, "not_taken_reason": NOT_OPEN["pending_payment"]}
    a_sales_order(placed_at=PLACED_AT - timedelta(days=1), **values)
    a_sales_order(placed_at=PLACED_AT, **values)

    assert len(items(signed_in(SALES))) == 1


def test_as_many_queries_for_many_as_for_one(signed_in: SignIn) -> None:
    def one_of_each(number: int) -> None:
        order = an_order_in_sap(sap_blocks=["credit"])
        stop(a_sales_order(), f"{number}")
        a_sales_order()
        a_delivery(order)
        a_dispatched_delivery(order, track_number=f"{number}")
        a_billing_document(order)
        an_invoice(order, a_billing_document(order))

    client = signed_in(SALES, LOGISTICS, FINANCE, ADMINISTRATORS)
    one_of_each(0)
    client.get("/")
    with CaptureQueriesContext(connection) as for_one:
        client.get("/")
    for number in range(1, 25):
        one_of_each(number)

    with CaptureQueriesContext(connection) as for_many:
        client.get("/")

    assert len(for_many) == len(for_one)


# ---- today
def test_today_s_flow_says_what_came_and_how_far_it_is(signed_in: SignIn) -> None:
    now = timezone.now()
    today = timezone.localdate()
    a_sales_order()
    a_sales_order(placed_at=now)
    order = an_order_in_sap(placed_at=now)
    a_dispatched_delivery(order, created_date=today)
    a_billing_document(order, billing_date=today)
    a_billing_document(order, billing_date=today, category=BillingDocument.Category.CREDIT_MEMO)

    placed, created, billed = signed_in(SALES).get("/").context["today"]

    assert (placed.count.number, placed.further, placed.amount) == (2, "1 in SAP", Decimal(238))
    assert (created.count.number, created.further) == (1, "1 have left")
    assert (billed.count.number, billed.amount) == (1, Decimal(119))


def test_several_currencies_are_not_added_up(signed_in: SignIn) -> None:
    for currency in ("EUR", "USD"):
        a_sales_order(placed_at=timezone.now(), currency=currency)

    placed, *_others = signed_in(SALES).get("/").context["today"]

    assert placed.count.number == 2
    assert placed.amount is None


# ---- health
def test_one_line_says_that_all_runs_or_what_does_not(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    a_sales_order()

    without_worker = client.get("/").content.decode()
    a_worker()
    with_worker = client.get("/").content.decode()

    assert "No worker is running." in without_worker
    assert "All runs" in with_worker
    assert "/queue/" not in with_worker


# ---- the first run
def checklist(client: Client) -> dict[str, str]:
    return {check.name: check.light for check in client.get("/").context["checklist"]}


def test_an_empty_portal_shows_what_is_missing_and_no_zeros(signed_in: SignIn) -> None:
    page = signed_in(ADMINISTRATORS).get("/").content.decode()

    assert "Getting started" in page
    assert "No shop is switched on" in page
    assert 'action="/readiness/check/"' in page
    assert "Nothing waits" not in page
    assert "Orders placed" not in page


def test_only_who_may_press_a_button_of_the_checklist_sees_it(signed_in: SignIn) -> None:
    page = signed_in(SALES).get("/").content.decode()

    assert "Getting started" in page
    assert "/readiness/check/" not in page
    assert 'action="/orders/sync-all/"' in page


def test_the_checklist_stays_until_the_portal_is_released(settings: Any, signed_in: SignIn) -> None:
    settings.NEEDS_RELEASE = True
    shop = a_shop()
    a_sales_order(shop=shop)
    ReadinessFinding.objects.create(area="sap", name="Rights", state="red")
    client = signed_in(ADMINISTRATORS)

    before = checklist(client)
    Shop.objects.update(orders_from=datetime(2026, 1, 1, tzinfo=UTC))

    assert before["Where to begin"] == "red"
    assert checklist(client) == {
        "A shop": "green",
        "Where to begin": "green",
        "The portal is ready": "",
        "SAP is ready": "red",
        "Demo shop is ready": "",
        "Web orders are here": "green",
        "An order was tried in SAP": "",
        "Released to send by itself": "",
    }


def test_a_portal_with_orders_that_may_send_needs_no_checklist(signed_in: SignIn) -> None:
    a_sales_order()

    assert checklist(signed_in(ADMINISTRATORS)) == {}
