"""Which papers made by hand stand for which documents of SAP."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sync.magento.records import MagentoDocumentItem
from sync.translate.hand_made import (
    Cover,
    Held,
    counted_quantities,
    covers_by_document,
    invoiced_ids,
    linked_group,
    shipped_ids,
)
from tests.translate.test_open_quantities import FIRST, PARENT, SECOND, bundle_order

A, B = 1, 2


def held(key: int, **quantities: int) -> Held:
    items = {"a": A, "b": B}
    return Held(key, {items[name]: Decimal(number) for name, number in quantities.items()})


def papers_by_document(
    papers: list[Held], documents: list[Held], known: list[tuple[int, int]] | None = None
) -> dict[int, tuple[int, ...]]:
    found = covers_by_document(papers, documents, known or [])
    return {key: cover.papers for key, cover in found.items()}


@pytest.mark.parametrize(
    ("papers", "documents", "expected"),
    [
        # one paper, one document
        ([held(7, a=2)], [held(1, a=2)], {1: (7,)}),
        # one paper for several documents, and for more than there is so far
        ([held(7, a=2, b=1)], [held(1, a=1), held(2, a=1, b=1)], {1: (7,), 2: (7,)}),
        ([held(7, a=2, b=1)], [held(1, a=1)], {1: (7,)}),
        # several papers for one document
        ([held(7, a=2), held(8, b=1)], [held(1, a=2, b=1)], {1: (7, 8)}),
        # a document just like a paper gets it, whatever comes first
        ([held(7, a=2), held(8, a=1)], [held(1, a=1), held(2, a=2)], {1: (8,), 2: (7,)}),
        # a part made by hand covers nothing: the document is left as it is
        ([held(7, a=1)], [held(1, a=2)], {1: ()}),
        ([held(7, a=1)], [held(1, a=2), held(2, a=1)], {1: (), 2: (7,)}),
        ([held(7, a=3)], [held(1, b=1)], {1: ()}),
        ([held(7, a=1, b=1)], [held(1, a=2), held(2, a=1)], {1: (), 2: (7,)}),
        ([], [held(1, a=1)], {1: ()}),
        # a document of parts that make up no bundle yet needs no paper
        ([held(7, a=1)], [held(1)], {1: ()}),
    ],
)
def test_what_papers_cover(
    papers: list[Held], documents: list[Held], expected: dict[int, tuple[int, ...]]
) -> None:
    assert papers_by_document(papers, documents) == expected


@pytest.mark.parametrize(
    ("is_dynamic", "kind", "invoiced", "shipped"),
    [
        (True, "together", {FIRST, SECOND}, {PARENT}),
        (True, "separately", {FIRST, SECOND}, {FIRST, SECOND}),
        (False, "together", {PARENT}, {PARENT}),
        (False, "separately", {PARENT}, {FIRST, SECOND}),
    ],
)
def test_a_bundle_counts_by_its_parent_or_by_its_parts(
    is_dynamic: bool, kind: str, invoiced: set[int], shipped: set[int]
) -> None:
    order = bundle_order(is_dynamic=is_dynamic)
    product = next(item.product_id for item in order.items if item.item_id == PARENT)
    ids = invoiced_ids(order)

    assert ids == invoiced
    assert shipped_ids(order, {product or 0: kind}) == shipped
    papers = [MagentoDocumentItem(item.item_id, item.sku, Decimal(3)) for item in order.items]
    assert counted_quantities(papers, ids) == dict.fromkeys(invoiced, Decimal(3))


def test_what_is_tied_stays_tied() -> None:
    papers = [held(7, a=1), held(8, a=1)]
    documents = [held(1, a=1), held(2, a=1)]

    assert papers_by_document(papers, documents, [(8, 1)]) == {1: (8,), 2: (7,)}


def test_a_tie_to_a_document_that_is_gone_holds_no_paper_back() -> None:
    assert papers_by_document([held(7, a=1)], [held(2, a=1)], [(7, 1)]) == {2: (7,)}


def test_a_tied_paper_that_holds_too_little_leaves_a_rest() -> None:
    (cover,) = covers_by_document([held(7, a=1)], [held(1, a=2)], [(7, 1)]).values()

    assert cover == Cover((7,), {A: Decimal(1)})


def test_a_rest_is_taken_from_another_paper() -> None:
    papers = [held(7, a=1), held(8, a=1)]

    assert papers_by_document(papers, [held(1, a=2)], [(7, 1)]) == {1: (7, 8)}


def test_what_shares_a_paper_hangs_together() -> None:
    links = [(7, 1), (7, 2), (8, 2), (9, 3)]

    assert linked_group(links, 1) == ({7, 8}, {1, 2})
    assert linked_group(links, 3) == ({9}, {3})
    assert linked_group(links, 4) == (set(), {4})
