"""What people do to orders by hand meanwhile, and how each such order is expected to end.

The table is the demand: it is written first, and a run is judged by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from random import Random

from tests.chaos.stand_ins import Books, StandIn, valid_bills

CHECKED = "price_check"  # a status of the shop's own, which a rule of intake names
CHECK_SECONDS = 10
SHARE = 0.3  # of the orders
MOST_ASKING = Decimal("0.1")  # of the orders may need a person


class Moment(StrEnum):
    """When it happens."""

    PLACED = "just placed"
    CONFIRMED = "in SAP, its number in the shop, nothing delivered"
    SHIPPED = "left SAP and shipped in the shop, not billed"
    BILLED = "delivered, billed and invoiced whole"


class End(StrEnum):
    """How the order ends, if nobody touches the portal."""

    COMPLETE = "complete on both sides"
    CANCELED = "canceled on both sides, nothing delivered"
    REST = "the rest complete on both sides, one row tells of the line"


@dataclass(frozen=True, slots=True)
class Scene:
    """The order as it stands when it happens; ``sap`` is None before SAP knows it."""

    number: str
    shop: StandIn
    sap_system: StandIn
    books: Books
    sap: Books | None

    def in_shop(self, action: str, items: list[Books] | None = None, **arguments: float) -> bool:
        """What the shop's staff do; False where Magento refuses for now."""
        path = f"orders/{self.number}/{action}"
        return self.shop.post(path, items=items or [], arguments=arguments) is not None

    @property
    def lines(self) -> list[Books]:
        """Goods of which one piece can go and others stay."""
        plain = [
            line
            for line in self.books["order"]["items"]
            if line.get("product_type") == "simple" and not line.get("parent_item_id")
        ]
        return [line for line in plain if float(line["qty_ordered"]) >= 2]


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the table."""

    name: str
    moment: Moment
    end: End
    act: Callable[[Scene], bool]
    shapes: tuple[str, ...] = ()  # any when empty
    papers_by_hand: frozenset[str] = frozenset()  # "shipment", "invoice"
    refunds: bool = False  # before SAP took the order: only the rest goes there
    undo: Callable[[Scene], bool] | None = None  # some seconds later

    @property
    def calls_off(self) -> bool:
        """Whether SAP's clerks reject the order once they see it."""
        return self.end == End.CANCELED


def _cancel(scene: Scene) -> bool:
    return scene.in_shop("cancel")


def _check_the_price(scene: Scene) -> bool:
    """Whether the order has its own status no more; it goes to SAP only then."""
    order = scene.books["order"]
    if order["status"] != CHECKED:
        scene.in_shop("check")
        return False
    since = datetime.fromisoformat(order["updated_at"]).replace(tzinfo=UTC)
    is_over = datetime.now(UTC) - since > timedelta(seconds=CHECK_SECONDS)
    return is_over and scene.in_shop("release")


def _ship_all(scene: Scene) -> bool:
    return scene.in_shop("ship")


def _invoice_all(scene: Scene) -> bool:
    return scene.in_shop("invoice")


def _one_piece(scene: Scene) -> list[Books]:
    return [{"order_item_id": line["item_id"], "qty": 1} for line in scene.lines[:1]]


def _ship_in_parts(scene: Scene) -> bool:
    return scene.in_shop("ship", _one_piece(scene)) and scene.in_shop("ship")


def _invoice_in_parts(scene: Scene) -> bool:
    return scene.in_shop("invoice", _one_piece(scene)) and scene.in_shop("invoice")


def _pay_and_refund_one(scene: Scene) -> bool:
    """The freight stays: who refunds that as well is asked what SAP is to get."""
    return scene.in_shop("invoice") and scene.in_shop(
        "refund", _one_piece(scene), shipping_amount=0
    )


def _refund_all(scene: Scene) -> bool:
    return scene.in_shop("refund")


def _cancel_a_bill(scene: Scene) -> bool:
    """The clerks then bill the same once more."""
    valid = valid_bills(scene.sap or {"billing_documents": []})
    return bool(valid) and scene.sap_system.post(f"billing/{valid[0]['number']}/cancel") is not None


def _add_free_goods(scene: Scene) -> bool:
    """As a campaign in SAP does, or a clerk."""
    return _on_first_item(scene, "free-goods")


def _deliver_in_parts(scene: Scene) -> bool:
    return _on_first_item(scene, "parts")


def _deliver_in_cartons(scene: Scene) -> bool:
    """Deliveries and bills tell of a twelfth where the order tells of a piece."""
    return _on_first_item(scene, "cartons")


def _on_first_item(scene: Scene, action: str) -> bool:
    items = [one for one in (scene.sap or {"items": []})["items"] if one["is_delivered"]]
    if not items or scene.sap is None:
        return False
    path = f"orders/{scene.sap['number']}/items/{items[0]['item_number']}/{action}"
    return scene.sap_system.post(path) is not None


