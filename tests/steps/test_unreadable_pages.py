"""One web order the shop cannot list hides no other, wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from sync.jobs import work
from sync.models import (
    CompletenessRun,
    Invoice,
    PullWatermark,
    RemoteHealth,
    SalesOrder,
    Shipment,
    SyncTask,
)
from sync.steps.ordering import pace
from tests.steps.spoilt import SpoiltLine, wired, with_body
from tests.world import World

pytestmark = pytest.mark.slow

MISSING = {"message": "The product that was requested doesn't exist."}
INTERNAL = {"message": "Internal Error. Details are available in Magento log file. Report ID: w-1"}
NOT_WHOLE = object()
NO_RECORD = object()
Made = tuple[int, Any]
KINDS: dict[str, Made] = {
    "404": (404, MISSING),
    "400": (400, {"message": "Unable to unserialize value."}),
    "500": (500, INTERNAL),
    "502": (502, "<html>Bad gateway</html>"),
    "200 with a message": (200, MISSING),
    "200 with items that are no list": (200, {"items": "x", "total_count": 5}),
    "200 that is not whole": (200, NOT_WHOLE),
    "200 with a row that is no record": (200, NO_RECORD),
}
State = SyncTask.State


class Shop:
    """Spoils every answer that shows one of these records; counts what it is asked."""

    def __init__(self, line: SpoiltLine, ids: Iterable[int], made: Made, route: str) -> None:
        self.ids, self.made, self.route = set(ids), made, f"/V1/{route}"
        self.survives_names = False
        self.calls = 0
        line.spoil = self.answer

    def answer(self, name: str, answer: Any) -> Any:
        if not name.startswith("GET") or self.route not in name:
            return answer
        self.calls += 1
        if answer.status_code != 200 or (self.survives_names and "fields=" in name):
            return answer
        found = json.loads(answer.data)
        rows = found["items"] or [] if "items" in found and "total_count" in found else [found]
        if "fields=" in name:
            rows = found["items"] or []
        if not self.ids & {row.get("entity_id") for row in rows}:
            return answer
        return self._spoilt(answer, rows)

    def _spoilt(self, answer: Any, rows: list[Any]) -> Any:
        status, body = self.made
        text = json.dumps(body) if isinstance(body, dict) else str(body)
        if body is NO_RECORD:
            shown = [None if row.get("entity_id") in self.ids else row for row in rows]
            text = json.dumps({"items": shown, "total_count": len(shown)})
        if body is NOT_WHOLE:
            text = json.dumps({"items": rows})[:-40]
        headers = {"Content-Type": "text/html" if text.startswith("<") else "application/json"}
        return SimpleNamespace(data=text.encode(), headers=headers, status_code=status)


def spoil(
    world: World, ids: Iterable[int], made: Made = KINDS["404"], route: str = "orders"
) -> Shop:
    """From now on the shop cannot show these."""
    return Shop(wired(world), ids, made, route)


def pull(world: World) -> SyncTask:
    """A pull to its end: what may pass by itself is taken apart when it comes again."""
    return world.run_until_done(world.run(work.pull_orders(world.shop)), attempts=1)


def read() -> set[int]:
    return set(SalesOrder.objects.values_list("entity_id", flat=True))


def stopped() -> list[SyncTask]:
    return list(SyncTask.objects.filter(state=State.NEEDS_ATTENTION).order_by("reference"))


@pytest.mark.parametrize("survives", [True, False], ids=["names are shown", "nothing is shown"])
@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_one_order_the_shop_cannot_list_does_not_hide_the_others(
    world: World, made: Made, survives: bool
) -> None:
    ids = [world.place_only("simple") for _ in range(5)]
    spoil(world, [ids[2]], made).survives_names = survives

    task = pull(world)

    assert (task.state, task.outcome) == (State.DONE, "4 orders read, 1 unreadable.")
    assert read() == {*ids} - {ids[2]}
    [one] = stopped()
    assert one.reference == f"shop:demo:entity:{ids[2]}"
    name = "000000003" if survives else f"with entity_id {ids[2]}"
    assert one.error_message.startswith(f"Web order {name} cannot be read: ")


@pytest.mark.parametrize(
    "places",
    [[0], [6], [0, 1], [5, 6], [2, 3], [0, 6], [1, 2, 4], [0, 1, 2], [0, 1, 2, 3, 4, 5, 6]],
    ids=str,
)
@pytest.mark.parametrize("at_once", [1, 2, 3, 100])
def test_it_may_stand_anywhere_and_not_alone(
    world: World, places: list[int], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = world.place("simple")  # a shop's oldest order can be read
    monkeypatch.setattr(pace, "USUAL", at_once)
    monkeypatch.setattr(pace, "MOST_PAGES", 9)  # in one slice, however long it takes
    monkeypatch.setattr(pace, "SECONDS", 600)
    ids = [world.place_only("simple") for _ in range(7)]
    spoilt = {ids[place] for place in places}
    spoil(world, spoilt)

    pull(world)

    assert read() == {known.entity_id, *ids} - spoilt
    assert {one.reference.rpartition(":")[2] for one in stopped()} == {str(one) for one in spoilt}


def test_it_may_be_the_only_order_of_the_shop(world: World) -> None:
    spoil(world, [world.place_only("simple")])

    assert pull(world).state == State.DONE
    assert len(stopped()) == 1


@pytest.mark.parametrize("place", [0, 3, 6])
def test_orders_of_the_same_second_are_told_apart(world: World, place: int) -> None:
    ids = [world.place_only("simple") for _ in range(7)]
    moment = world.stand_in.get("order", ids[0])["updated_at"]
    for entity_id in ids:
        world.edit_web_order(entity_id, lambda order: order.update(updated_at=moment))
    spoil(world, [ids[place]])

    pull(world)

    assert read() == {*ids} - {ids[place]}


@pytest.mark.parametrize("largest", [1, 2, 3])
def test_it_is_found_where_the_shop_limits_its_pages(world: World, largest: int) -> None:
    ids = [world.place_only("simple") for _ in range(6)]
    shop = spoil(world, [ids[3]])
    limited = _limited(shop.answer, largest)
    world.line.spoil = limited  # type: ignore[attr-defined]

    pull(world)

    assert read() == {*ids} - {ids[3]}


def _limited(then: Callable[[str, Any], Any], largest: int) -> Callable[[str, Any], Any]:
    def answer(name: str, found: Any) -> Any:
        size = name.partition("pageSize%5D=")[2].partition("&")[0]
        if "/V1/orders?" not in name or int(size) <= largest:
            return then(name, found)
        body = {"message": "Maximum SearchCriteria pageSize is %max"}
        refusal = json.dumps({**body, "parameters": {"max": largest}}).encode()
        headers = {"Content-Type": "application/json"}
        return SimpleNamespace(data=refusal, headers=headers, status_code=400)

    return answer


@pytest.mark.parametrize("said", [0, 3, 500, None, "many"])
def test_a_total_that_disagrees_hides_nothing(world: World, said: Any) -> None:
    ids = [world.place_only("simple") for _ in range(5)]
    shop = spoil(world, [ids[1]])

    def answer(name: str, found: Any) -> Any:
        told = shop.answer(name, found)
        body = json.loads(told.data)
        if "total_count" in body:
            return with_body(told, json.dumps({**body, "total_count": said}))
        return told

    world.line.spoil = answer  # type: ignore[attr-defined]

    pull(world)

    assert read() == {*ids} - {ids[1]}


def test_keys_far_from_one_another_are_found_as_well(world: World) -> None:
    near, far = world.place_only("simple"), world.place_only("simple")
    with world.stand_in.store.writing() as books:
        document = books.find("order", far)
        assert document is not None
        books.delete("order", far)
        document["entity_id"] = 3_000_000_000
        books.save("order", document)
    spoil(world, [3_000_000_000])

    pull(world)

    assert read() == {near}
    assert stopped()[0].reference == "shop:demo:entity:3000000000"


# ---- the watermark, and the next pull -----------------------------------------------------------
def test_the_watermark_goes_on_behind_a_spoilt_order_and_passes_no_other(world: World) -> None:
    for seconds in range(4):
        world.clock[0] = timedelta(seconds=seconds)
        world.place_only("simple")
    spoil(world, [2])

    pull(world)

    mark = PullWatermark.objects.get()
    newest = SalesOrder.objects.order_by("-remote_updated_at").first()
    assert newest is not None
    assert (mark.entity_id, mark.updated_at) == (newest.entity_id, newest.remote_updated_at)
    assert newest.entity_id == 4


def test_the_next_pull_knows_it_and_asks_little(world: World) -> None:
    for _ in range(9):
        world.place_only("simple")
    shop = spoil(world, [4, 7])
    pull(world)
    shop.calls = 0

    pull(world)

    assert shop.calls <= 12
    assert len(stopped()) == 2


def test_it_closes_itself_when_the_shop_can_list_it(world: World) -> None:
    ids = [world.place_only("simple") for _ in range(3)]
    shop = spoil(world, ids[:2])
    pull(world)
    shop.ids = {ids[0]}

    pull(world)

    assert read() == set(ids[1:])
    assert [one.reference for one in stopped()] == [f"shop:demo:entity:{ids[0]}"]


def test_what_was_read_before_the_shop_failed_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.magento.narrowing.MOST_CALLS", 12)
    ids = [world.place_only("simple") for _ in range(8)]
    spoil(world, [ids[1], ids[5], ids[7]])

    task = world.run_until_done(pull(world), attempts=5)

    assert task.state == State.DONE
    assert read() == {*ids} - {ids[1], ids[5], ids[7]}
    assert not RemoteHealth.objects.filter(consecutive_failures__gt=0).exists()


@pytest.mark.parametrize("made", [KINDS["404"], KINDS["500"], KINDS["200 with a message"]])
def test_a_person_retries_it_and_it_stays_a_record_that_cannot_be_read(
    world: World, made: Made
) -> None:
    ids = [world.place_only("simple") for _ in range(3)]
    shop = spoil(world, [ids[1]], made)
    pull(world)

    task = world.retry(stopped()[0])

    assert (task.state, task.error_class) == (State.NEEDS_ATTENTION, "UnexpectedRecord")
    shop.ids = set()
    pull(world)
    assert stopped() == []
    assert read() == set(ids)


def test_a_person_retries_it_when_the_shop_can_show_it(world: World) -> None:
    ids = [world.place_only("simple") for _ in range(3)]
    shop = spoil(world, [ids[1]])
    pull(world)
    shop.ids = set()

    task = world.retry(stopped()[0])

    assert (task.state, task.outcome) == (State.DONE, "Read again and stored.")
    assert read() == set(ids)


def test_one_that_is_gone_from_the_shop_is_waited_for_no_longer(world: World) -> None:
    ids = [world.place_only("simple") for _ in range(3)]
    spoil(world, [ids[1]])
    pull(world)
    with world.stand_in.store.writing() as books:
        books.delete("order", ids[1])

    task = world.retry(stopped()[0])

    assert (task.state, task.outcome) == (State.DONE, "The shop has this order no more.")


# ---- trouble of the shop ------------------------------------------------------------------------
@pytest.mark.parametrize("made", [KINDS["404"], KINDS["500"], KINDS["200 that is not whole"]])
def test_a_shop_that_can_list_nothing_is_not_taken_for_a_spoilt_order(
    world: World, made: Made
) -> None:
    shop = spoil(world, [world.place_only("simple") for _ in range(8)], made)

    task = pull(world)

    assert task.state != State.DONE
    assert shop.calls <= 7
    assert not SyncTask.objects.filter(reference__contains=":entity:").exists()


@pytest.mark.parametrize("made", [(503, "<html>"), (401, MISSING), (429, "slow down"), (302, "")])
def test_what_can_be_no_order_s_fault_is_asked_once(world: World, made: Made) -> None:
    shop = spoil(world, [world.place_only("simple")], made)

    world.run(work.pull_orders(world.shop))

    assert shop.calls == 1


@pytest.mark.parametrize("made", [KINDS["500"], KINDS["502"], KINDS["200 that is not whole"]])
def test_what_may_pass_by_itself_is_tried_again_before_it_is_taken_apart(
    world: World, made: Made
) -> None:
    ids = [world.place_only("simple") for _ in range(5)]
    shop = spoil(world, [ids[2]], made)

    first = world.run(work.pull_orders(world.shop))

    assert (first.state, shop.calls) == (State.WAITING, 1)
    assert world.run_task(first).state == State.DONE


def test_three_orders_that_cannot_be_shown_are_no_incident(world: World) -> None:
    orders = [world.place("simple") for _ in range(4)]
    spoil(world, [order.entity_id for order in orders], KINDS["500"])

    for order in orders:
        world.run(work.push_order(order))

    assert not RemoteHealth.objects.filter(consecutive_failures__gt=0).exists()


# ---- completeness -------------------------------------------------------------------------------
def test_completeness_reads_around_it_and_says_so(world: World) -> None:
    ids = [world.place_only("simple") for _ in range(5)]
    spoil(world, [ids[2]])

    task = world.run(work.check_completeness(world.shop))

    assert task.state == State.DONE
    assert read() == {*ids} - {ids[2]}
    findings = CompletenessRun.objects.get().findings.filter(reason__startswith="Cannot be read")
    assert [one.increment_id for one in findings] == [str(ids[2])]
    assert len(stopped()) == 1


def test_completeness_closes_what_can_be_read_by_now(world: World) -> None:
    ids = [world.place_only("simple") for _ in range(3)]
    shop = spoil(world, [ids[1]])
    pull(world)
    shop.ids = set()

    world.run(work.check_completeness(world.shop))

    assert stopped() == []


def test_an_order_in_sap_that_the_shop_cannot_show_is_not_missing_in_the_shop(
    world: World,
) -> None:
    order = world.into_sap()
    world.clock[0] = timedelta(0)
    spoil(world, [order.entity_id])

    world.run(work.check_completeness(world.shop))

    kinds = CompletenessRun.objects.get().findings.values_list("kind", flat=True)
    assert "not_in_shop" not in kinds


# ---- shipments and invoices of an order ---------------------------------------------------------
@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_a_shipment_the_shop_cannot_list_does_not_hide_ours(world: World, made: Made) -> None:
    order = world.into_sap()
    first, second = (world.deliver(order, quantities={item: 1})[0] for item in (10, 20))
    for number in (first, second):
        world.goods_issue(number, [f"T{number}"])
        world.ship(order, number)
    spoilt, ours = world.shop_books(order)["shipments"]
    Shipment.objects.all().delete()
    spoil(world, [spoilt["entity_id"]], made, "shipments")

    task = world.run_until_done(world.run(world.shipment_of(order, second)), attempts=1)

    assert (task.state, "already there" in task.outcome) == (State.DONE, True)
    assert Shipment.objects.get().entity_id == ours["entity_id"]


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_what_may_be_ours_already_is_not_shipped_again(world: World, made: Made) -> None:
    order = world.into_sap()
    first, second = (world.deliver(order, quantities={item: 1})[0] for item in (10, 20))
    world.goods_issue(first, ["T1"])
    world.ship(order, first)
    spoil(world, [one["entity_id"] for one in world.shop_books(order)["shipments"]], made,
          "shipments")  # fmt: skip
    world.goods_issue(second, ["T2"])
    world.run(work.pull_deliveries(order))

    task = world.run_until_done(world.run(world.shipment_of(order, second)), attempts=1)

    assert (task.state, task.error_class) == (State.NEEDS_ATTENTION, "UnexpectedRecord")
    assert len(world.shop_books(order)["shipments"]) == 1


def test_an_invoice_the_shop_cannot_list_does_not_hide_ours(world: World) -> None:
    order = world.into_sap()
    first, second = (world.deliver(order, quantities={item: 1})[0] for item in (10, 20))
    papers = []
    for number in (first, second):
        world.goods_issue(number, [f"T{number}"])
        world.ship(order, number)
        papers.append(world.bill(number))
        world.invoice(order, papers[-1])
    spoilt, ours = world.shop_books(order)["invoices"]
    Invoice.objects.all().delete()
    spoil(world, [spoilt["entity_id"]], route="invoices")

    again = world.run(world.invoice_of(order, papers[1]))
    hidden = world.run(world.invoice_of(order, papers[0]))

    assert again.state == State.DONE
    assert Invoice.objects.get().entity_id == ours["entity_id"]
    assert (hidden.state, hidden.error_class) == (State.NEEDS_ATTENTION, "UnexpectedRecord")
    assert len(world.shop_books(order)["invoices"]) == 2
