"""A Magento shop as the portal uses it: one method per thing asked of the shop.

Every method raises a ``SyncError`` and nothing else (``ValueError`` for a request that must never
be sent). A write raises ``OutcomeUnknown`` after anything but an answer: look before sending again.
The caller keeps all writes of one order in a row; the shop loses data otherwise (README "Races").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import requests
from requests.auth import AuthBase

from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteRejected, SyncError, UnexpectedRecord
from sync.exchanges import Exchange
from sync.magento.bodies import marker_of, quantities_of, track_of
from sync.magento.intake import OrderSearch, readable
from sync.magento.lists import RecordList
from sync.magento.narrowing import NO_DOUBTS, Doubts, Narrowing
from sync.magento.paging import PageSize, no_list, record_of, rows_of
from sync.magento.parsing import (
    mail_of,
    parse_invoice,
    parse_order,
    parse_shipment,
    parse_store_view,
    parse_track,
    shipment_type_of,
)
from sync.magento.records import (
    InvoiceRequest,
    MagentoInvoice,
    MagentoMail,
    MagentoOrder,
    MagentoShipment,
    MagentoStoreView,
    MagentoTrack,
    ShipmentRequest,
    UnreadableRecord,
)
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Search, equal
from sync.magento.transport import USUAL_LIMITS, TimeLimits, Transport, new_session
from sync.magento.versions import page_words

Record = TypeVar("Record")
LONGEST_EXT_ORDER_ID = 32  # cut silently beyond [447]
_PRODUCTS_AT_ONCE = 100


def _unobserved(exchange: Exchange) -> None:
    """Where nobody keeps a ledger."""


class MagentoClient:
    """One shop over REST. Threads need a client each: a session is not shared."""

    def __init__(
        self,
        base_url: str,
        auth: AuthBase,
        *,
        observe: Callable[[Exchange], None] = _unobserved,
        limits: TimeLimits = USUAL_LIMITS,
        session: requests.Session | None = None,
    ) -> None:
        self._http = Transport(base_url, auth, session or new_session(), limits, observe)
        self._sizes = PageSize()

    @property
    def base_url(self) -> str:
        """Where the shop is, up to the routes."""
        return self._http.base_url

    # ---- orders ----------------------------------------------------------------------------------
    def get_order(self, entity_id: int) -> MagentoOrder:
        """One order by entity_id; ``RemoteRejected`` with cause ``NOT_FOUND`` where none is."""
        route = f"orders/{int(entity_id)}"
        order = parse_order(record_of(self._http.get(route), route))
        return _of_order(order, order.entity_id, entity_id, "order")

    def search_orders(
        self,
        *,
        updated_from: datetime,
        store_ids: Collection[int] = (),
        page_size: int = 100,
        after: tuple[datetime, int] | None = None,
        doubts: Doubts = NO_DOUBTS,
    ) -> Iterator[MagentoOrder | UnreadableRecord]:
        """Orders changed at or after ``updated_from``, oldest change first, as pages arrive.

        ``after`` (updated_at, entity_id) starts behind a record that was seen. A record that
        cannot be read, or spoils its page, comes as an ``UnreadableRecord``, and the rest goes on.
        ``doubts`` is what is known of that beforehand.
        """
        search = OrderSearch(updated_from, tuple(sorted(store_ids)), page_size)
        narrowing = Narrowing("orders", partial(self._http.get, "orders"), doubts)
        return search.records(narrowing, after, self._sizes)

    def search_orders_by_increment_id(
        self,
        increment_id: str,
        unreadable: list[UnreadableRecord] | None = None,
        *,
        is_repeated: bool = False,
    ) -> list[MagentoOrder]:
        """The orders with that number: it is unique only within a store.

        Those that cannot be read are added to ``unreadable``; without it the first one raises.
        ``is_repeated`` as above.
        """
        listed = self._list("orders", equal("increment_id", increment_id), is_repeated=is_repeated)
        return listed.records(parse_order, self._sizes, unreadable)

    def look_for_order(self, entity_id: int) -> MagentoOrder | UnreadableRecord | None:
        """One order as the shop's list has it; None where it is on the list no more."""
        unreadable: list[UnreadableRecord] = []
        listed = self._list("orders", equal("entity_id", entity_id), is_repeated=True)
        found = listed.records(parse_order, self._sizes, unreadable)
        return found[0] if found else next(iter(unreadable), None)

    def set_ext_order_id(self, entity_id: int, ext_order_id: str) -> None:
        """Store the SAP number with the order [430]. Only these two members: others would be
        written as they are [441]. Never while a ship or invoice of that order may be running."""
        if not 0 < len(ext_order_id) <= LONGEST_EXT_ORDER_ID:
            raise ValueError(f"ext_order_id has 1 to {LONGEST_EXT_ORDER_ID} characters")
        entity = {"entity_id": int(entity_id), "ext_order_id": ext_order_id}
        self._http.post("orders", {"entity": entity})

    def probe_right_to_save_orders(self) -> None:
        """Learn whether ``set_ext_order_id`` is allowed, without writing anything.

        An order that holds nothing is refused to everybody: for want of a payment where the right
        is there [445], for want of the right otherwise [248-010]. Raises ``RemoteMisconfigured``
        that names the right as the shop does: it depends on the version (README "Versions" 2).
        """
        try:
            self._http.post_to_be_refused("orders", {"entity": {}})
        except RemoteRejected:
            return
        raise UnexpectedRecord(
            "The shop took an order that holds nothing.", cause=ShopCause.TOOK_EMPTY_ORDER
        )

    # ---- shipments -------------------------------------------------------------------------------
    def search_shipments(
        self,
        order_entity_id: int,
        unreadable: list[UnreadableRecord] | None = None,
        *,
        is_repeated: bool = False,
    ) -> list[MagentoShipment]:
        """All shipments of an order, oldest first; the others as for orders."""

        def parse(row: Any) -> MagentoShipment:
            found = parse_shipment(row)
            return _of_order(found, found.order_id, order_entity_id, "shipment")

        listed = self._list(
            "shipments", equal("order_id", order_entity_id), is_repeated=is_repeated
        )
        return listed.records(parse, self._sizes, unreadable)

    def create_shipment(self, order_entity_id: int, request: ShipmentRequest) -> int:
        """Ship exactly what is asked for; the shipment's entity_id [210].

        The shop cuts too large quantities silently [214, 264]: compare with what is open first.
        """
        body = {
            "items": quantities_of(request.quantities),
            "notify": request.notify,
            "tracks": [track_of(*track) for track in request.tracks],
            **marker_of(request.marker),
        }
        return self._created(f"order/{int(order_entity_id)}/ship", body)

    def add_track(
        self, shipment: MagentoShipment, carrier_code: str, title: str, track_number: str
    ) -> MagentoTrack:
        """A track of a shipment that exists; nothing keeps it from being there twice [271]."""
        entity: dict[str, Any] = track_of(carrier_code, title, track_number)
        entity |= {"order_id": shipment.order_id, "parent_id": shipment.entity_id}
        answer = self._http.post("shipment/track", {"entity": entity})
        return _after_write(parse_track, answer, "POST shipment/track")

    def delete_track(self, track_entity_id: int) -> None:
        """Take a track away; the shop answers the same for one that is not there [280]."""
        self._http.delete(f"shipment/track/{int(track_entity_id)}")

    def send_shipment_email(self, entity_id: int) -> bool:
        """The shop's word that it sent the mail, which is no proof (README "E-mail")."""
        return self._http.post(f"shipment/{int(entity_id)}/emails") is True

    # ---- invoices --------------------------------------------------------------------------------
    def search_invoices(
        self,
        order_entity_id: int,
        unreadable: list[UnreadableRecord] | None = None,
        *,
        is_repeated: bool = False,
    ) -> list[MagentoInvoice]:
        """All invoices of an order, oldest first; the others as for orders."""

        def parse(row: Any) -> MagentoInvoice:
            found = parse_invoice(row)
            return _of_order(found, found.order_id, order_entity_id, "invoice")

        listed = self._list("invoices", equal("order_id", order_entity_id), is_repeated=is_repeated)
        return listed.records(parse, self._sizes, unreadable)

    def mails_wanted(self, route: str, order_entity_id: int) -> set[int]:
        """The order's ``invoices`` or ``shipments`` the shop has mailed or is to mail; what no
        member of the answer tells, but the search ("Versions" 4)."""
        wanted = (*equal("order_id", order_entity_id), *equal("send_email", 1))
        return {row.entity_id for row in self._list(route, wanted).records(mail_of, self._sizes)}

    def mails_of(self, route: str, entity_ids: Collection[int]) -> list[MagentoMail]:
        """How the shop's mails of these ``invoices`` or ``shipments`` stand."""
        listed = ",".join(str(one) for one in sorted(entity_ids))
        found = self._list(route, ((Filter("entity_id", "in", listed),),))
        return found.records(mail_of, self._sizes)

    def create_invoice(self, order_entity_id: int, request: InvoiceRequest) -> int:
        """Invoice what is asked for; the invoice's entity_id [320]."""
        body = {
            "capture": request.capture,
            "items": quantities_of(request.quantities),
            "notify": request.notify,
            **marker_of(request.marker),
        }
        return self._created(f"order/{int(order_entity_id)}/invoice", body)

    def send_invoice_email(self, entity_id: int) -> bool:
        """As ``send_shipment_email``."""
        return self._http.post(f"invoices/{int(entity_id)}/emails") is True

    def add_invoice_comment(self, entity_id: int, comment: str) -> None:
        """A comment nobody is told of; nothing keeps it from being there twice [371]."""
        entity = {
            "parent_id": int(entity_id),
            "comment": comment,
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
        }
        self._http.post("invoices/comments", {"entity": entity})

    # ---- the shop itself -------------------------------------------------------------------------
    def get_bundle_shipment_types(self, product_ids: Collection[int]) -> dict[int, str]:
        """By bundle product id "together" or "separately"; what is not a bundle is left out.

        Needs a right to the catalogue: ``RemoteMisconfigured`` without it.
        """
        wanted = sorted(set(product_ids))
        types: dict[int, str] = {}
        for start in range(0, len(wanted), _PRODUCTS_AT_ONCE):
            ids = ",".join(str(number) for number in wanted[start : start + _PRODUCTS_AT_ONCE])
            groups = ((Filter("entity_id", "in", ids),),)
            for found in self._list("products", groups).records(shipment_type_of, self._sizes):
                types |= found
        return types

    def get_store_views(self) -> list[MagentoStoreView]:
        """The store views orders are placed in, without the admin's own [602, 600]."""
        configs = _listed(self._http.get("store/storeConfigs"), "store/storeConfigs")
        by_id = {config.get("id"): config for config in configs}
        views = _listed(self._http.get("store/storeViews"), "store/storeViews")
        return [parse_store_view(v, by_id.get(v.get("id"), {})) for v in views if v.get("id")]

    def ping(self, views: Sequence[MagentoStoreView] | None = None) -> str:
        """A line such as "3 store views, 63 orders"; raises what a first real call would raise.

        ``views`` are the store views where they have just been read.
        """
        stores = len(self.get_store_views() if views is None else views)
        search = Search((), page_size=1, fields="items[entity_id],total_count")
        answer = self._http.get("orders", search.query())
        rows_of(answer, "orders")
        orders = answer.get("total_count") or 0
        return f"{_counted(stores, 'store view')}, {_counted(orders, 'order')}"

    def newest_orders(self, most: int = 20) -> list[MagentoOrder]:
        """The newest orders that can be read."""
        size = self._sizes.fitting(most)
        search = Search((), sort=("entity_id",), page_size=size, descending=True)
        try:
            rows = rows_of(self._http.get("orders", search.query()), "orders")
        except PageTooLarge as refusal:
            self._sizes.learn(refusal, size)
            return self.newest_orders(most)
        return [one for row in rows if isinstance(one := readable(row), MagentoOrder)]

    def version_page(self) -> str:
        """Such as "Magento/2.4 (Community)": no patch; empty where the shop does not say."""
        try:
            return page_words(self._http.get_page("magento_version"))
        except SyncError:
            return ""

    def probe(self, route: str) -> Any:
        """One small read of a route, to learn whether it is allowed; raises as any read does."""
        search = Search((), page_size=1)
        return self._http.get(route, search.query())

    def modules(self) -> list[str]:
        """The names of the shop's modules [608]; needs a right of its own."""
        answer = self._http.get("modules")
        if not isinstance(answer, list):
            raise no_list("modules")
        return [str(name) for name in answer]

    @property
    def server_time(self) -> datetime | None:
        """The shop's clock as of its last answer; None where it sent no date."""
        return self._http.server_time

    # ---- shared ----------------------------------------------------------------------------------
    def _list(
        self, route: str, groups: tuple[tuple[Filter, ...], ...], *, is_repeated: bool = False
    ) -> RecordList:
        return RecordList(route, groups, partial(self._http.get, route), is_repeated)

    def _created(self, route: str, body: dict[str, Any]) -> int:
        """The new entity_id, which comes as a JSON string (``"40"``)."""
        answer = self._http.post(route, body)
        text = str(answer) if isinstance(answer, str | int) else ""
        if text.isascii() and text.isdigit() and int(text) > 0:
            return int(text)
        raise _unclear(f"POST {route}")


def _after_write(parse: Callable[[Any], Record], answer: Any, operation: str) -> Record:
    try:
        return parse(answer)
    except UnexpectedRecord as error:
        raise _unclear(operation) from error


def _of_order(record: Record, order_entity_id: int, asked_for: int, what: str) -> Record:
    """The record, if it is the asked order's: another's would be written to in its name."""
    if order_entity_id != asked_for:
        raise UnexpectedRecord(
            f"The shop answered with the {what} of another order than asked for.",
            cause=ShopCause.UNREADABLE,
            detail=what,
        )
    return record


def _unclear(operation: str) -> SyncError:
    return OutcomeUnknown(
        f"The shop accepted {operation}, but its answer does not say what it made.",
        cause=ShopCause.ANSWER_UNCLEAR,
        reference=operation,
    )


def _listed(answer: Any, route: str) -> list[dict[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise no_list(route)
    return answer


def _counted(number: Any, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
