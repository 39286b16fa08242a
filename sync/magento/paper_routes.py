"""Shipments and invoices: found by their order, made, mailed, and written on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RemoteRejected, SyncError, UnexpectedRecord
from sync.magento.bodies import (
    marker_payload,
    quantities_payload,
    source_payload,
    track_payload,
)
from sync.magento.lists import RecordList
from sync.magento.narrowing import Doubts
from sync.magento.paging import PageSize, of_order
from sync.magento.parsing import parse_invoice, parse_mail, parse_shipment, parse_track
from sync.magento.records import (
    InvoiceRequest,
    MagentoInvoice,
    MagentoMail,
    MagentoShipment,
    MagentoTrack,
    ShipmentRequest,
)
from sync.magento.search import Filter, Groups, equal
from sync.magento.transport import Transport
from sync.names.calls import shop_call_name
from sync.reading import Read
from sync.told import told

Record = TypeVar("Record")
MAIL = "items[entity_id,email_sent],total_count"


class PaperRoutes:
    _http: Transport
    _sizes: PageSize

    def search_shipments(
        self, order_entity_id: int, *, is_repeated: bool = False
    ) -> Read[MagentoShipment]:
        """Oldest first."""

        def parse(row: Any) -> MagentoShipment:
            found = parse_shipment(row)
            return of_order(found, found.order_id, order_entity_id, "shipment")

        of_it = equal("order_id", order_entity_id)
        doubts = Doubts(is_repeated=is_repeated)
        listed = RecordList(self._http.get, self._sizes, "shipments", of_it, doubts)
        return listed.read(parse)

    def create_shipment(self, order_entity_id: int, request: ShipmentRequest) -> int:
        """Ship exactly these quantities; returns the shipment's entity_id [210].

        The shop cuts quantities that are too large silently [214, 264]: compare with what is open
        first.
        """
        body = {
            "items": quantities_payload(request.quantities),
            "notify": request.notify,
            "tracks": [track_payload(*track) for track in request.tracks],
            **marker_payload(request.marker),
            **source_payload(request.source_code),
        }
        return self._created(f"order/{int(order_entity_id)}/ship", body)

    def probe_right_to(self, action: str) -> None:
        """Learn whether "ship" or "invoice" is allowed, without writing anything: no order has the
        id 0, and the shop looks at the right first. Raises ``RemoteMisconfigured`` without it."""
        try:
            self._http.post_to_be_refused(f"order/0/{action}", {})
        except RemoteRejected:
            return
        raise UnexpectedRecord(
            told(
                "The shop let an order that cannot exist go through POST order/0/{action}.",
                action=action,
            ),
            cause=ShopCause.TOOK_EMPTY_ORDER,
        )

    def add_track(
        self, shipment: MagentoShipment, carrier_code: str, title: str, track_number: str
    ) -> MagentoTrack:
        """Not idempotent: the shop accepts the same track twice [271]."""
        entity: dict[str, Any] = track_payload(carrier_code, title, track_number)
        entity |= {"order_id": shipment.order_id, "parent_id": shipment.entity_id}
        answer = self._http.post("shipment/track", {"entity": entity})
        return _after_write(parse_track, answer, "POST shipment/track")

    def delete_track(self, track_entity_id: int) -> None:
        """The shop answers the same for a track that does not exist [280]."""
        self._http.delete(f"shipment/track/{int(track_entity_id)}")

    def send_shipment_email(self, entity_id: int) -> bool:
        """Whether the shop says it sent the mail, which is no proof (README "E-mail")."""
        return self._http.post(f"shipment/{int(entity_id)}/emails") is True

    def search_invoices(
        self, order_entity_id: int, *, is_repeated: bool = False
    ) -> Read[MagentoInvoice]:
        """Oldest first."""

        def parse(row: Any) -> MagentoInvoice:
            found = parse_invoice(row)
            return of_order(found, found.order_id, order_entity_id, "invoice")

        of_it = equal("order_id", order_entity_id)
        doubts = Doubts(is_repeated=is_repeated)
        listed = RecordList(self._http.get, self._sizes, "invoices", of_it, doubts)
        return listed.read(parse)

    def create_invoice(self, order_entity_id: int, request: InvoiceRequest) -> int:
        """Returns the invoice's entity_id [320]."""
        body = {
            "capture": request.capture,
            "items": quantities_payload(request.quantities),
            "notify": request.notify,
            **marker_payload(request.marker),
        }
        return self._created(f"order/{int(order_entity_id)}/invoice", body)

    def send_invoice_email(self, entity_id: int) -> bool:
        """As ``send_shipment_email``."""
        return self._http.post(f"invoices/{int(entity_id)}/emails") is True

    def add_invoice_comment(self, entity_id: int, comment: str) -> None:
        """Notifies nobody. Not idempotent: the shop accepts the same comment twice [371]."""
        entity = {
            "parent_id": int(entity_id),
            "comment": comment,
            "is_customer_notified": 0,
            "is_visible_on_front": 0,
        }
        self._http.post("invoices/comments", {"entity": entity})

    def get_ids_with_mail(self, route: str, order_entity_id: int) -> set[int]:
        """Of the order's ``invoices`` or ``shipments``, those the shop has mailed or will mail.
        Only a search tells; no member of the answer does ("Versions" 4)."""
        wanted = (*equal("order_id", order_entity_id), *equal("send_email", 1))
        return {mail.entity_id for mail in self._mails(route, wanted)}

    def search_mails(self, route: str, entity_ids: Collection[int]) -> list[MagentoMail]:
        """``route`` is ``invoices`` or ``shipments``."""
        listed = ",".join(str(one) for one in sorted(entity_ids))
        return self._mails(route, ((Filter("entity_id", "in", listed),),))

    def _mails(self, route: str, groups: Groups) -> list[MagentoMail]:
        listed = RecordList(self._http.get, self._sizes, route, groups, fields=MAIL)
        return listed.records(parse_mail)

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


def _unclear(operation: str) -> SyncError:
    return OutcomeUnknown(
        told(
            "The shop was asked to {call}, and its answer does not say what it made.",
            call=shop_call_name(operation),
        ),
        cause=ShopCause.ANSWER_UNCLEAR,
        reference=operation,
    )
