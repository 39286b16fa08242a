"""Orders paid by card: what the shop says of them, and what the bank has in its own book."""

from __future__ import annotations

from typing import Any

import pytest

from sync.sandbox.shop.factory import AUTHORISED, ORDERED_ONLINE, PAID_ONLINE
from tests.sandbox.shop.conftest import Caller

NOT_SAVED = "Could not save an invoice, see error log for details"


def invoiced(caller: Caller, order_id: int, **more: Any) -> dict[str, Any]:
    """The invoice a call made, and the order after it."""
    entity_id = caller.post(f"order/{order_id}/invoice", more)
    return {
        "invoice": caller.get(f"invoices/{entity_id}"),
        "order": caller.get(f"orders/{order_id}"),
    }


def captured(caller: Caller, order: dict[str, Any]) -> list[float]:
    """What the bank has collected for an order."""
    number = order["increment_id"]
    books = caller.http.get(f"/sandbox/orders?increment_id={number}").get_json()
    return [float(one["amount"]) for one in books["gateway"] if one["kind"] == "capture"]


def answers(caller: Caller, answer: str) -> None:
    caller.faults.add({"kind": "gateway", "answer": answer, "times": 1})


@pytest.mark.parametrize("shape", [AUTHORISED, ORDERED_ONLINE])
def test_without_capture_the_shop_says_paid_and_the_bank_has_nothing(
    caller: Caller, shape: str
) -> None:
    order = caller.place(shape)
    assert order["payment"].get("amount_authorized") == (59.95 if shape == AUTHORISED else None)

    after = invoiced(caller, order["entity_id"])

    payment = after["order"]["payment"]
    assert (after["invoice"]["state"], after["order"]["total_paid"]) == (2, 59.95)
    assert "transaction_id" not in after["invoice"]
    assert "base_amount_paid_online" not in payment
    assert payment["last_trans_id"] == order["payment"]["last_trans_id"]
    assert captured(caller, order) == []


@pytest.mark.parametrize("shape", [AUTHORISED, ORDERED_ONLINE])
def test_with_capture_the_bank_has_the_money(caller: Caller, shape: str) -> None:
    order = caller.place(shape)

    after = invoiced(caller, order["entity_id"], capture=True)

    payment = after["order"]["payment"]
    assert after["invoice"]["transaction_id"] == payment["last_trans_id"]
    assert (payment["base_amount_paid_online"], after["order"]["total_due"]) == (59.95, 0)
    assert captured(caller, order) == [59.95]


def test_each_part_is_captured_with_its_invoice(caller: Caller) -> None:
    order = caller.place(AUTHORISED)
    first, second = (item["item_id"] for item in order["items"])

    for item, quantity in ((first, 2), (second, 1)):
        lines = [{"order_item_id": item, "qty": quantity}]
        after = invoiced(caller, order["entity_id"], capture=True, items=lines)

    assert len(captured(caller, order)) == 2
    assert after["order"]["payment"]["base_amount_paid_online"] == 59.95


def test_what_is_paid_at_once_is_invoiced_and_captured_when_placed(caller: Caller) -> None:
    order = caller.place(PAID_ONLINE)

    assert (order["state"], order["total_paid"], order["total_due"]) == ("processing", 59.95, 0)
    assert order["payment"]["base_amount_paid_online"] == 59.95
    assert captured(caller, order) == [59.95]
    again = caller.call("POST", f"order/{order['entity_id']}/invoice", {})
    assert again.status_code == 400


@pytest.mark.parametrize(("answer", "collected"), [("declined", []), ("not_saved", [59.95])])
def test_a_refused_capture_leaves_no_trace_in_the_shop(
    caller: Caller, answer: str, collected: list[float]
) -> None:
    order = caller.place(AUTHORISED)
    answers(caller, answer)

    refused = caller.call("POST", f"order/{order['entity_id']}/invoice", {"capture": True})

    assert (refused.status_code, refused.get_json()["message"]) == (400, NOT_SAVED)
    after = caller.get(f"orders/{order['entity_id']}")
    assert (after["payment"], after["items"]) == (order["payment"], order["items"])
    assert captured(caller, order) == collected


@pytest.mark.parametrize("answer", ["pending", "unable"])
def test_an_invoice_nothing_was_collected_for_pays_nothing(caller: Caller, answer: str) -> None:
    order = caller.place(AUTHORISED)
    answers(caller, answer)

    after = invoiced(caller, order["entity_id"], capture=True)

    assert after["invoice"]["state"] == 2
    assert "total_paid" not in after["order"]
    assert captured(caller, order) == []
    caller.post(f"order/{order['entity_id']}/ship")
    assert caller.get(f"orders/{order['entity_id']}")["state"] == "closed"


def test_a_later_capture_collects_each_time_it_is_called(caller: Caller) -> None:
    order = caller.place(AUTHORISED)
    after = invoiced(caller, order["entity_id"])

    for _ in range(2):
        assert caller.post(f"invoices/{after['invoice']['entity_id']}/capture") is True

    assert captured(caller, order) == [59.95, 59.95]


def test_the_search_for_transactions_dies_of_a_capture(caller: Caller) -> None:
    caller.shop.change_settings({"transactions_seconds": 0})
    order = caller.place(AUTHORISED)
    search = (
        "transactions?searchCriteria[filter_groups][0][filters][0][field]=order_id"
        f"&searchCriteria[filter_groups][0][filters][0][value]={order['entity_id']}"
    )
    assert [one["txn_type"] for one in caller.get(search)["items"]] == ["authorization"]

    invoiced(caller, order["entity_id"], capture=True)

    assert caller.call("GET", search).status_code == 502


def test_the_gateways_answer_is_set_on_the_page(caller: Caller) -> None:
    asked = {"kind": "gateway", "answer": "declined", "times": "1", "operation": ""}
    caller.http.post("/faults", data=asked)
    assert [one["answer"] for one in caller.faults.listed()] == ["declined"]

    wrong = caller.http.post("/faults", data={**asked, "answer": "web_page"})

    assert wrong.status_code == 400
