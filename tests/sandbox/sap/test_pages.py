"""What a visitor does to an order on the stand-in's pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync.sandbox.sap import holding_up
from sync.sandbox.sap.documents import SalesOrder
from sync.sandbox.sap.http_server import create_app
from sync.sandbox.sap.system import SapSystem

LINE = ("S-001", "2", "10.00")


def saved(sap: SapSystem, number: str) -> SalesOrder:
    found = sap.store.get(SalesOrder, number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("kind", "field", "status"),
    [
        ("credit", "TOTSTATCCH", "B"),
        ("delivery", "TODELBLOST", "C"),
        ("billing", "TOBILBLOST", "C"),
    ],
)
def test_a_block_is_set_and_removed_with_a_button(
    sap: SapSystem, place: Callable[..., str], kind: str, field: str, status: str
) -> None:
    number, visitor = place(LINE), create_app(sap).test_client()

    visitor.post(f"/orders/{number}/block", data={"kind": kind, "set": "1"})
    assert holding_up.blocks_of(saved(sap, number))[field] == status
    assert f"Remove {kind} block" in visitor.get(f"/orders/{number}").text

    visitor.post(f"/orders/{number}/block", data={"kind": kind})
    assert holding_up.blocks_of(saved(sap, number))[field] != status


def test_an_unknown_block_is_refused(sap: SapSystem, place: Callable[..., str]) -> None:
    number, caller = place(LINE), create_app(sap).test_client()

    answer = caller.post(f"/sandbox/orders/{number}/blocks", json={"coffee": True})

    assert (answer.status_code, "coffee" in answer.text) == (400, True)


def test_a_line_is_left_to_the_supplier_with_a_button(
    sap: SapSystem, place: Callable[..., str]
) -> None:
    number, visitor = place(LINE), create_app(sap).test_client()

    visitor.post(f"/orders/{number}/item", data={"item": "10", "change": "third-party"})

    assert saved(sap, number).items[0].item_category == "TAS"
    assert "the supplier ships it" in visitor.get(f"/orders/{number}").text


def test_a_down_payment_request_bills_nothing(sap: SapSystem, place: Callable[..., str]) -> None:
    number, visitor = place(LINE), create_app(sap).test_client()

    visitor.post(f"/orders/{number}/bill", data={"type": "FAZ"})

    books = visitor.get(f"/sandbox/orders/{number}").json
    assert books is not None
    assert [one["billing_type"] for one in books["billing_documents"]] == ["FAZ"]
    assert books["items"][0]["billed"] == "0"


def test_enter_in_a_quantity_delivers_and_rejects_nothing(
    sap: SapSystem, place: Callable[..., str]
) -> None:
    number = place(LINE)
    page = create_app(sap).test_client().get(f"/orders/{number}").text

    form = page[page.index(f'action="/orders/{number}/deliver"') :].split("</form>")[0]
    first, *_ = (tag for tag in form.split("<button")[1:] if not tag.startswith(" form="))
    assert first.startswith(' class="primary">Create delivery')
