"""Turns a SAP document into a paper of the shop: one flow for every kind of paper.

A paper is found by the comment it was made with, which is looked up by order before any repetition;
it is tied where a person made or named it. Otherwise it is created, read back and compared, because
the shop cuts quantities silently.

A credit memo would be a third caller: ``push_credit_memo`` with a subclass of ``Paper`` that has a
mark of its own, searches and stores credit memos, says what SAP's credit memo stands for, refuses
in ``refuse_new`` what the shop has given back already, and answers for the refund in
``money_outcome``. The flow, its guards and what a person may name stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from django.db.models import prefetch_related_objects

from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown
from sync.magento.records import MagentoDocumentItem, MagentoOrder
from sync.mirrors import unreadable
from sync.mirrors.counted import is_counted_by, store_counted, surely_has_none
from sync.mirrors.notes import keep
from sync.mirrors.progress import refresh_stages
from sync.mirrors.sap_quantities import refuse_disagreements, refuse_other_quantities
from sync.mirrors.shop import store_order
from sync.mirrors.standing_for import made_by_us, tie_only, tied_pairs
from sync.models.marked_done import WISH
from sync.models.master_data import read_once
from sync.reading import Read
from sync.steps.finished_orders import refuse_on_hold, refuse_unasked_write
from sync.steps.remote_writes import store_over_at_end, storing_over, wait_for_shop
from sync.steps.shop_papers.decided import keep_decision, named_outcome, refuse
from sync.steps.shop_papers.paper import Document, Paper, Record
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.hand_made import (
    Held,
    MadeByHand,
    counted_quantities,
    covers_by_document,
    wanted_by,
)
from sync.translate.open_quantities import OpenQuantities


def ensure_paper(run: StepRun, kind: type[Paper[Document, Record]]) -> str:
    """Returns in words whether the paper was made, found or completed."""
    wait_for_shop(run.sales_order)
    web_order = run.magento().get_order(run.sales_order.entity_id)
    with read_once():  # the entries as they stand now that the order is read
        order = store_order(run.shop, web_order, run.sales_order)
        prefetch_related_objects([order], "lines", "sap_lines")
        paper = kind(run, order, web_order)
        if run.task.facts.get(WISH):
            outcome = _tie_named(paper)
            refresh_stages([order.pk])
            return outcome
        outcome = _find_or_create(paper)
        paper.tell()
    return outcome


def _find_or_create(paper: Paper[Document, Record]) -> str:
    """Ends with the order's stage. Raises ``UnexpectedRecord`` where a paper the shop cannot show
    may be the one."""
    found = _find(paper)
    if found is None:
        return _create(paper)
    refresh_stages([paper.order.pk])
    return found


def _find(paper: Paper[Document, Record]) -> str | None:
    """In words; None where there is no such paper yet."""
    is_new = surely_has_none(paper.order, paper.web_order, paper.counted, paper.run.task)
    found = Read[Record]() if is_new else paper.search()
    if marked := _marked(paper, found.records):
        linked = _link(paper, marked, found.records)
        return _joined(linked, paper.money_outcome(marked, paper.web_order))
    unreadable.refuse(found.unreadable, paper.name)
    if taken := paper.take_over(found.records):
        return taken
    by_hand = _made_by_hand(paper, found.records)
    if by_hand is not None and by_hand.covers_all_of(paper.document.pk):
        return _tie(paper, by_hand)
    standing = by_hand.standing_for(paper.document.pk) if by_hand else []
    return _link(paper, standing[0]) if standing else None


def _marked(paper: Paper[Document, Record], records: Sequence[Record]) -> Record | None:
    return next((one for one in records if paper.marker in one.comments), None)


def _made_by_hand(
    paper: Paper[Document, Record], records: Sequence[Record]
) -> MadeByHand[Record, Document] | None:
    """Papers that stand for the order's documents without saying so; None where there are none."""
    papers = {
        one.entity_id: one
        for one in records
        if not paper.mark.is_among(one.comments) and paper.counts_in_shop(one)
    }
    if not papers:
        return None
    marks = {comment for one in records for comment in one.comments}
    documents = {
        one.pk: one for one in paper.documents() if paper.mark.comment_for(one) not in marks
    }
    ids = paper.counted_ids()
    held = [Held(key, counted_quantities(one.items, ids)) for key, one in papers.items()]
    wanted = [wanted_by(key, paper.wanted_for(one)) for key, one in documents.items()]
    pairs = paper.known_pairs(papers, documents)
    return MadeByHand(papers, documents, held, wanted, covers_by_document(held, wanted, pairs))


