"""Tying a web order to a SAP order: both sides on one page, a reason, and never two web orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from sync.causes.orders import OrderCause
from sync.models import Decision, SalesOrder, Step, SyncTask
from sync.roles import FINANCE, SALES
from tests.builders import a_failure, a_sales_order

SignIn = Callable[..., Client]
NUMBER = "0005009999"


def undecided(reference: str = "BY PHONE", **values: Any) -> SalesOrder:
    order = a_sales_order(**values)
    points = [
        {
            "label": "Total with tax",
            "ours": "87.42",
            "theirs": "82.97",
            "doubt": "it differs",
        },
        {"label": "Currency", "ours": "EUR", "theirs": "EUR", "doubt": ""},
    ]
    candidate = {"number": NUMBER, "reference": reference, "is_order": True, "points": points}
    SyncTask.objects.create(
        step=Step.PUSH_ORDER, shop=order.shop, sales_order=order, reference=f"order:{order.pk}",
        state="needs_attention", facts={"candidates": [candidate]}, origin="schedule",
        **a_failure(OrderCause.UNDECIDED, "May be that of the order"),
    )  # fmt: skip
    return order


def address(order: SalesOrder, name: str, number: str = NUMBER) -> str:
    return reverse(f"sync:{name}", args=[order.pk]) + (f"?number={number}" if number else "")


def test_the_order_and_its_task_ask_and_the_page_shows_both_sides(signed_in: SignIn) -> None:
    order = undecided()
    client = signed_in(SALES)
    task = SyncTask.objects.get()

    for url in (order.get_absolute_url(), reverse("sync:task", args=[task.pk])):
        page = client.get(url).content.decode()
        assert "Tie to it" in page
        assert "It is another" in page
    asked = client.get(address(order, "tie_order")).content.decode()
    assert "87.42" in asked
    assert "82.97" in asked


def test_what_was_shown_is_tied_with_its_reason_and_goes_on(signed_in: SignIn) -> None:
    order = undecided()

    signed_in(SALES).post(address(order, "tie_order"), {"reason": "Agreed by telephone"})

    decision, task = Decision.objects.get(), SyncTask.objects.get()
    assert (decision.kind, decision.number) == (Decision.Kind.SAP_ORDER_LINKED, NUMBER)
    assert decision.task == task
    assert task.state == "waiting"


def test_a_number_typed_in_was_not_shown_yet(signed_in: SignIn) -> None:
    order = a_sales_order()
    client = signed_in(SALES)

    client.post(address(order, "tie_order", ""), {"reason": "Keyed in", "number": "5009998"})

    decision = Decision.objects.get()
    assert (decision.number, decision.task) == ("0005009998", None)


def test_a_number_of_another_web_order_is_refused(signed_in: SignIn) -> None:
    other = a_sales_order(sap_sales_order_number=NUMBER)
    order = a_sales_order()

    answer = signed_in(SALES).post(
        address(order, "tie_order", ""), {"reason": "Keyed in", "number": NUMBER}
    )

    assert f"already that of web order {other}" in answer.content.decode()
    assert not Decision.objects.exists()


def test_what_is_anothers_is_left_alone_and_the_order_goes_on(signed_in: SignIn) -> None:
    order = undecided()

    signed_in(SALES).post(address(order, "refuse_sap_order"), {"reason": "A telephone order"})

    assert Decision.objects.get().kind == Decision.Kind.SAP_ORDER_REFUSED
    assert SyncTask.objects.get().state == "waiting"


def test_what_carries_our_own_reference_cannot_be_called_anothers(signed_in: SignIn) -> None:
    order = undecided()
    task = SyncTask.objects.get()
    task.facts["candidates"][0]["reference"] = order.increment_id
    task.save()
    client = signed_in(SALES)

    told = client.post(
        address(order, "refuse_sap_order"), {"reason": "Not mine"}, follow=True
    ).content.decode()

    assert "carries the number of this order" in told
    assert not Decision.objects.exists()


def test_only_sales_decides(signed_in: SignIn) -> None:
    order = undecided()
    client = signed_in(FINANCE)

    assert "Tie to it" not in client.get(order.get_absolute_url()).content.decode()
    assert client.post(address(order, "tie_order"), {"reason": "Mine"}).status_code == 403
