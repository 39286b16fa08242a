"""Turns a delivery that has left into one shipment of the shop, with its parcels and one notice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, partial

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.magento.records import MagentoShipment, ShipmentRequest
from sync.mirrors.added_lines import tell_of_goods
from sync.mirrors.mails import store_mail_queued
from sync.mirrors.parcels import by_parcel
from sync.mirrors.sap_quantities import delivered_quantities, departed
from sync.mirrors.shop_papers import store_shipment
from sync.mirrors.standing_for import made_by_us
from sync.mirrors.unwanted_goods import refuse_gone_anyway
from sync.models import OutboundDelivery, SalesOrder, Shipment
from sync.reading import Read
from sync.steps.papers import ensure_paper, read_back, read_order_again
from sync.steps.queued_mails import is_in_queue
from sync.steps.remote_writes import writing_to_shop
from sync.steps.shipping import tracks
from sync.steps.shipping.bundle_types import bundle_types
from sync.steps.shipping.sources import source_of
from sync.steps.shop_papers.paper import Paper
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.added_lines import SapQuantities
from sync.translate.hand_made import MadeByHand, shipped_ids
from sync.translate.marks import Mark
from sync.translate.open_quantities import OpenQuantities, shippable_quantities


def push_shipment(run: StepRun) -> str:
    if not run.delivery.is_goods_issued:
        return _not_gone(run.sales_order, run.delivery)
    return ensure_paper(run, ShipmentPaper)


def _not_gone(order: SalesOrder, delivery: OutboundDelivery) -> str:
    """Where the shop has announced goods that have not left, a person acts."""
    shipped = Shipment.objects.standing_for(delivery).filter(sales_order=order).first()
    if shipped is None:
        return told("Goods issue of {delivery} was taken back: nothing to ship.", delivery=delivery)
    raise RecordsDisagree(
        told(
            "Goods issue of delivery {delivery} was taken back in SAP, but the shop has "
            "shipped it (shipment {shipped}).",
            delivery=delivery,
            shipped=shipped,
        ),
        cause=PaperCause.GOODS_ISSUE_REVERSED,
        reference=order.increment_id,
    )


class ShipmentPaper(Paper[OutboundDelivery, MagentoShipment]):
    name, word = told("Shipment"), told("shipment")
    name_in_sap = told("Delivery")
    mark = Mark.DELIVERY
    nothing_yet = told(
        "Nothing to ship: no line of the web order has left, or no whole bundle yet."
    )
    mirrors = Shipment
    counted = "qty_shipped"

    @property
    def waits(self) -> str:
        return told("Delivery {delivery} is shipped there", delivery=self.document)

    @staticmethod
    def named(numbers: Sequence[str]) -> str:
        if len(numbers) == 1:
            return told("Shipment {shipment}", shipment=numbers[0])
        return told("Shipments {numbers}", numbers=", ".join(numbers))

    @property
    def document(self) -> OutboundDelivery:
        return self.run.delivery

    @cached_property
    def _bundle_types(self) -> dict[int, str]:
        return bundle_types(self.run, self.web_order)

    @cached_property
    def _held(self) -> SapQuantities:
        return delivered_quantities(self.order, self.document)

    @cached_property
    def _tracks(self) -> tuple[tracks.Track, ...]:
        return tracks.tracks_of(self.document)

    def search(self) -> Read[MagentoShipment]:
        search = self.run.magento().search_shipments
        return search(self.order.entity_id, is_repeated=self.run.is_repeated)

    def store(self, record: MagentoShipment, *, made_by_hand: bool) -> Shipment:
        return store_shipment(self.order, record, self.document, made_by_hand=made_by_hand)

    def is_made_by_hand(self, record: MagentoShipment) -> bool:
        """Asks the mirror as well, because a comment may be edited or misread."""
        if not super().is_made_by_hand(record):
            return False
        return record.entity_id not in made_by_us(self.order, Shipment, self.document)

    def documents(self) -> Sequence[OutboundDelivery]:
        return departed(self.order)

    def counted_ids(self) -> Collection[int]:
        return shipped_ids(self.web_order, self._bundle_types)

    def wanted_for(self, document: OutboundDelivery) -> OpenQuantities:
        held = self._held if document == self.document else None
        held = held or delivered_quantities(self.order, document)
        return shippable_quantities(self.web_order, held.now, held.before, self._bundle_types)

    def tied_later(self) -> Collection[int]:
        return self._held.items.tied.values()

    def tell(self) -> None:
        tell_of_goods(self.order, self.document, self._held)

    def known_pairs(
        self, papers: Mapping[int, MagentoShipment], documents: Mapping[int, OutboundDelivery]
    ) -> list[tuple[int, int]]:
        """Includes shipments that carry a parcel of a delivery."""
        tied = super().known_pairs(papers, documents)
        known = {paper for paper, _delivery in tied}
        rest = [one for key, one in papers.items() if key not in known]
        return tied + by_parcel(rest, documents)

    def keep_found(
        self, record: MagentoShipment, *, made_by_hand: bool
    ) -> tuple[MagentoShipment, str]:
        with self.run.storing():
            self.store(record, made_by_hand=made_by_hand)
        return self._correct(record, made_by_hand=made_by_hand)

    def keep_tied(
        self, found: MadeByHand[MagentoShipment, OutboundDelivery], *, made_by_hand: bool
    ) -> str:
        """Parcels that no shipment has yet go on the first one."""
        first, *others = found.standing_for(self.document.pk)
        elsewhere = {track.track_number for one in others for track in one.tracks}
        first, changed = self._correct(first, made_by_hand=made_by_hand, elsewhere=elsewhere)
        if not made_by_hand:
            tracks.store_notice_queued(self.run, self.order, first)
        return changed

    def _correct(
        self, record: MagentoShipment, *, made_by_hand: bool, elsewhere: Collection[str] = ()
    ) -> tuple[MagentoShipment, str]:
        changed = tracks.correct_tracks(
            self.run, self.order, record, made_by_hand=made_by_hand, elsewhere=elsewhere
        )
        if changed:
            record = read_back(self, record.entity_id)
            with self.run.storing():
                self.store(record, made_by_hand=made_by_hand)
            read_order_again(self)
        return record, changed

    def refuse_new(self) -> None:
        refuse_gone_anyway(self.order, self.document)

    def prepare(self, quantities: dict[int, Decimal]) -> Callable[[], int]:
        request = ShipmentRequest(
            quantities=quantities,
            tracks=self._tracks,
            marker=self.marker,
            notify=bool(self._tracks),  # without a parcel number it would have to be sent again
            source_code=source_of(self.run.shop, self.order, self.document),
        )
        return partial(self._create, request)

    def _create(self, request: ShipmentRequest) -> int:
        facts = tracks.parcels_to_remember(self.run, request.tracks)
        with writing_to_shop(self.run, self.order), self.run.calls.writing_ahead(**facts):
            return self.run.magento().create_shipment(self.order.entity_id, request)

    def is_mail_queued(self, made: MagentoShipment) -> bool:
        return is_in_queue(self.run, made)

    def keep_made(self, made: MagentoShipment, *, is_queued: bool) -> None:
        parcels = sorted({number for *_, number in self._tracks})
        shipment = store_shipment(self.order, made, self.document, parcels_sent=parcels)
        store_mail_queued(shipment, is_queued=is_queued)

    def outcome(self, made: MagentoShipment, *, is_queued: bool) -> str:
        """Raises ``OutcomeUnknown`` where the shop does not show a parcel yet."""
        tracks.refuse_missing_tracks(self.order, made, self._tracks)
        shipment = self.named([made.increment_id])
        if is_queued:
            return told(
                "{shipment} made and read back, its notice queued by the shop.", shipment=shipment
            )
        if made.email_sent:
            return told("{shipment} made and read back, customer told.", shipment=shipment)
        return told("{shipment} made and read back, customer not told.", shipment=shipment)
