"""Links the shop's papers to SAP documents: the portal's own to one, others to one or more."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from sync.mirrors.news import note_news
from sync.models import BillingDocument, Invoice, OutboundDelivery, SalesOrder, Shipment

ShopPaper = Shipment | Invoice
SapDocument = OutboundDelivery | BillingDocument
Counted = Literal["qty_shipped", "qty_invoiced"]  # by papers, on the order's lines


def columns_of(paper: ShopPaper | type[ShopPaper]) -> tuple[str, str]:
    model = paper if isinstance(paper, type) else type(paper)
    if issubclass(model, Shipment):
        return "delivery", "further_deliveries"
    return "billing_document", "further_documents"


def tie(paper: ShopPaper, document: SapDocument) -> None:
    """The first document goes into the paper's own column, later ones into the relation."""
    first, further = columns_of(paper)
    if getattr(paper, f"{first}_id") is None:
        type(paper).objects.filter(pk=paper.pk).update(**{first: document})
        setattr(paper, first, document)
    elif getattr(paper, f"{first}_id") != document.pk:
        getattr(paper, further).add(document)
    note_news(document)


def untie(paper: ShopPaper, document: SapDocument) -> None:
    first, further = columns_of(paper)
    others = getattr(paper, further)
    if getattr(paper, f"{first}_id") == document.pk:
        following = others.order_by("pk").first()
        type(paper).objects.filter(pk=paper.pk).update(**{first: following})
        setattr(paper, first, following)
        document = following or document
    others.remove(document)


def move_link(
    order: SalesOrder, papers: type[ShopPaper], entity_id: int, document: SapDocument
) -> None:
    """Moves the portal's own mirror for a document to another ``entity_id``.

    A shop restored from a backup, or one misread before, shows the same paper under another key.
    """
    first, _further = columns_of(papers)
    known = papers._default_manager.filter(sales_order=order)
    linked = known.filter(**{first: document}).exclude(entity_id=entity_id)
    ours = linked.filter(is_made_by_hand=False)
    if known.filter(entity_id=entity_id).exists() or not ours:
        linked.update(**{first: None})
    else:
        linked.filter(is_made_by_hand=True).update(**{first: None})
        ours.update(entity_id=entity_id)


def tied_pairs(order: SalesOrder, papers: type[ShopPaper]) -> list[tuple[int, int]]:
    """Pairs of the paper's ``entity_id`` and the document's key."""
    pairs: list[tuple[int, int]] = []
    first, further = columns_of(papers)
    for paper in papers._default_manager.filter(sales_order=order).prefetch_related(further):
        if (key := getattr(paper, f"{first}_id")) is not None:
            pairs.append((paper.entity_id, key))
        pairs += [(paper.entity_id, one.pk) for one in getattr(paper, further).all()]
    return pairs


def made_by_us(order: SalesOrder, papers: type[ShopPaper], document: SapDocument) -> set[int]:
    """As far as the portal knows: a comment in the shop may be edited or misread."""
    first, _further = columns_of(papers)
    ours = papers._default_manager.filter(sales_order=order, is_made_by_hand=False)
    return set(ours.filter(**{first: document}).values_list("entity_id", flat=True))


def tie_only(
    order: SalesOrder,
    papers: type[ShopPaper],
    document: SapDocument,
    entity_ids: Collection[int],
    in_shop: Collection[int],
) -> None:
    """Unties all papers of the order from the document, except those with these ids.

    A paper that a restored shop shows under another key keeps its mirror, and so its mails.
    """
    known = papers._default_manager.filter(sales_order=order)
    standing = {entity_id for entity_id, key in tied_pairs(order, papers) if key == document.pk}
    for paper in known.filter(entity_id__in=standing - set(entity_ids)):
        mirrored = set(known.filter(entity_id__in=entity_ids).values_list("entity_id", flat=True))
        moved = [one for one in entity_ids if one not in mirrored]
        if moved and paper.entity_id not in in_shop:
            known.filter(pk=paper.pk).update(entity_id=moved[0])
        else:
            untie(paper, document)
