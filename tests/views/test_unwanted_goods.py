"""Deliveries whose goods were cancelled in the shop stand out wherever logistics looks."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.test import Client
from django.utils import timezone

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.mirrors.progress import refresh_stages
from sync.models import OutboundDelivery, SalesOrder, Step
from sync.roles import FINANCE, LOGISTICS
from sync.views.causes import remedy_for
from tests.builders import a_delivery, a_stopped_task, an_order_in_sap, an_order_line

SignIn = Callable[..., Client]
STOP, LEFT = "Cancelled in the shop – do not ship", "Cancelled in the shop – the goods have left"


def canceled(**delivery: object) -> OutboundDelivery:
    order = an_order_in_sap(state="canceled")
    made = a_delivery(order, **delivery)
    a_delivery(an_order_in_sap())  # of an order that is wanted
    refresh_stages(SalesOrder.objects.values_list("pk", flat=True))
    return made


def test_the_row_the_page_and_the_order_say_do_not_ship(signed_in: SignIn) -> None:
    delivery = canceled()
    order = delivery.lines.get().sales_order
    assert order is not None
    client = signed_in(LOGISTICS)

    rows = client.get("/deliveries/").content.decode()
    page = client.get(delivery.get_absolute_url()).content.decode()

    assert rows.count(STOP) == 1
    assert STOP in page
    assert "Stop picking and reverse the delivery in SAP" in page
    assert STOP in client.get(order.get_absolute_url()).content.decode()


def test_after_goods_issue_they_say_that_the_goods_have_left(signed_in: SignIn) -> None:
    delivery = canceled(goods_movement_status="C")
    order = delivery.lines.get().sales_order
    assert order is not None
    client = signed_in(LOGISTICS)

    pages = [
        client.get(url).content.decode()
        for url in ("/deliveries/", delivery.get_absolute_url(), order.get_absolute_url())
    ]

    assert all(LEFT in page for page in pages)
    assert not any("do not ship</span>" in page or "reject its lines" in page for page in pages)


def test_the_home_of_logistics_shows_them_and_leads_to_them(signed_in: SignIn) -> None:
    delivery = canceled()
    client = signed_in(LOGISTICS)

    home = client.get("/").content.decode()
    listed = client.get("/deliveries/?cancelled=stop").content.decode()

    assert "Do not ship" in home
    assert f'href="{delivery.get_absolute_url()}"' in home
    assert str(delivery) in listed
    assert listed.count('id="deliveries-') == 1


def test_what_has_just_left_is_shown_on_the_home_of_finance(signed_in: SignIn) -> None:
    delivery = canceled(goods_movement_status="C", created_date=timezone.localdate())
    client = signed_in(FINANCE)

    assert f'href="{delivery.get_absolute_url()}"' in client.get("/").content.decode()
    listed = client.get("/deliveries/?cancelled=left").content.decode()
    assert listed.count(LEFT) == 1


def test_pieces_are_named_on_the_page_of_the_delivery(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    an_order_line(order, sku="MUG-RED", qty_ordered=Decimal(2), qty_refunded=Decimal(1))
    delivery = a_delivery(order)
    refresh_stages([order.pk])

    page = signed_in(LOGISTICS).get(delivery.get_absolute_url()).content.decode()

    assert "Partly cancelled in the shop – do not ship all" in page
    assert f"1 of 2 pieces of MUG-RED of order {order} was refunded or canceled" in page


def test_sales_acts_on_goods_that_have_left_though_canceled(db: None) -> None:
    gone = RecordsDisagree("They left.", cause=PaperCause.GONE_ANYWAY)
    task = a_stopped_task(Step.PUSH_SHIPMENT, error=gone)

    remedy = remedy_for(task)

    assert remedy.team == "Sales"
    assert "return of the goods" in remedy.advice
