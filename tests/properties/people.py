"""Customers, clerks and impatient users, as verbs: what is not possible now does not happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sync.jobs import clicks
from sync.models import Invoice, SyncTask
from sync.sandbox.sap import added_items, billing, books, sales_desk, warehouse
from sync.sandbox.sap.autopilot import play_round
from sync.sandbox.sap.billing import BillingRequest
from sync.sandbox.sap.documents import BillingDocument, Delivery, OrderItem, SalesOrder
from sync.sandbox.sap.progress import progress_of
from sync.sandbox.sap.warehouse import DeliveryRequest, NotPossible
from sync.sandbox.shop import factory
from sync.sandbox.shop.errors import ShopError

if TYPE_CHECKING:
    from tests.properties.stormy_world import StormyWorld

Books = dict[str, Any]
# Every amount and quantity rule is somewhere in these; tests/steps plays the rest.
SHAPES = (
    "simple", "coupon", "mixed", "virtual", "configurable", "eur-coupon", "gross-prices",
    "bundle-dynamic", "bundle-dynamic-together", "bundle-fixed",
    "gift-card", "fee", "odd-decimals", "yen",
)  # fmt: skip
CARRIERS = ("DHL", "UPS", "FEDEX")
SAP_FAULTS = (
    ("lost_commit_answer", ""), ("drop_after", "BAPI_SALESORDER_CREATEFROMDAT2"),
    ("dump", "BAPI_TRANSACTION_COMMIT"), ("abort", "BAPI_SALESORDER_CREATEFROMDAT2"),
    ("locked", ""), ("drop_before", ""), ("drop_after", ""), ("commit_error", ""),
)  # fmt: skip
SHOP_FAULTS = (("server_error", 500), ("server_error", 503), ("drop_before", 0),
               ("drop_after_write", 0))  # fmt: skip


# ---- the shop
def place(world: StormyWorld, number: int) -> None:
    """A customer orders."""
    factory.place(world.stand_in, SHAPES[number % len(SHAPES)], {})


def hold(world: StormyWorld, number: int) -> None:
    """Somebody stops an order in the shop."""
    _move(world, number, "hold")


def unhold(world: StormyWorld, number: int) -> None:
    """Somebody lets it go on."""
    _move(world, number, "unhold")


def edit(world: StormyWorld, number: int) -> None:
    """An order SAP does not hold yet is edited: canceled, and replaced by a new one."""
    waiting = [e for e in web_orders(world) if not _in_sap(world, e) and not canceled(world, e)]
    for entity_id in _chosen(waiting, number):
        with suppress(ShopError):  # on hold
            factory.edit(world.stand_in, entity_id)


def canceled(world: StormyWorld, entity_id: int) -> bool:
    """Whether the shop has canceled an order."""
    return bool(world.stand_in.get("order", entity_id)["state"] == "canceled")


def _in_sap(world: StormyWorld, entity_id: int) -> list[SalesOrder]:
    reference = world.stand_in.get("order", entity_id)["increment_id"]
    return [one for one in _sap_orders(world) if one.customer_reference == reference]


def comment(world: StormyWorld, number: int) -> None:
    """Somebody writes to an order's history."""
    entities = web_orders(world)
    if entities:
        history = {"comment": "a word", "is_customer_notified": 0}
        world.stand_in.comment_order(entities[number % len(entities)], history)


def _move(world: StormyWorld, number: int, action: str) -> None:
    entities = web_orders(world)
    if entities:
        try:
            world.stand_in.move(entities[number % len(entities)], action)
        except ShopError:
            return


def web_orders(world: StormyWorld) -> list[int]:
    """Every order that is in the shop."""
    with world.stand_in.store.reading() as found:
        rows = found.rows('SELECT entity_id FROM "order" ORDER BY entity_id')
    return [int(row["entity_id"]) for row in rows]


def papers(world: StormyWorld, kind: str, entity_id: int) -> list[Books]:
    """The shop's papers of an order."""
    with world.stand_in.store.reading() as found:
        return found.of_order(kind, entity_id)


def release_all(world: StormyWorld) -> None:
    """Nobody holds anything any more."""
    for entity_id in web_orders(world):
        if world.stand_in.get("order", entity_id)["state"] == "holded":
            world.stand_in.move(entity_id, "unhold")


