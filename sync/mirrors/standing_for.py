"""Which of SAP's documents a paper of the shop stands for: one of ours for one, others for more."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sync.models import BillingDocument, Invoice, OutboundDelivery, SalesOrder, Shipment

Paper = Shipment | Invoice
Document = OutboundDelivery | BillingDocument


def tie(paper: Paper, document: Document) -> None:
    """Let the paper stand for this document too; the first one is named in its own column."""
    first, further = _columns(paper)
    if getattr(paper, f"{first}_id") is None:
        type(paper).objects.filter(pk=paper.pk).update(**{first: document})
        setattr(paper, first, document)
    elif getattr(paper, f"{first}_id") != document.pk:
        getattr(paper, further).add(document)


def untie(paper: Paper, document: Document) -> None:
    """Let the paper stand for this document no longer."""
    first, further = _columns(paper)
    others = getattr(paper, further)
    if getattr(paper, f"{first}_id") == document.pk:
        following = others.order_by("pk").first()
        type(paper).objects.filter(pk=paper.pk).update(**{first: following})
        setattr(paper, first, following)
        document = following or document
    others.remove(document)


def tied_pairs(order: SalesOrder, papers: type[Paper]) -> list[tuple[int, int]]:
    """The ``entity_id`` of each of the order's papers with the key of each document it is for."""
    pairs: list[tuple[int, int]] = []
    first, further = _columns(papers)
    for paper in papers._default_manager.filter(sales_order=order).prefetch_related(further):
        if (key := getattr(paper, f"{first}_id")) is not None:
            pairs.append((paper.entity_id, key))
        pairs += [(paper.entity_id, one.pk) for one in getattr(paper, further).all()]
    return pairs


def leave_to(
    standing: Iterable[Paper],
    document: Document,
    entity_ids: Collection[int],
    in_shop: Collection[int],
) -> None:
    """Of the papers that stand for the document, let only those with these ids do so.

    A paper that a restored shop shows under another key keeps its mirror, and so its mails.
    """
    for paper in list(standing):
        if paper.entity_id in entity_ids:
            continue
        known = type(paper).objects.filter(sales_order=paper.sales_order_id)
        mirrored = set(known.filter(entity_id__in=entity_ids).values_list("entity_id", flat=True))
        moved = [one for one in entity_ids if one not in mirrored]
        if moved and paper.entity_id not in in_shop:
            known.filter(pk=paper.pk).update(entity_id=moved[0])
        else:
            untie(paper, document)


def _columns(paper: Paper | type[Paper]) -> tuple[str, str]:
    model = paper if isinstance(paper, type) else type(paper)
    if issubclass(model, Shipment):
        return "delivery", "further_deliveries"
    return "billing_document", "further_documents"
