"""Stock booked from the wrong source, or twice, is found."""

from __future__ import annotations

from tests.chaos.judge import DELIVERY, Case
from tests.chaos.sources import CHICAGO, STOCK, judge_sources
from tests.chaos.stand_ins import Books


def a_case(source: str, comment: str = f"{DELIVERY} 0080000001") -> Case:
    item = {"sku": "S-001", "qty": 2}
    shipment: Books = {
        "increment_id": "1",
        "extension_attributes": {"source_code": source},
        "items": [item],
        "comments": [{"comment": comment}] if comment else [],
    }
    return Case("000000001", {"order": {"items": []}, "shipments": [shipment]}, [])


def after(source: str, left: str) -> str:
    return STOCK.replace(f"{source}: ", f"{source}: S-001={left}, ")


def test_stock_that_left_where_it_was_booked_is_right() -> None:
    assert judge_sources(after(CHICAGO, "999998"), [a_case(CHICAGO)]) == []
    assert judge_sources(after("default", "999998"), [a_case("default", "")]) == []


def test_stock_booked_twice_is_found() -> None:
    (found,) = judge_sources(after(CHICAGO, "999996"), [a_case(CHICAGO)])

    assert "chicago has given 4 × S-001, 2 left from there" in found.text


def test_a_delivery_of_sap_booked_from_the_default_is_found() -> None:
    (found,) = judge_sources(after("default", "999998"), [a_case("default")])

    assert "left from default" in found.text


def test_stock_that_was_never_booked_is_found() -> None:
    (found,) = judge_sources(STOCK, [a_case(CHICAGO)])

    assert "has given 0 × S-001" in found.text
