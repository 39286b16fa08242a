"""Taking an order anyway is asked on a page of its own, and never of what has left whole."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from sync.mirrors.intake import NEVER
from sync.models import Decision, SalesOrder, Step, SyncTask
from sync.roles import FINANCE, SALES
from tests.builders import a_sales_order, an_order_line

SignIn = Callable[..., Client]
Stage = SalesOrder.Stage


def stopped(reason: str = "Not paid yet", **values: object) -> SalesOrder:
    return a_sales_order(stage=Stage.NOT_TAKEN, not_taken_reason=reason, **values)


def address(order: SalesOrder) -> str:
    return reverse("sync:take_anyway", args=[order.pk])


def test_the_page_says_which_rule_and_what_follows(signed_in: SignIn) -> None:
    order = stopped("On hold in the shop")
    client = signed_in(SALES)

    assert address(order) in client.get(order.get_absolute_url()).content.decode()
    asked = client.get(address(order)).content.decode()

    assert "On hold in the shop" in asked
    assert "SAP delivers and bills it all the same." in asked


def test_a_click_without_a_reason_takes_nothing(signed_in: SignIn) -> None:
    order = stopped()

    answer = signed_in(SALES).post(address(order))

    order.refresh_from_db()
    assert answer.status_code == 400
    assert "Please give a reason" in answer.content.decode()
    assert not order.is_taken_anyway
    assert not SyncTask.objects.exists()


def test_an_order_is_taken_with_a_reason_that_its_page_shows(signed_in: SignIn) -> None:
    order = stopped()
    client = signed_in(SALES)

    client.post(address(order), {"reason": "Paid by telephone, see the bank"})

    order.refresh_from_db()
    assert order.is_taken_anyway
    assert SyncTask.objects.get().step == Step.PUSH_ORDER
    decision = Decision.objects.get(sales_order=order)
    page = client.get(order.get_absolute_url()).content.decode()
    assert "Paid by telephone, see the bank" in page
    assert decision.decided_by_name in page


@pytest.mark.parametrize("state", ["complete", "closed", "canceled"])
def test_what_is_over_in_the_shop_has_no_button_and_is_refused_with_its_reason(
    signed_in: SignIn, state: str
) -> None:
    order = stopped({"complete": "Already complete", "closed": "Closed", "canceled": "Canceled"}[
        state] + " in the shop", state=state)  # fmt: skip
    refused_as_it_should_be(signed_in, order)


def test_what_is_shipped_whole_has_no_button_and_is_refused(signed_in: SignIn) -> None:
    order = stopped("Already shipped from the shop, in full")
    an_order_line(order, qty_ordered=Decimal(9), qty_shipped=Decimal(9))
    refused_as_it_should_be(signed_in, order)


def refused_as_it_should_be(signed_in: SignIn, order: SalesOrder) -> None:
    assert order.not_taken_reason in NEVER
    client = signed_in(SALES)
    pages = [client.get(url).content.decode() for url in (order.get_absolute_url(), "/attention/")]
    told = client.post(address(order), {"reason": "I want it"}, follow=True).content.decode()

    order.refresh_from_db()
    assert not any("Take anyway" in page for page in pages)
    assert "cannot be taken" in told
    assert not order.is_taken_anyway
    assert not SyncTask.objects.exists()


def test_only_sales_may_take(signed_in: SignIn) -> None:
    order = stopped()

    answer = signed_in(FINANCE).post(address(order), {"reason": "I want it"})

    order.refresh_from_db()
    assert answer.status_code == 403
    assert not order.is_taken_anyway
