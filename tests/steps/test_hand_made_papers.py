"""What the shop or a person made already is tied, not made again: whole, or in parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from sync.jobs import work
from sync.jobs.cleared import close_cleared
from sync.models import Invoice, SalesOrder, Shipment, SyncTask
from sync.sandbox.sap import billing
from tests.world import World

pytestmark = pytest.mark.slow


def paid_online(world: World, shape: str = "simple") -> SalesOrder:
    """An order captured at checkout, for which Magento has made the invoice, in SAP."""
    entity_id = world.place_only(shape)
    world.stand_in.invoice(entity_id, {})
    world.run(work.pull_orders(world.shop))
    order = SalesOrder.objects.get(entity_id=entity_id)
    world.run(work.push_order(order))
    order.refresh_from_db()
    return order


def in_two_parts(world: World, order: SalesOrder) -> list[str]:
    """Two deliveries that have left and are shipped: one piece of the first line, and the rest."""
    found = []
    for quantities in ({10: 1}, None):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [f"T{number}"])
        world.ship(order, number)
        found.append(number)
    return found


def lines(world: World, order: SalesOrder) -> list[int]:
    return [one["item_id"] for one in world.shop_books(order)["order"]["items"]]


def test_one_invoice_of_the_shop_stands_for_two_billing_documents(world: World) -> None:
    order = paid_online(world)
    states = []
    for number in in_two_parts(world, order):
        task = world.invoice(order, world.bill(number))
        states.append(task.state)

    assert states == ["done", "done"]
    invoice = Invoice.objects.get()
    assert invoice.billing_document is not None
    assert invoice.is_made_by_hand
    assert invoice.further_documents.count() == 1
    assert len(world.shop_books(order)["invoices"]) == 1
    assert world.mails(order, "invoice") == []
    order.refresh_from_db()
    assert order.stage == SalesOrder.Stage.COMPLETE


def test_again_and_again_the_links_stay_as_they_are(world: World) -> None:
    order = paid_online(world)
    documents = [world.bill(number) for number in in_two_parts(world, order)]
    for _ in range(2):
        for document in documents:
            assert world.invoice(order, document).state == "done"

    assert Invoice.objects.get().further_documents.count() == 1


@pytest.mark.parametrize(
    "shape", ["configurable", "bundle-dynamic", "bundle-dynamic-together", "bundle-fixed"]
)
def test_parents_and_parts_of_an_invoice_are_counted_once(world: World, shape: str) -> None:
    order = paid_online(world, shape)
    numbers = world.dispatch(order)
    for number in numbers:
        world.ship(order, number)

    task = world.invoice(order, world.bill(*numbers))

    assert task.state == "done", task.error_message
    assert Invoice.objects.get().is_made_by_hand


@pytest.mark.parametrize(
    "shape", ["configurable", "bundle-dynamic", "bundle-dynamic-together", "bundle-fixed"]
)
def test_parents_and_parts_of_a_shipment_are_counted_once(world: World, shape: str) -> None:
    order = world.into_sap(shape)
    world.stand_in.ship(order.entity_id, {})
    (number,) = world.dispatch(order, tracking=[])

    task = world.ship(order, number)

    assert task.state == "done", task.error_message
    assert len(world.shop_books(order)["shipments"]) == 1
    assert Shipment.objects.get().is_made_by_hand


def test_two_invoices_made_by_hand_stand_for_one_billing_document(world: World) -> None:
    order = world.into_sap()
    first, second = lines(world, order)
    world.stand_in.invoice(order.entity_id, {"items": [{"order_item_id": first, "qty": 2}]})
    world.stand_in.invoice(order.entity_id, {"items": [{"order_item_id": second, "qty": 1}]})
    (number,) = world.dispatch(order)
    world.ship(order, number)

    task = world.invoice(order, world.bill(number))

    assert task.state == "done", task.error_message
    assert len(world.shop_books(order)["invoices"]) == 2
    document = Invoice.objects.first().billing_document  # type: ignore[union-attr]
    assert document is not None
    assert [one.is_made_by_hand for one in document.shop_invoices] == [True, True]


def test_two_shipments_made_by_hand_stand_for_one_delivery(world: World) -> None:
    order = world.into_sap()
    first, second = lines(world, order)
    world.stand_in.ship(order.entity_id, {"items": [{"order_item_id": first, "qty": 2}]})
    world.stand_in.ship(order.entity_id, {"items": [{"order_item_id": second, "qty": 1}]})
    (number,) = world.dispatch(order, tracking=["1Z1"])

    task = world.ship(order, number)

    assert task.state == "done", task.error_message
    held = world.shop_books(order)["shipments"]
    assert [[t["track_number"] for t in one["tracks"]] for one in held] == [["1Z1"], []]
    assert world.mails(order, "shipment") == []


def test_one_shipment_made_by_hand_stands_for_two_deliveries(world: World) -> None:
    order = world.into_sap()
    world.stand_in.ship(order.entity_id, {})
    for quantities in ({10: 1}, None):
        (number,) = world.deliver(order, quantities=quantities)
        world.goods_issue(number, [])
        assert world.ship(order, number).state == "done"

    shipment = Shipment.objects.get()
    assert shipment.delivery is not None
    assert shipment.further_deliveries.count() == 1


def test_a_part_made_by_hand_leaves_the_rest_to_a_person(world: World) -> None:
    order = world.into_sap()
    first, second = lines(world, order)
    world.stand_in.invoice(order.entity_id, {"items": [{"order_item_id": first, "qty": 1}]})
    (number,) = world.dispatch(order)
    world.ship(order, number)
    task = world.invoice(order, world.bill(number))
    assert (task.state, task.cause_key) == ("needs_attention", "quantities-do-not-fit")

    rest = [{"order_item_id": first, "qty": 1}, {"order_item_id": second, "qty": 1}]
    world.stand_in.invoice(order.entity_id, {"items": rest})
    task = world.retry(task)

    assert task.state == "done", task.error_message
    assert len(world.shop_books(order)["invoices"]) == 2


def dearer(world: World, document: str) -> None:
    held = billing.billing_of(world.sap, document)
    held.items[0].net_value += Decimal("1.00")
    world.sap.store.save(held)


def test_sums_that_do_not_fit_are_an_open_row_for_finance(world: World) -> None:
    order = paid_online(world)
    early, late = in_two_parts(world, order)
    assert world.invoice(order, world.bill(early)).state == "done"
    document = world.bill(late)
    dearer(world, document)

    task = world.invoice(order, document)

    assert (task.state, task.cause_key) == ("needs_attention", "invoice-sums-differ")
    (held,) = world.shop_books(order)["invoices"]
    assert f"{held['grand_total']:.2f}" in task.error_message
    assert f"{held['grand_total'] + 1:.2f}" in task.error_message
    assert Invoice.objects.get().differs_by == Decimal("-1.00")
    assert Invoice.objects.get().further_documents.count() == 1  # the links are kept
    Invoice.objects.update(read_at=timezone.now())  # as when it is mailed again
    close_cleared()
    task.refresh_from_db()
    assert task.state == SyncTask.State.NEEDS_ATTENTION


def test_an_invoice_for_more_than_is_billed_so_far_waits_for_the_rest(world: World) -> None:
    order = paid_online(world)
    early, _late = in_two_parts(world, order)
    document = world.bill(early)
    dearer(world, document)  # nobody can say yet whether the sums fit

    assert world.invoice(order, document).state == "done"


def test_what_the_shop_has_given_back_may_be_missing_in_sap(world: World) -> None:
    order = paid_online(world)
    (number,) = world.dispatch(order)
    world.ship(order, number)
    document = world.bill(number)
    held = billing.billing_of(world.sap, document)
    held.items[0].net_value -= Decimal("5.00")
    world.sap.store.save(held)
    world.edit_web_order(order.entity_id, lambda web: web.update(total_refunded=5.0))

    assert world.invoice(order, document).state == "done"


def test_a_canceled_invoice_of_the_shop_stands_for_nothing(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.ship(order, number)
    world.stand_in.invoice(order.entity_id, {})
    with world.stand_in.store.writing() as found:
        (held,) = found.of_order("invoice", order.entity_id)
        held["state"] = 3
        found.save("invoice", held)

        def reopened(web: dict[str, Any]) -> None:
            web.update(state="processing", status="processing")
            for item in web["items"]:
                item["qty_invoiced"] = 0

    world.edit_web_order(order.entity_id, reopened)
    world.invoice(order, world.bill(number))

    assert len(world.shop_books(order)["invoices"]) == 2


def test_a_parcel_a_person_added_in_the_shop_stays(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=("A1",))
    world.ship(order, number)
    client = world.remotes.magento(world.shop)
    shipment = client.search_shipments(order.entity_id).records[0]
    client.add_track(shipment, "custom", "Return label", "RET-99")

    for named in (["A1", "A2"], ["A3"]):
        world.track(number, *named)
        world.ship(order, number)
        (held,) = world.shop_books(order)["shipments"]
        tracks = {track["track_number"] for track in held["tracks"]}
        assert tracks == {*named, "RET-99"}


def test_a_parcel_sent_before_the_answer_got_lost_is_corrected_all_the_same(world: World) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=("A1",))
    world.shop_fails("drop_after_write", "ship")
    task = world.ship(order, number)
    world.track(number, "A2")
    world.run(work.pull_deliveries(order))

    world.run_until_done(task)

    (held,) = world.shop_books(order)["shipments"]
    assert [track["track_number"] for track in held["tracks"]] == ["A2"]


def track_numbers(world: World, order: SalesOrder) -> list[str]:
    (held,) = world.shop_books(order)["shipments"]
    return [track["track_number"] for track in held["tracks"]]


def test_a_corrected_number_replaces_ours_and_not_the_same_one_a_person_added(
    world: World,
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=("A1",))
    world.ship(order, number)
    client = world.remotes.magento(world.shop)
    shipment = client.search_shipments(order.entity_id).records[0]
    client.add_track(shipment, "custom", "By hand", "A1")

    world.ship(order, number)
    assert track_numbers(world, order) == ["A1", "A1"]
    world.track(number, "A2")
    world.ship(order, number)

    (held,) = world.shop_books(order)["shipments"]
    kept = sorted((track["track_number"], track["title"]) for track in held["tracks"])
    assert kept == [("A1", "By hand"), ("A2", "DHL")]


def test_a_parcel_a_person_added_first_stays_theirs_when_sap_names_it_and_takes_it_back(
    world: World,
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=("A1",))
    world.ship(order, number)
    client = world.remotes.magento(world.shop)
    shipment = client.search_shipments(order.entity_id).records[0]
    client.add_track(shipment, "custom", "By hand", "A2")

    for named in (["A1", "A2"], ["A1"]):
        world.track(number, *named)
        world.ship(order, number)
        assert track_numbers(world, order) == ["A1", "A2"]


WHOLE = "420100219400136897846100"  # 24 characters; handling units hold 20


def test_a_number_that_comes_whole_later_replaces_the_cut_one_without_another_mail(
    world: World,
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order, tracking=(WHOLE[:20],))
    world.ship(order, number)
    assert track_numbers(world, order) == [WHOLE[:20]]

    for named in (WHOLE, WHOLE[:20]):  # a whole number is not given up for its beginning
        world.track(number, named)
        world.ship(order, number)
        assert track_numbers(world, order) == [WHOLE]
    assert len(world.mails(order, "shipment")) == 1


@pytest.mark.parametrize("by_hand", [WHOLE, "LATE-10"])
def test_a_cut_number_is_not_added_to_a_shipment_by_hand_that_has_it_whole(
    world: World, by_hand: str
) -> None:
    in_sap = by_hand[:20] if by_hand == WHOLE else "LATE-1"
    order = world.into_sap()
    track = {"carrier_code": "ups", "title": "UPS", "track_number": by_hand}
    world.stand_in.ship(order.entity_id, {"tracks": [track]})
    (number,) = world.dispatch(order, tracking=(in_sap,))

    world.ship(order, number)

    expected = [WHOLE] if by_hand == WHOLE else ["LATE-10", "LATE-1"]
    assert track_numbers(world, order) == expected