# ---- the warehouse and the billing clerk
def deliver(world: StormyWorld, number: int) -> None:
    """A part of an order, or all that is open; bundles whole."""
    wanted = [e for e in web_orders(world) if not canceled(world, e)]
    orders = [order for entity_id in wanted for order in _in_sap(world, entity_id)]
    if not orders:
        return
    order = orders[number % len(orders)]
    held = books.books_of(world.sap, order)
    is_whole = number % 3 == 0 or _has_bundle(world, order)
    quantities = {} if is_whole else dict(_parts(held, number))
    if is_whole or quantities:
        request = DeliveryRequest([order.number], quantities, split_batches=number % 5 == 0)
        _try(warehouse.create_delivery, world.sap, request)


def _has_bundle(world: StormyWorld, order: SalesOrder) -> bool:
    """Bundles leave whole."""
    known = (world.stand_in.get("order", entity_id) for entity_id in web_orders(world))
    return any(
        item["product_type"] == "bundle"
        for web_order in known
        if web_order["increment_id"] == order.customer_reference
        for item in web_order["items"]
    )


def _parts(held: Books, number: int) -> Iterator[tuple[int, Decimal]]:
    for at, item in enumerate(held["items"]):
        still_open = int(Decimal(item["quantity"]) - Decimal(item["delivered"]))
        share = (number // 7 + at) % (still_open + 1) if item["is_delivered"] else 0
        if share:
            yield item["item_number"], Decimal(share)


def pick(world: StormyWorld, number: int) -> None:
    """A delivery is picked."""
    for delivery in _chosen(_deliveries(world), number):
        _try(warehouse.pick, world.sap, delivery.number)


def leave(world: StormyWorld, number: int) -> None:
    """A delivery leaves, with its parcels or without."""
    for delivery in _chosen(_deliveries(world), number):
        carrier = CARRIERS[number % 3]
        parcels = [] if number % 4 == 0 else _parcels(delivery.number, number)
        _try(warehouse.post_goods_issue, world.sap, delivery.number, carrier, parcels)


def track(world: StormyWorld, number: int) -> None:
    """Late or corrected parcel numbers."""
    for delivery in _chosen(_deliveries(world), number):
        if delivery.goods_issue_at:
            parcels = _parcels(delivery.number, number)
            _try(warehouse.set_tracking, world.sap, delivery.number, "DHL", parcels)


def take_back(world: StormyWorld, number: int) -> None:
    """A goods issue is reversed."""
    for delivery in _chosen(_deliveries(world), number):
        _try(warehouse.reverse_goods_issue, world.sap, delivery.number)


def bill(world: StormyWorld, number: int) -> None:
    """What has left is billed: one delivery, or all of an order."""
    for order in _chosen(_sap_orders(world), number):
        held = books.books_of(world.sap, order)
        left = [one["number"] for one in held["deliveries"] if one["goods_issue_at"]]
        services = [i for i in held["items"] if i["billed_from"] == "order"]
        if services and number % 2:
            _try(billing.bill, world.sap, BillingRequest(orders=[order.number]))
        elif left:
            chosen = left if number % 3 else left[:1]
            _try(billing.bill, world.sap, BillingRequest(chosen))


def cancel_bill(world: StormyWorld, number: int) -> None:
    """A billing document the shop has not invoiced yet is cancelled."""
    used = str([papers(world, "invoice", entity_id) for entity_id in web_orders(world)])
    documents = [
        one
        for one in world.sap.store.all(BillingDocument, newest=50)
        if one.category == "M" and not one.is_cancelled and one.number not in used
    ]
    for document in _chosen(documents, number):
        _try(billing.cancel, world.sap, document.number)


# ---- sales, in SAP
def reject_line(world: StormyWorld, number: int) -> None:
    """One line of several is called off there, before anything of it is delivered."""
    for order in _chosen([one for one in _of_lines(world) if _may_lose_one(one)], number):
        for item in _chosen(_untouched(world, order), number):
            _try(sales_desk.reject_line, world.sap, order.number, item.item_number)


def free_goods(world: StormyWorld, number: int) -> None:
    """A piece is added free of charge."""
    _change(world, number, added_items.add_free_goods)


def cartons(world: StormyWorld, number: int) -> None:
    """A line is delivered and billed in another unit than was ordered."""
    _change(world, number, added_items.deliver_in_cartons)


def _change(world: StormyWorld, number: int, act: Callable[..., object]) -> None:
    for order in _chosen(_sap_orders(world), number):
        for item in _chosen(_untouched(world, order), number):
            _try(act, world.sap, order.number, item.item_number)


def _untouched(world: StormyWorld, order: SalesOrder) -> list[OrderItem]:
    """Lines of the web order that are to be delivered."""
    progress = progress_of(order, world.sap.store, world.sap.customising)
    return [
        item
        for item in order.items
        if item.customer_item_number
        and not item.rejection_reason
        and progress.is_delivered(item)
        and not progress.delivered[item.item_number]
    ]


def _may_lose_one(order: SalesOrder) -> bool:
    return len([item for item in order.items if not item.rejection_reason]) > 1


def _of_lines(world: StormyWorld) -> list[SalesOrder]:
    """Orders the shop knows to be in SAP, whose lines stand for themselves."""
    known = {
        web_order["increment_id"]
        for web_order in (world.stand_in.get("order", one) for one in web_orders(world))
        if web_order.get("ext_order_id")
    }
    return [
        one
        for one in _sap_orders(world)
        if one.customer_reference in known and not _has_bundle(world, one)
    ]


def clerks_go_on(world: StormyWorld) -> None:
    """What the shop has canceled meanwhile is rejected; the rest goes one step further."""
    reason = next(iter(world.sap.customising.rejection_reasons))
    for entity_id in web_orders(world):
        for order in _in_sap(world, entity_id) if canceled(world, entity_id) else ():
            for item in order.items:
                item.rejection_reason = reason
            world.sap.store.save(order)
    play_round(world.sap)


def finish(world: StormyWorld) -> None:
    """Every delivery that has left gets its parcel numbers in the end."""
    for delivery in _deliveries(world):
        if delivery.goods_issue_at and not delivery.tracking:
            parcels = _parcels(delivery.number, 1)
            warehouse.set_tracking(world.sap, delivery.number, "DHL", parcels)


def _parcels(delivery_number: str, number: int) -> list[str]:
    return [f"P{delivery_number}-{at}" for at in range(number % 2, 1 + number % 3 or 1)]


def _sap_orders(world: StormyWorld) -> list[SalesOrder]:
    world.sap.run_updates()
    return sorted(world.sap.store.all(SalesOrder, newest=50), key=lambda one: one.number)


def _deliveries(world: StormyWorld) -> list[Delivery]:
    return sorted(world.sap.store.all(Delivery, newest=50), key=lambda one: one.number)


def _chosen(found: list[Any], number: int) -> list[Any]:
    return [found[number % len(found)]] if found else []


def _try(clerk: Callable[..., object], *arguments: Any) -> None:
    try:
        clerk(*arguments)
    except NotPossible:
        return


# ---- the portal's users
def click(world: StormyWorld, number: int) -> None:
    """Somebody presses Sync now, on an order or on all."""
    assert world.person is not None
    orders = world.orders()
    if number % 4 == 0 or not orders:
        clicks.sync_all_new_orders(world.person)
    elif number % 4 == 1:
        clicks.sync_all_deliveries(world.person)
        clicks.sync_all_billing_documents(world.person)
    else:
        clicks.sync_orders([orders[number % len(orders)]], world.person)


def resend(world: StormyWorld, number: int) -> None:
    """Finance has an invoice mailed once more."""
    assert world.person is not None
    invoices = Invoice.objects.order_by("sales_order__entity_id", "entity_id")
    clicks.resend_invoices(_chosen(list(invoices), number), world.person)


def retry(world: StormyWorld, _number: int = 0) -> None:
    """Somebody puts everything that stopped back to work."""
    assert world.person is not None
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION).order_by("pk")
    clicks.retry_tasks(stopped, world.person)


# ---- trouble of the remotes themselves
def sap_fails(world: StormyWorld, number: int) -> None:
    """A fault of SAP, once or a few times."""
    kind, operation = SAP_FAULTS[number % len(SAP_FAULTS)]
    world.sap_fails(kind, operation, times=1 + number % 3)


def shop_fails(world: StormyWorld, number: int) -> None:
    """A fault of the shop, once or a few times."""
    kind, status = SHOP_FAULTS[number % len(SHOP_FAULTS)]
    world.shop_fails(kind, times=1 + number % 3, status=status or 500)


VERBS: dict[str, Callable[[Any, int], None]] = {
    "place": place, "hold": hold, "unhold": unhold, "comment": comment, "edit": edit,
    "deliver": deliver, "pick": pick, "leave": leave, "track": track, "take back": take_back,
    "bill": bill, "cancel bill": cancel_bill, "click": click, "retry": retry,
    "resend": resend, "reject line": reject_line,
    "free goods": free_goods, "cartons": cartons,
    "sap fails": sap_fails, "shop fails": shop_fails,
}  # fmt: skip
