"""Where an order's money is, by the members a real shop sent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.magento.parsing import parse_invoice, parse_order
from sync.models import SalesOrder
from sync.translate.payment import Standing, is_collected, payment_standing
from tests.magento.recorded import answer_body

CAPTURED, AUTHORISED = "248-398", "248-381"


@pytest.mark.parametrize(
    ("number", "standing", "captured"),
    [
        (AUTHORISED, Standing.AUTHORISED, "0"),
        ("248-392", Standing.PARTLY_CAPTURED, "44.99"),
        (CAPTURED, Standing.CAPTURED, "49.98"),
        ("101", Standing.NOT_PAID, "0"),
        ("248-312", Standing.PAID_OFFLINE, "0"),
        ("115", Standing.NOTHING_DUE, "0"),
    ],
)
def test_recorded_orders_stand_as_the_shop_left_them(
    number: str, standing: Standing, captured: str
) -> None:
    payment = payment_standing(parse_order(answer_body(number)))

    assert (payment.standing, payment.captured) == (standing, Decimal(captured))
    assert payment.awaits_collection == (number in {AUTHORISED, "248-392"})


def test_the_mirror_has_a_word_for_every_standing() -> None:
    assert set(SalesOrder.Payment.values) == {"", *Standing}


def order_with(number: str = AUTHORISED, **members: Any) -> Any:
    """A recorded order with other members; ``payment_`` leads those of its payment."""
    body = dict(answer_body(number))
    body["payment"] = dict(body["payment"])
    for name, value in members.items():
        where = body["payment"] if name.startswith("payment_") else body
        where[name.removeprefix("payment_")] = value
    return parse_order(body)


def test_total_paid_is_not_believed_where_the_gateway_collected_nothing() -> None:
    order = order_with(total_paid="87.48", base_total_paid="87.48", payment_amount_paid="87.48")

    assert payment_standing(order).standing == Standing.BOOKED_ONLY
    assert not payment_standing(order).awaits_collection


def test_an_order_placed_with_a_gateway_and_not_authorised_waits_as_well() -> None:
    order = order_with(payment_amount_authorized=None, payment_base_amount_authorized=None)

    assert payment_standing(order).standing == Standing.AUTHORISED


def test_what_was_collected_is_told_in_the_orders_currency() -> None:
    part = {
        "total_paid": "50", "base_total_paid": "54.35", "payment_base_amount_paid_online": "21.74"
    }  # fmt: skip

    payment = payment_standing(order_with(base_to_order_rate="0.92", **part))

    assert (payment.standing, payment.captured) == (Standing.PARTLY_CAPTURED, Decimal("20.00"))


@pytest.mark.parametrize(
    ("transaction", "total_paid", "collected"),
    [("CAP-1", "87.48", True), ("CAP-1", "0", False), ("", "87.48", False), ("", "0", False)],
)
def test_an_invoice_brought_its_money_if_the_total_rose_and_the_bank_named_it(
    transaction: str, total_paid: str, collected: bool
) -> None:
    invoice = replace(parse_invoice(answer_body("248-383")), transaction_id=transaction)
    order = order_with(total_paid=total_paid)

    assert invoice.state == 2
    assert is_collected(invoice, Decimal(0), order) is collected


def test_each_of_several_invoices_has_to_bring_its_own_money() -> None:
    invoice = replace(parse_invoice(answer_body("248-388")), grand_total=Decimal("42.49"))

    assert not is_collected(invoice, Decimal("44.99"), order_with(total_paid="44.99"))
    assert is_collected(invoice, Decimal("44.99"), order_with(total_paid="87.48"))