def _hold(scene: Scene) -> bool:
    return scene.in_shop("hold")


def _release(scene: Scene) -> bool:
    return scene.in_shop("unhold")


def _reject_a_line(scene: Scene) -> bool:
    """Only goods of which other lines stay."""
    items = scene.sap["items"] if scene.sap else []
    if len(items) < 2:
        return False
    number = items[-1]["item_number"]
    path = f"orders/{scene.sap['number']}/items/{number}/reject" if scene.sap else ""
    return scene.sap_system.post(path) is not None


def shipped_unbilled(scene: Scene) -> list[str]:
    """Deliveries that have left, are shipped in the shop and not billed."""
    comments = str([one.get("comments") for one in scene.books.get("shipments", ())])
    return [
        one["number"]
        for one in (scene.sap or {}).get("deliveries", ())
        if one["goods_movement_status"] == "C"
        and one["billing_status"] == "A"
        and one["number"] in comments
    ]


def _take_back_goods(scene: Scene) -> bool:
    """The clerks then post the goods issue once more."""
    found = shipped_unbilled(scene)
    path = f"deliveries/{found[0]}/reverse-goods-issue" if found else ""
    return bool(path) and scene.sap_system.post(path) is not None


CARDS = frozenset({"authorised", "paid-online", "ordered-online"})  # judged by the bank's book
PIECES = ("simple", "coupon", "grouped", "eur", "purchase-order", "gross-prices")
GOODS = (
    *PIECES,
    "configurable",
    "bundle-dynamic",
    "bundle-dynamic-together",
    "bundle-fixed",
    "mixed",
    "umlauts",
    "eur-coupon",
)  # the shop calls others complete once they are paid
EVENTS = (
    Event("canceled at once", Moment.PLACED, End.CANCELED, _cancel),
    Event("canceled after SAP took it", Moment.CONFIRMED, End.CANCELED, _cancel),
    Event("kept back by a status of the shop's own", Moment.PLACED, End.COMPLETE,
          _check_the_price),
    Event("shipped by hand", Moment.CONFIRMED, End.COMPLETE, _ship_all,
          shapes=PIECES, papers_by_hand=frozenset({"shipment"})),
    Event("shipped by hand in parts", Moment.CONFIRMED, End.COMPLETE, _ship_in_parts,
          shapes=PIECES, papers_by_hand=frozenset({"shipment"})),
    Event("paid online", Moment.PLACED, End.COMPLETE, _invoice_all,
          shapes=GOODS, papers_by_hand=frozenset({"invoice"})),
    Event("invoiced by hand", Moment.CONFIRMED, End.COMPLETE, _invoice_all,
          papers_by_hand=frozenset({"invoice"})),
    Event("invoiced by hand in parts", Moment.CONFIRMED, End.COMPLETE, _invoice_in_parts,
          shapes=PIECES, papers_by_hand=frozenset({"invoice"})),
    Event("a piece refunded before SAP took it", Moment.PLACED, End.COMPLETE, _pay_and_refund_one,
          shapes=PIECES, papers_by_hand=frozenset({"invoice"}), refunds=True),
    Event("SAP adds free goods", Moment.CONFIRMED, End.COMPLETE, _add_free_goods, shapes=PIECES),
    Event("SAP delivers the parts of a line", Moment.CONFIRMED, End.COMPLETE, _deliver_in_parts,
          shapes=PIECES),
    Event("delivered in cartons", Moment.CONFIRMED, End.COMPLETE, _deliver_in_cartons,
          shapes=PIECES),
    Event("a line rejected in SAP", Moment.CONFIRMED, End.REST, _reject_a_line,
          shapes=("simple",)),
    Event("put on hold after SAP took it, released later", Moment.CONFIRMED, End.COMPLETE, _hold,
          shapes=GOODS, undo=_release),
    Event("goods issue reversed and posted again", Moment.SHIPPED, End.COMPLETE, _take_back_goods,
          shapes=PIECES),
    Event("billed anew", Moment.BILLED, End.COMPLETE, _cancel_a_bill),
)  # fmt: skip


def choose(rng: Random, shape: str, share: float = SHARE) -> Event | None:
    """What is to happen to an order of this shape; mostly nothing."""
    if rng.random() >= share:
        return None
    if shape in CARDS:
        return None
    fitting = [one for one in EVENTS if not one.shapes or shape in one.shapes]
    return rng.choice(fitting)


def table() -> Iterator[str]:
    """The rows as docs/reliability.md shows them."""
    for event in EVENTS:
        yield f"| {event.name} | {event.moment} | {event.end} |"
