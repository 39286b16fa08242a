"""Which shipments and invoices made by hand stand for which SAP documents. Pure.

An order paid online is invoiced by the shop at once; a person may ship or invoice some of it by
hand. Such a paper may stand for several SAP documents, and a document may need several such papers.
All quantities here are by the order item ids that count (``counted_ids``).

The portal and a person never share a document: papers made by hand cover it as a whole, or it is
not covered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Generic, TypeVar

from sync.magento.records import CONFIGURABLE, TOGETHER, MagentoDocumentItem, MagentoOrder
from sync.translate.open_quantities import OpenQuantities
from sync.translate.order_amounts import children_by_parent, is_dynamic_bundle

ZERO = Decimal(0)
Quantities = Mapping[int, Decimal]
Paper = TypeVar("Paper")
Document = TypeVar("Document")


@dataclass(frozen=True, slots=True)
class Held:
    """A paper of the shop or a document of SAP, under any key, with its quantities."""

    key: int
    quantities: Quantities


@dataclass(frozen=True, slots=True)
class Cover:
    """The papers that stand for a document, and what they lack of it."""

    papers: tuple[int, ...] = ()
    rest: Quantities = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        return bool(self.papers) and not self.rest


@dataclass(frozen=True, slots=True)
class MadeByHand(Generic[Paper, Document]):
    """Which papers made by hand stand for which of an order's documents, by their keys."""

    papers: dict[int, Paper]
    documents: dict[int, Document]
    held: list[Held]  # by the papers
    wanted: list[Held]  # by the documents
    covers: dict[int, Cover]

    def standing_for(self, document: int) -> list[Paper]:
        return [self.papers[key] for key in self.covers.get(document, Cover()).papers]

    def covers_all_of(self, document: int) -> bool:
        return self.covers.get(document, Cover()).is_whole


def wanted_by(document: int, open_quantities: OpenQuantities) -> Held:
    """On the lines that count, including quantities that do not fit the order."""
    asked = {line.item_id: line.quantity for line in open_quantities.asked}
    unfit = {one.item_id: one.wanted for one in open_quantities.disagreements}
    return Held(document, unfit | asked)


def invoiced_ids(order: MagentoOrder) -> frozenset[int]:
    """The lines that count in an invoice: the parent of a configurable and of a bundle with a fixed
    price, the parts of one with a dynamic price, any other line itself."""
    return _counted(order, by_parts=_dynamic_bundles(order))


def shipped_ids(order: MagentoOrder, bundle_types: Mapping[int, str]) -> frozenset[int]:
    """The lines that count in a shipment: the parent of a configurable and of a bundle that is
    shipped together, the parts of any other bundle, any other line itself."""
    whole = {item.item_id for item in order.items if item.product_type == CONFIGURABLE}
    whole |= {
        item.item_id
        for item in order.items
        if item.product_id and bundle_types.get(item.product_id) == TOGETHER
    }
    return _counted(order, by_parts=set(children_by_parent(order)) - whole)


def counted_quantities(
    items: Iterable[MagentoDocumentItem], ids: Collection[int]
) -> dict[int, Decimal]:
    """On the lines that count: a shipment or invoice lists both parents and parts."""
    found: dict[int, Decimal] = {}
    for item in items:
        if item.qty and item.order_item_id in ids:
            found[item.order_item_id] = found.get(item.order_item_id, ZERO) + item.qty
    return found


def covers_by_document(
    papers: Sequence[Held], documents: Sequence[Held], known: Collection[tuple[int, int]] = ()
) -> dict[int, Cover]:
    """Documents and papers are in the order they are to be used.

    ``known`` are pairs of paper and document that are already linked: they stay. Then a paper goes
    to the document with exactly its quantities, and the rest to any document they cover as a whole.
    If papers hold more than all documents, that is no error: SAP may have more to come.
    """
    pool = {paper.key: dict(paper.quantities) for paper in papers}
    left = {document.key: _some(document.quantities) for document in documents}
    taken: dict[int, list[int]] = {document.key: [] for document in documents}
    tied = [(paper, document) for paper, document in known if paper in pool and document in left]
    for paper, document in tied:
        taken[document].append(paper)
        _take(pool[paper], left[document])
    untouched = set(pool) - {paper for paper, _document in tied}
    for document, wanted in left.items():
        alike = next((key for key in pool if key in untouched and _some(pool[key]) == wanted), None)
        if wanted and not taken[document] and alike is not None:
            untouched.discard(alike)
            taken[document].append(alike)
            _take(pool[alike], wanted)
    for document, wanted in left.items():
        if wanted and _can_cover(pool.values(), wanted):
            taken[document] += [key for key in pool if _take(pool[key], wanted)]
    return {
        document: Cover(tuple(dict.fromkeys(keys)), left[document])
        for document, keys in taken.items()
    }


def linked_group(links: Collection[tuple[int, int]], document: int) -> tuple[set[int], set[int]]:
    """The papers and documents linked with a document, directly or through others: the sums of both
    must be equal."""
    papers: set[int] = set()
    documents = {document}
    while True:
        more = {paper for paper, other in links if other in documents} - papers
        if not more:
            return papers, documents
        papers |= more
        documents |= {other for paper, other in links if paper in papers}


def _dynamic_bundles(order: MagentoOrder) -> set[int]:
    items = {item.item_id: item for item in order.items}
    return {
        parent
        for parent, parts in children_by_parent(order).items()
        if items[parent].product_type != CONFIGURABLE and is_dynamic_bundle(items[parent], parts)
    }


def _counted(order: MagentoOrder, *, by_parts: Collection[int]) -> frozenset[int]:
    return frozenset(
        item.item_id
        for item in order.items
        if (item.parent_item_id in by_parts)
        or (item.parent_item_id is None and item.item_id not in by_parts)
    )


def _some(quantities: Quantities) -> dict[int, Decimal]:
    return {item: quantity for item, quantity in quantities.items() if quantity}


def _can_cover(pool: Iterable[Quantities], wanted: Quantities) -> bool:
    held = list(pool)
    return all(
        sum((one.get(item, ZERO) for one in held), ZERO) >= quantity
        for item, quantity in wanted.items()
    )


def _take(paper: dict[int, Decimal], wanted: dict[int, Decimal]) -> bool:
    """Take as much of what is wanted as the paper has; false if it has none."""
    found = False
    for item in list(wanted):
        quantity = min(paper.get(item, ZERO), wanted[item])
        if quantity <= 0:
            continue
        found = True
        paper[item] -= quantity
        wanted[item] -= quantity
        if not wanted[item]:
            del wanted[item]
    return found
