"""What of a SAP document is shipped or invoiced, and what a person must look at."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.magento.parsing import parse_order
from sync.magento.records import MagentoOrder, MagentoOrderItem
from sync.translate.open_quantities import (
    OpenQuantities,
    invoiceable_quantities,
    shippable_quantities,
)
from sync.translate.order_amounts import order_amounts
from tests.magento.recorded import answer_body, recorded_orders
from tests.translate.made_orders import made_item, made_order

PARENT, FIRST, SECOND = 10, 11, 12
BUNDLE_PRODUCT = PARENT + 1000


def quantities(given: dict[int, str | int]) -> dict[int, Decimal]:
    return {item_id: Decimal(quantity) for item_id, quantity in given.items()}


def bundle_order(*, is_dynamic: bool = False, **parent: Decimal) -> MagentoOrder:
    """Three bundles of one piece of the first part and two of the second."""
    price = Decimal(5) if is_dynamic else Decimal(0)
    return made_order(
        [
            made_item(
                PARENT, product_type="bundle", qty_ordered=Decimal(3), price=Decimal(15),
                row_total_incl_tax=Decimal(45), **parent,
            ),
            made_item(
                FIRST, parent_item_id=PARENT, qty_ordered=Decimal(3), price=price,
                row_total_incl_tax=price * 3,
            ),
            made_item(
                SECOND, parent_item_id=PARENT, qty_ordered=Decimal(6), price=price,
                row_total_incl_tax=price * 6,
            ),
        ]
    )  # fmt: skip


def ship(
    order: MagentoOrder,
    now: dict[int, str | int],
    before: dict[int, str | int] | None = None,
    kind: str = "together",
) -> OpenQuantities:
    return shippable_quantities(
        order, quantities(now), quantities(before or {}), {BUNDLE_PRODUCT: kind}
    )


def bill(
    order: MagentoOrder, now: dict[int, str | int], before: dict[int, str | int] | None = None
) -> OpenQuantities:
    return invoiceable_quantities(order, quantities(now), quantities(before or {}))


def reasons(result: OpenQuantities) -> list[str]:
    return [disagreement.reason for disagreement in result.disagreements]


# ---- plain lines --------------------------------------------------------------------------------
def plain_order(**members: object) -> MagentoOrder:
    return made_order([made_item(1, qty_ordered=Decimal(5), **members)])


def test_an_open_line_is_shipped_as_delivered() -> None:
    result = ship(plain_order(), {1: 3})

    assert result == OpenQuantities({1: Decimal(3)})


@pytest.mark.parametrize("done", ["qty_shipped", "qty_refunded", "qty_canceled"])
def test_more_than_is_open_is_never_cut(done: str) -> None:
    result = ship(plain_order(**{done: Decimal(3)}), {1: 3})

    assert result.quantities == {}
    assert reasons(result) == ["only 2 are open in the shop"]


@pytest.mark.parametrize(
    ("shipped", "refunded", "canceled", "is_open"),
    [(2, 1, 0, 3), (1, 2, 0, 3), (2, 2, 0, 3), (2, 1, 1, 2), (2, 3, 2, 0), (5, 1, 0, 0)],
)
def test_a_refunded_piece_may_be_a_shipped_one(
    shipped: int, refunded: int, canceled: int, is_open: int
) -> None:
    """Of five: ordered less the larger of shipped and refunded, less canceled [248-526 to 528]."""
    order = plain_order(
        qty_shipped=Decimal(shipped), qty_refunded=Decimal(refunded), qty_canceled=Decimal(canceled)
    )

    if is_open:
        assert ship(order, {1: is_open}).quantities == {1: Decimal(is_open)}
    assert reasons(ship(order, {1: is_open + 1})) == [f"only {is_open} are open in the shop"]


def test_refunded_pieces_can_still_be_invoiced_but_invoiced_ones_cannot() -> None:
    order = plain_order(qty_invoiced=Decimal(4), qty_refunded=Decimal(1))

    assert bill(order, {1: 1}).quantities == {1: Decimal(1)}
    assert reasons(bill(order, {1: 2})) == ["only 1 are open in the shop"]


def test_a_fraction_of_a_piece_is_a_disagreement() -> None:
    assert reasons(ship(plain_order(), {1: "1.5"})) == ["the shop counts this line in whole pieces"]


def test_a_fraction_of_a_kilogram_is_shipped() -> None:
    result = ship(plain_order(is_qty_decimal=True), {1: "1.5"})

    assert result.quantities == {1: Decimal("1.5")}


def test_a_line_the_shop_does_not_know_is_a_disagreement() -> None:
    result = ship(plain_order(), {1: 1, 99: 1})

    assert result.quantities == {1: Decimal(1)}
    assert result.disagreements[0].message == (
        "Line 99, quantity 1: the order in the shop has no such line."
    )


def test_p0_10_the_same_sku_on_two_lines_is_kept_apart() -> None:
    lines = [made_item(n, sku="SAME", qty_ordered=Decimal(4)) for n in (1, 2)]

    result = ship(made_order(lines), {1: 1, 2: 3})

    assert result.quantities == {1: Decimal(1), 2: Decimal(3)}


def test_a_virtual_line_is_invoiced_but_not_shipped() -> None:
    order = plain_order(is_virtual=True)

    assert reasons(ship(order, {1: 1})) == ["a virtual line cannot be shipped"]
    assert bill(order, {1: 1}).quantities == {1: Decimal(1)}


def test_a_line_of_quantity_0_is_nothing() -> None:
    assert ship(plain_order(), {1: 0, 99: 0}) == OpenQuantities({})


def test_a_quantity_below_0_is_a_disagreement() -> None:
    assert reasons(ship(plain_order(), {1: -1})) == ["a quantity below 0 cannot be sent"]


def test_a_configurable_is_shipped_and_invoiced_by_its_parent() -> None:
    order = parse_order(answer_body("102"))
    [parent] = [item for item in order.items if item.product_type == "configurable"][:1]

    assert ship(order, {parent.item_id: 1}).quantities == {parent.item_id: Decimal(1)}
    assert bill(order, {parent.item_id: 1}).quantities == {parent.item_id: Decimal(1)}


def test_the_variant_of_a_configurable_is_not_named_alone() -> None:
    order = parse_order(answer_body("102"))
    child = next(item for item in order.items if item.parent_item_id)

    assert reasons(ship(order, {child.item_id: 1})) == [
        "the shop counts this line with the one above it"
    ]


# ---- bundles, shipped ---------------------------------------------------------------------------
def test_whole_bundles_shipped_together_go_by_the_parent() -> None:
    result = ship(bundle_order(), {FIRST: 2, SECOND: 4})

    assert result == OpenQuantities({PARENT: Decimal(2)})


def test_parts_that_make_no_bundle_yet_wait() -> None:
    result = ship(bundle_order(), {FIRST: 3, SECOND: 3})

    assert result.quantities == {PARENT: Decimal(1)}
    assert result.waiting == {FIRST: Decimal(2), SECOND: Decimal(1)}
    assert result.disagreements == ()


def test_a_later_delivery_completes_the_bundles_an_earlier_one_began() -> None:
    result = ship(bundle_order(qty_shipped=Decimal(1)), {SECOND: 3}, before={FIRST: 3, SECOND: 3})

    assert result == OpenQuantities({PARENT: Decimal(2)})


def test_more_parts_than_were_ordered_are_a_disagreement() -> None:
    result = ship(bundle_order(), {FIRST: 1, SECOND: 4}, before={FIRST: 2, SECOND: 4})

    assert result.quantities == {}
    assert reasons(result) == ["only 6 were ordered in the bundle"]


def test_bundles_the_shop_shipped_by_itself_are_a_disagreement() -> None:
    result = ship(bundle_order(qty_shipped=Decimal(2)), {FIRST: 2, SECOND: 4})

    assert reasons(result) == ["only 1 are open in the shop"]


def test_a_bundle_delivered_as_a_kit_goes_by_the_parent() -> None:
    assert ship(bundle_order(), {PARENT: 2}).quantities == {PARENT: Decimal(2)}


def test_the_parents_own_item_does_not_count_beside_its_parts() -> None:
    result = ship(bundle_order(), {PARENT: 3, FIRST: 1, SECOND: 2})

    assert result.quantities == {PARENT: Decimal(1)}


def test_a_bundle_and_then_its_parts_may_be_the_same_goods_twice() -> None:
    result = ship(bundle_order(), {FIRST: 1, SECOND: 2}, before={PARENT: 1})

    assert result.quantities == {}
    assert len(result.disagreements) == 1


def test_a_bundle_shipped_separately_goes_by_its_parts() -> None:
    result = ship(bundle_order(), {FIRST: 3, SECOND: 1}, kind="separately")

    assert result == OpenQuantities({FIRST: Decimal(3), SECOND: Decimal(1)})


def test_a_kit_shipped_separately_goes_by_its_parts_all_the_same() -> None:
    result = ship(bundle_order(), {PARENT: 2}, kind="separately")

    assert result.quantities == {FIRST: Decimal(2), SECOND: Decimal(4)}


def test_a_bundle_of_unknown_kind_is_left_to_a_person() -> None:
    result = shippable_quantities(bundle_order(), {FIRST: Decimal(1)}, {}, {})

    assert result.quantities == {}
    assert "is not known" in result.disagreements[0].reason


def test_a_bundle_that_is_not_delivered_asks_nothing() -> None:
    assert shippable_quantities(bundle_order(), {}, {}, {}) == OpenQuantities({})


def test_a_virtual_part_holds_no_bundle_back() -> None:
    order = bundle_order()
    items = tuple(replace(i, is_virtual=i.item_id == SECOND) for i in order.items)

    assert ship(replace(order, items=items), {FIRST: 2}).quantities == {PARENT: Decimal(2)}


def test_a_virtual_part_in_a_delivery_is_a_disagreement() -> None:
    order = bundle_order()
    items = tuple(replace(i, is_virtual=i.item_id == SECOND) for i in order.items)

    result = ship(replace(order, items=items), {SECOND: 2})

    assert reasons(result) == ["a virtual line cannot be shipped"]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), max_size=6))
def test_deliveries_in_any_pieces_ship_each_bundle_once(pieces: list[tuple[int, int]]) -> None:
    order = bundle_order()
    shipped = Decimal(0)
    before: dict[int, Decimal] = {FIRST: Decimal(0), SECOND: Decimal(0)}
    for first, second in [*pieces, (3, 6)]:
        now = {
            FIRST: min(Decimal(first), 3 - before[FIRST]),
            SECOND: min(Decimal(second), 6 - before[SECOND]),
        }
        result = shippable_quantities(order, now, before, {BUNDLE_PRODUCT: "together"})
        assert result.disagreements == ()
        shipped += result.quantities.get(PARENT, Decimal(0))
        order = replace(
            order, items=(replace(order.items[0], qty_shipped=shipped), *order.items[1:])
        )
        before = {item_id: before[item_id] + now[item_id] for item_id in before}

    assert shipped == 3


# ---- bundles, invoiced --------------------------------------------------------------------------
def test_a_fixed_bundle_is_invoiced_by_its_parent() -> None:
    result = bill(bundle_order(), {PARENT: 2, FIRST: 2, SECOND: 4})

    assert result == OpenQuantities({PARENT: Decimal(2)})


def test_a_fixed_bundle_billed_by_its_parts_is_invoiced_in_whole_bundles() -> None:
    result = bill(bundle_order(), {FIRST: 3, SECOND: 2})

    assert result.quantities == {PARENT: Decimal(1)}
    assert result.waiting == {FIRST: Decimal(2)}


def test_free_parts_billed_after_the_bundle_are_nothing_new() -> None:
    assert bill(bundle_order(), {FIRST: 1}, before={PARENT: 3}) == OpenQuantities({})


def test_the_bundle_billed_after_its_parts_is_left_to_a_person() -> None:
    result = bill(bundle_order(), {PARENT: 1}, before={FIRST: 1, SECOND: 2})

    assert result.quantities == {}
    assert len(result.disagreements) == 1


def test_a_dynamic_bundle_is_invoiced_by_its_parts_only() -> None:
    result = bill(bundle_order(is_dynamic=True), {FIRST: 1, SECOND: 5})

    assert result == OpenQuantities({FIRST: Decimal(1), SECOND: Decimal(5)})


# ---- recorded orders ----------------------------------------------------------------------------
def untouched(item: MagentoOrderItem) -> MagentoOrderItem:
    zero = Decimal(0)
    return replace(item, qty_shipped=zero, qty_invoiced=zero, qty_refunded=zero, qty_canceled=zero)


ORDERS = [parse_order(document) for document in recorded_orders()]


@pytest.mark.parametrize("kind", ["together", "separately"])
@pytest.mark.parametrize("recorded", ORDERS, ids=lambda order: order.increment_id)
def test_every_recorded_order_can_be_shipped_and_invoiced_in_full(
    recorded: MagentoOrder, kind: str
) -> None:
    order = replace(recorded, items=tuple(untouched(item) for item in recorded.items))
    lines = order_amounts(order).lines
    bundles = {i.product_id: kind for i in order.items if i.product_type == "bundle"}
    goods = {line.item_id: line.quantity for line in lines if not line.is_virtual}
    everything = {line.item_id: line.quantity for line in lines}

    shipped = shippable_quantities(order, goods, {}, bundles)  # type: ignore[arg-type]
    invoiced = invoiceable_quantities(order, everything, {})

    assert (shipped.disagreements, shipped.waiting) == ((), {})
    assert (invoiced.disagreements, invoiced.waiting) == ((), {})
    assert bool(shipped.quantities) == bool(goods)
    assert invoiced.quantities
