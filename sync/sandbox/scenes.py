"""The five scenes, played from outside: through the portal's pages and the stand-ins' own books."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests

from sync.sandbox.portal_visitor import SceneFailed, Visitor, wait_for

Books = dict[str, Any]
CARRIER, PARCEL = "DHL", "JD0146000038"


@dataclass
class Play:
    """The addresses, and what earlier scenes found out for the later ones."""

    portal: str
    shop: str
    sap: str
    shape: str = "simple"
    by_hand: bool = True
    shop_version: str = ""  # the Magento version the shop plays meanwhile; "": as it does now
    increment_id: str = ""
    sap_order: str = ""
    delivery: str = ""
    billing_document: str = ""
    has_goods: bool = True  # services and downloads are billed from the order, without a delivery
    people: dict[str, Visitor] = field(default_factory=dict)

    def person(self, name: str) -> Visitor:
        """A signed-in person of that role."""
        if name not in self.people:
            self.people[name] = Visitor(self.portal, name)
        return self.people[name]

    def in_shop(self) -> Books:
        """The shop's own books of the order."""
        return dict(_get(f"{self.shop}/sandbox/orders", increment_id=self.increment_id))

    def in_sap(self) -> list[Books]:
        """SAP's own books: every order that carries the web order's number."""
        books = _get(f"{self.sap}/sandbox/orders", customer_reference=self.increment_id)
        return list(books["orders"])

    def press(self, name: str, path: str) -> None:
        """A click; in a play that runs by itself nobody clicks."""
        if self.by_hand:
            self.person(name).click(path)


def place_and_sync(play: Play) -> Iterator[str]:
    """A web order is placed; one click brings it into SAP."""
    placed = _post(f"{play.shop}/sandbox/orders", shape=play.shape)["orders"][0]
    play.increment_id = placed["increment_id"]
    play.has_goods = not play.in_shop()["order"]["is_virtual"]
    yield f"shop: web order {play.increment_id} placed"
    play.press("sales", "/orders/sync-all/")
    held = wait_for(play.in_sap, f"an order with reference {play.increment_id} in SAP")
    if len(held) != 1:
        raise SceneFailed(f"SAP holds {len(held)} orders for one web order")
    play.sap_order = held[0]["number"]
    yield f"SAP: one sales order {play.sap_order} carries {play.increment_id}"
    wait_for(
        lambda: play.in_shop()["order"].get("ext_order_id") == play.sap_order,
        "the SAP number in the shop's order",
    )
    yield f"shop: the order carries {play.sap_order}"
    sales = play.person("sales")
    page = wait_for(lambda: sales.path_of(play.increment_id), "the order in the portal")
    wait_for(lambda: "Verified" in sales.page(page), "“Verified” on the order's page")
    yield f"portal: {page} shows {play.sap_order}, verified"


def find_in_sap(play: Play) -> Iterator[str]:
    """The SAP order is found by its Magento order number."""
    held = play.in_sap()
    if [order["number"] for order in held] != [play.sap_order]:
        raise SceneFailed(f"the look-up by {play.increment_id} found {len(held)} orders")
    yield f"SAP: look-up by {play.increment_id} finds {play.sap_order}"
    sales = play.person("sales")
    if sales.path_of(play.sap_order) != sales.path_of(play.increment_id):
        raise SceneFailed("the portal's search leads to different pages for the two numbers")
    yield "portal: both numbers lead to the same page"


def pick(play: Play) -> Iterator[str]:
    """The warehouse picks it; the pick time shows in the portal."""
    if not play.has_goods:
        yield "nothing to pick: services and downloads have no delivery"
        return
    made = _post(f"{play.sap}/sandbox/orders/{play.sap_order}/deliveries")["deliveries"]
    play.delivery = made[0]
    _post(f"{play.sap}/sandbox/deliveries/{play.delivery}/pick")
    yield f"SAP: delivery {play.delivery} created and picked"
    play.press("logistics", "/deliveries/sync-all/")
    logistics = play.person("logistics")
    page = wait_for(lambda: logistics.path_of(play.delivery), "the delivery in the portal")
    wait_for(lambda: "recorded in sap" in logistics.page(page).lower(), "the pick time on its page")
    yield f"portal: {page} shows it picked, with time and source"