def _link(paper: Paper[Document, Record], found: Record, records: Sequence[Record] = ()) -> str:
    by_hand = paper.is_made_by_hand(found)
    found, changed = paper.keep_found(found, made_by_hand=by_hand)
    further, made = _further(paper, found, records) if paper.tied_later() else ([], "")
    _compare(paper, found, paper.wanted_for(paper.document), further)
    return _joined(_told(paper, [found], changed, by_hand=by_hand), made)


def _further(
    paper: Paper[Document, Record], first: Record, records: Sequence[Record]
) -> tuple[list[Record], str]:
    """The papers beside the first one; makes one more for what was tied to a line since."""
    later = replace(paper, is_further=True)
    found: list[Record] = [one for one in records if later.marker in one.comments]
    held = _items_of(first, found)
    rest = paper.wanted_for(paper.document).rest_of(paper.tied_later(), held)
    made = ""
    if rest:
        waits = told("What was tied later of {document} is sent there", document=paper.document)
        refuse_on_hold(paper.order, waits)
        paper.refuse_new()
        make = later.prepare(rest)
        refuse_unasked_write(paper.run, paper.order, waits)
        found.append(read_back(paper, make()))
        read_order_again(paper)
        made = told(
            "{paper} made for what was tied later.", paper=paper.named([found[-1].increment_id])
        )
    with paper.run.storing():
        paper.keep_further(first, found)
    return found, made


def _tie(paper: Paper[Document, Record], found: MadeByHand[Record, Document]) -> str:
    run, order, document = paper.run, paper.order, paper.document
    standing = found.standing_for(document.pk)
    by_hand = paper.is_made_by_hand(standing[0])
    with run.storing():
        ours = made_by_us(order, paper.mirrors, document)
        ids = [one.entity_id for one in standing]
        tie_only(order, paper.mirrors, document, ids, found.papers.keys())
        for one in standing:
            paper.store(one, made_by_hand=one.entity_id not in ours)
    changed = paper.keep_tied(found, made_by_hand=by_hand)
    return _told(paper, standing, changed, by_hand=by_hand)


def _told(
    paper: Paper[Document, Record], records: Sequence[Record], changed: str, *, by_hand: bool
) -> str:
    named = paper.named([one.increment_id for one in records])
    if changed:
        return f"{named}: {changed}."
    if by_hand:
        return told("{papers} made by hand, linked.", papers=named)
    return told("{papers} already there.", papers=named)


def _joined(*sentences: str) -> str:
    return " ".join(one for one in sentences if one)


def _create(paper: Paper[Document, Record]) -> str:
    run, order = paper.run, paper.order
    subject = f"{paper.name_in_sap} {paper.document}"
    refuse_on_hold(order, paper.waits)
    paper.refuse_new()
    wanted = paper.wanted_for(paper.document)
    refuse_disagreements(order, subject, wanted)
    if not wanted.quantities:
        refresh_stages([order.pk])
        return paper.nothing_yet
    make = paper.prepare(wanted.quantities)
    refuse_unasked_write(run, order, paper.waits)
    made = read_back(paper, make())
    is_queued = paper.is_mail_queued(made)
    web_order = paper.web_order
    if is_counted_by(made.items, web_order, paper.counted, run.task):
        store_over_at_end(run, partial(_keep_counted, paper, made, is_queued=is_queued))
    else:
        with storing_over(run) as marks:
            paper.keep_made(made, is_queued=is_queued)
            keep(order, **marks)
        web_order = read_order_again(paper)
        refresh_stages([order.pk])
    money = paper.money_outcome(made, web_order)
    _compare(paper, made, wanted)
    return _joined(paper.outcome(made, is_queued=is_queued), money)


