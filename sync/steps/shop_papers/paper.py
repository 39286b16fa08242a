"""A paper of the shop that stands for a document of SAP: what each kind has to answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Generic, TypeVar

from sync.magento.records import MagentoInvoice, MagentoOrder, MagentoShipment
from sync.mirrors.standing_for import Counted, ShopPaper, tied_pairs
from sync.models import BillingDocument, OutboundDelivery, SalesOrder
from sync.reading import Read
from sync.steps.step_run import StepRun
from sync.translate.hand_made import MadeByHand
from sync.translate.marks import Mark
from sync.translate.open_quantities import OpenQuantities

Record = TypeVar("Record", MagentoShipment, MagentoInvoice)
Document = TypeVar("Document", OutboundDelivery, BillingDocument)


@dataclass(frozen=True)
class Paper(ABC, Generic[Document, Record]):
    """The paper for the order's part of a document; a subclass says what is special to its kind."""

    run: StepRun
    order: SalesOrder
    web_order: MagentoOrder  # as it was before anything is written
    is_further: bool = False  # beside the first one, for what a person tied later

    name: ClassVar[str]
    word: ClassVar[str]  # the same, within a sentence
    name_in_sap: ClassVar[str]
    mark: ClassVar[Mark]
    nothing_yet: ClassVar[str]
    mirrors: ClassVar[type[ShopPaper]]
    counted: ClassVar[Counted]  # on the order's lines

    @property
    @abstractmethod
    def waits(self) -> str:
        """What SAP's document waits for."""

    @staticmethod
    @abstractmethod
    def named(numbers: Sequence[str]) -> str:
        """Papers of the shop in words."""

    @property
    @abstractmethod
    def document(self) -> Document:
        """The task's."""

    @property
    def marker(self) -> str:
        own = self.mark.comment_for(self.document)
        return f"{own}, tied later" if self.is_further else own

    @property
    def may_differ(self) -> bool:
        return False

    @abstractmethod
    def search(self) -> Read[Record]:
        """All papers of this kind that the order has in the shop, oldest first."""

    @abstractmethod
    def store(self, record: Record, *, made_by_hand: bool) -> ShopPaper:
        """Stores the mirror, and lets it stand for the document."""

    def counts_in_shop(self, record: Record) -> bool:
        return True

    def is_made_by_hand(self, record: Record) -> bool:
        return self.marker not in record.comments

    def take_over(self, records: Sequence[Record]) -> str:
        """Lets papers of a document that this one replaces stand for it; returns what was done."""
        return ""

    @abstractmethod
    def documents(self) -> Sequence[Document]:
        """The order's documents that want such a paper, in the sequence in which they get one."""

    @abstractmethod
    def counted_ids(self) -> Collection[int]:
        """The order item ids that count."""

    @abstractmethod
    def wanted_for(self, document: Document) -> OpenQuantities:
        """The document's quantities by the shop's order item ids."""

    def known_pairs(
        self, papers: Mapping[int, Record], documents: Mapping[int, Document]
    ) -> list[tuple[int, int]]:
        """Pairs of paper and document that belong together whatever they hold."""
        return tied_pairs(self.order, self.mirrors)

    @abstractmethod
    def keep_found(self, record: Record, *, made_by_hand: bool) -> tuple[Record, str]:
        """Stores the paper and what belongs to it, and corrects differences; returns what
        changed."""

    @abstractmethod
    def keep_tied(self, found: MadeByHand[Record, Document], *, made_by_hand: bool) -> str:
        """Corrects or refuses differences in papers just tied; returns what changed."""

    def refuse_new(self) -> None:
        """Raises where the shop must not get the paper at all."""
        return

    @abstractmethod
    def prepare(self, quantities: dict[int, Decimal]) -> Callable[[], int]:
        """Returns the call that creates the paper within ``writing_to_shop`` and returns its
        ``entity_id``. Raises ``MappingMissing`` before anybody is asked to make it."""

    @abstractmethod
    def is_mail_queued(self, made: Record) -> bool:
        """Whether the shop has yet to mail the new paper; it may have to be asked."""

    @abstractmethod
    def keep_made(self, made: Record, *, is_queued: bool) -> None:
        """Stores the new paper with all that belongs to it, within a transaction of the caller."""

    @abstractmethod
    def outcome(self, made: Record, *, is_queued: bool) -> str:
        """Says that the paper was made, and what the customer was told."""

    def tied_later(self) -> Collection[int]:
        """The order item ids that a further paper may be made for."""
        return ()

    def keep_further(self, first: Record, further: Sequence[Record]) -> None:
        """Stores further papers for the document, and lets them stand for it."""
        for one in further:
            self.store(one, made_by_hand=True)

    def money_outcome(self, record: Record, web_order: MagentoOrder) -> str:
        """Follows the outcome's sentence; raises where money that had to move did not."""
        return ""

    def tell(self) -> None:
        """Raises ``RecordsDisagree`` where the shop has all it can get of the document, and a
        person has to hear of the rest."""
        return