def ship(play: Play) -> Iterator[str]:
    """Goods issue with a tracking number; the shop ships, the customer is told."""
    if not play.has_goods:
        yield "nothing to ship: the shop needs no shipment"
        return
    parcel = f"{PARCEL}{play.increment_id[-6:]}"
    _post(
        f"{play.sap}/sandbox/deliveries/{play.delivery}/goods-issue",
        carrier=CARRIER,
        tracking=[parcel],
    )
    yield f"SAP: goods issue posted with parcel {parcel}"
    play.press("logistics", "/deliveries/sync-all/")
    shipment = wait_for(lambda: _only(play.in_shop()["shipments"]), "the shipment in the shop")
    numbers = [track["track_number"] for track in shipment["tracks"]]
    if numbers != [parcel]:
        raise SceneFailed(f"the shipment carries {numbers} and not {parcel}")
    yield f"shop: shipment {shipment['increment_id']} carries the parcel"
    wait_for(lambda: len(_mails(play, "shipped")) == 1 or None, "one shipment mail")
    yield "mailbox: the customer got one shipment mail"


def bill_and_resend(play: Play) -> Iterator[str]:
    """Billing creates the invoice in the shop, mails it; finance sends it again."""
    source = {"delivery": play.delivery} if play.has_goods else {"order": play.sap_order}
    made = _post(f"{play.sap}/sandbox/billing", **source)["billing_documents"]
    play.billing_document = made[0]
    yield f"SAP: billing document {play.billing_document} created"
    play.press("finance", "/invoices/sync-all/")
    invoice = wait_for(lambda: _only(play.in_shop()["invoices"]), "the invoice in the shop")
    yield f"shop: invoice {invoice['increment_id']}, order {play.in_shop()['order']['state']}"
    wait_for(lambda: len(_mails(play, "Invoice")) == 1 or None, "one invoice mail")
    yield "mailbox: the customer got one invoice mail"
    finance = play.person("finance")
    found = wait_for(lambda: finance.path_of(play.billing_document), "the invoice in the portal")
    page = wait_for(lambda: finance.link_on(found, r"/invoices/\d+/"), "a link to the invoice")
    wait_for(lambda: invoice["increment_id"] in finance.page(page), "its number on that page")
    finance.click(f"{page}resend/", confirmed="yes")
    wait_for(lambda: len(_mails(play, "Invoice")) == 2 or None, "the second invoice mail")
    yield "mailbox: finance sent it again, and only once"
    sales = play.person("sales")
    order = sales.path_of(play.increment_id)
    wait_for(lambda: "Complete" in sales.page(order), "“Complete” on the order's page")
    yield f"portal: {order} says Complete"


SCENES: list[Callable[[Play], Iterator[str]]] = [
    place_and_sync,
    find_in_sap,
    pick,
    ship,
    bill_and_resend,
]


def perform(play: Play, tell: Callable[[str], None]) -> bool:
    """Play all scenes, telling what is seen; False as soon as one fails.

    The shop plays ``play.shop_version`` meanwhile, and what it played before afterwards.
    """
    if not play.shop_version:
        return _perform(play, tell)
    settings = f"{play.shop}/sandbox/settings"
    try:
        before = _get(settings)["version"]
        _post(settings, version=play.shop_version)
        tell(f"The shop is a Magento {play.shop_version}.")
        try:
            return _perform(play, tell)
        finally:
            _post(settings, version=before)
    except requests.RequestException as error:
        tell(f"FAILED: {error}")
        return False


def _perform(play: Play, tell: Callable[[str], None]) -> bool:
    for number, scene in enumerate(SCENES, start=1):
        tell(f"Scene {number}: {(scene.__doc__ or '').strip()}")
        try:
            for seen in scene(play):
                tell(f"   {seen}")
        except (SceneFailed, requests.RequestException, LookupError) as error:
            tell(f"   FAILED: {error}")
            return False
    return True


def _mails(play: Play, word: str) -> list[Books]:
    mails = _get(f"{play.shop}/sandbox/mails", increment_id=play.increment_id)["mails"]
    return [mail for mail in mails if word in mail["subject"]]


def _only(found: list[Books]) -> Books | None:
    if len(found) > 1:
        raise SceneFailed(f"{len(found)} documents where one was due")
    return found[0] if found else None


def _get(address: str, **query: str) -> Any:
    answer = requests.get(address, params=query, timeout=20)
    answer.raise_for_status()
    return answer.json()


def _post(address: str, **body: Any) -> Any:
    answer = requests.post(address, json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()