def _keep_counted(
    paper: Paper[Document, Record], made: Record, *, is_queued: bool, **marks: object
) -> None:
    paper.keep_made(made, is_queued=is_queued)
    store_counted(paper.order, paper.web_order, paper.counted, made.items, **marks)


def read_back(paper: Paper[Document, Record], entity_id: int) -> Record:
    """Raises ``OutcomeUnknown`` where the shop does not show the new paper yet."""
    found = paper.search()
    for record in found.records:
        if record.entity_id == entity_id:
            return record
    unreadable.refuse([one for one in found.unreadable if one.entity_id == entity_id], paper.name)
    raise OutcomeUnknown(
        told(
            "The shop made {name} {entity_id} but does not show it yet.",
            name=paper.word,
            entity_id=entity_id,
        ),
        cause=ShopCause.NOT_SHOWN_YET,
        reference=paper.order.increment_id,
    )


def read_order_again(paper: Paper[Document, Record]) -> MagentoOrder:
    web_order = paper.run.magento().get_order(paper.order.entity_id)
    store_order(paper.run.shop, web_order, paper.order)
    return web_order


def _compare(
    paper: Paper[Document, Record],
    record: Record,
    wanted: OpenQuantities,
    further: Sequence[Record] = (),
) -> None:
    if not paper.may_differ:
        name = paper.named([record.increment_id])
        refuse_other_quantities(paper.order, name, _items_of(record, further), wanted)


def _items_of(record: Record, further: Sequence[Record]) -> list[MagentoDocumentItem]:
    found = list(record.items)
    for one in further:
        found += one.items
    return found


def _tie_named(paper: Paper[Document, Record]) -> str:
    """Raises ``RecordsDisagree`` where the shop does not show the paper a person named, it stands
    for another document, or it must be confirmed first."""
    found, wish = paper.search(), paper.run.task.facts[WISH]
    number = wish["number"]
    named = next((one for one in found.records if one.increment_id == number), None)
    if named is None:
        unreadable.refuse([one for one in found.unreadable if one.number == number], paper.name)
        refuse(
            paper.run,
            told(
                "The shop has no {name} {number} for this order.",
                name=paper.word,
                number=number,
            ),
        )
    _refuse_anothers(paper, named)
    if not (wish["is_confirmed"] or paper.mark.is_among(named.comments)):
        held = ", ".join(f"{item.qty.normalize():f} × {item.sku}" for item in named.items)
        refuse(
            paper.run,
            told(
                "{paper} ({held}) does not say that it was made for {document}.",
                paper=paper.named([number]),
                held=held or told("no lines"),
                document=paper.document,
            ),
            unconfirmed=number,
        )
    if not paper.counts_in_shop(named):
        refuse(paper.run, told("{paper} is canceled in the shop.", paper=paper.named([number])))
    with paper.run.storing():
        paper.store(named, made_by_hand=paper.marker not in named.comments)
        keep_decision(paper.run)
    return named_outcome(paper.run, paper.named([number]))


def _refuse_anothers(paper: Paper[Document, Record], named: Record) -> None:
    subject = paper.named([named.increment_id])
    pairs = tied_pairs(paper.order, paper.mirrors)
    if any(one == named.entity_id and key != paper.document.pk for one, key in pairs):
        refuse(paper.run, told("{paper} is linked to another document already.", paper=subject))
    marks = [comment for comment in named.comments if paper.mark in comment]
    if marks and paper.marker not in marks:
        refuse(
            paper.run,
            told(
                "{paper} was made for another document: {mark}.", paper=subject, mark=marks[0][:80]
            ),
        )
