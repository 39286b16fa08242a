"""The order page lists what SAP added, and asks which line an item stands for."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.test import Client
from django.urls import reverse

from sync.mirrors.progress import refresh_stages
from sync.models import Decision, SalesOrder, SalesOrderLine, SapSalesOrderLine
from sync.roles import FINANCE, SALES
from tests.builders import an_order_in_sap

SignIn = Callable[..., Client]


def replaced() -> SalesOrder:
    """Item 10 is rejected, 30 may stand for it, and 11 are free goods."""
    order = an_order_in_sap("0000000077")
    order.lines.all().delete()
    SalesOrderLine.objects.create(
        sales_order=order,
        item_id=7,
        position=1,
        sku="S-001",
        qty_ordered=Decimal(2),
        sap_item_number=10,
    )
    for number, category, higher, is_rejected, net in (
        (10, "TAN", 0, True, 20),
        (11, "TANN", 10, False, 0),
        (30, "TAN", 0, False, 20),
    ):
        SapSalesOrderLine.objects.create(
            sales_order=order, sap_item_number=number, ordered_quantity=Decimal(2), unit="ST",
            material="M-001", item_category=category, higher_level_item_number=higher,
            is_rejected=is_rejected, net_value=Decimal(net),
        )  # fmt: skip
    return order


def address(order: SalesOrder, line: str = "&line=7") -> str:
    return reverse("sync:tie_item", args=[order.pk]) + f"?item=30{line}"


def test_the_order_page_lists_what_sap_added_and_asks(signed_in: SignIn) -> None:
    page = signed_in(SALES).get(replaced().get_absolute_url()).content.decode()

    assert "Added in SAP" in page
    assert "free goods with item 10" in page
    assert page.count("Tie to S-001") == 1


def test_a_person_ties_an_item_and_takes_it_back(signed_in: SignIn) -> None:
    order, client = replaced(), signed_in(SALES)

    asked = client.get(address(order)).content.decode()
    assert "It stands for line S-001" in asked
    client.post(address(order), {"reason": "Entered again"})
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Tie to S-001" not in page
    client.post(address(order, ""), {"reason": "Wrong line"})

    said = Decision.objects.order_by("id").values_list("kind", "number", "order_item_id", "reason")
    assert list(said) == [
        ("item_tied", "30", 7, "Entered again"),
        ("item_untied", "30", None, "Wrong line"),
    ]
    assert "Tie to S-001" in client.get(order.get_absolute_url()).content.decode()


def test_only_who_may_sync_orders_ties_items(signed_in: SignIn) -> None:
    order = replaced()

    assert signed_in(FINANCE).post(address(order), {"reason": "x"}).status_code == 403
    assert not Decision.objects.exists()


def test_what_cannot_be_tied_is_refused(signed_in: SignIn) -> None:
    order, client = replaced(), signed_in(SALES)

    for item, line in (("11", "7"), ("30", "8"), ("99", "7"), ("x", "")):
        url = reverse("sync:tie_item", args=[order.pk]) + f"?item={item}&line={line}"
        client.post(url, {"reason": "x"})
    assert not Decision.objects.exists()


def test_a_line_another_item_stands_for_is_not_stopped_on_one_side(signed_in: SignIn) -> None:
    order, client = replaced(), signed_in(SALES)
    order.sap_lines.update(billed_from="D")
    refresh_stages([order.pk])
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.ONE_SIDED

    client.post(address(order), {"reason": "Entered again"})

    order.refresh_from_db()
    assert order.stage != SalesOrder.Stage.ONE_SIDED
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Stopped on one side" not in page
    assert "part of item 30" not in page

    client.post(address(order, ""), {"reason": "It is another"})

    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.ONE_SIDED
