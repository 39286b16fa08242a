"""A shipment or invoice of the shop that a person names for a document that could not be brought
there: read back, compared, and linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from django.contrib.auth.models import User

from sync.errors import RecordsDisagree
from sync.magento.records import MagentoInvoice, MagentoShipment
from sync.mirrors import unreadable
from sync.mirrors.billed_amounts import keep_difference
from sync.mirrors.shop import store_invoice, store_shipment
from sync.mirrors.standing_for import Document, Paper, tied_pairs
from sync.models import Decision, Invoice, SalesOrder, Shipment
from sync.models.marked_done import UNCONFIRMED, WISH, words
from sync.reading import Read
from sync.steps.invoicing import billing_marker
from sync.steps.shipping import hand_made as hand_made_shipments
from sync.steps.step_run import StepRun

Shown = TypeVar("Shown", MagentoShipment, MagentoInvoice)

CAUSE = "marked-done:number"


@dataclass(frozen=True, slots=True)
class _Named:
    """What is looked for: ``marker`` is the document's own, ``mark`` begins everybody's."""

    what: str
    document: Document
    marker: str
    mark: str
    model: type[Paper]
    team: str


def is_named(run: StepRun) -> bool:
    """Whether a person has named the paper of the shop that stands for the document."""
    return bool(run.task.facts.get(WISH))


def tie_named_shipment(run: StepRun, order: SalesOrder) -> str:
    """Link the shipment a person has named to the delivery; raises ``RecordsDisagree`` where the
    shop does not show it, it stands for another, or it must be confirmed first."""
    shipments = run.magento().search_shipments(order.entity_id, is_repeated=run.is_repeated)
    marker = hand_made_shipments.marker_of(run.delivery)
    named = _Named(
        "Shipment", run.delivery, marker, hand_made_shipments.MARKER, Shipment, "logistics"
    )
    paper = _checked(run, order, named, shipments)
    with run.storing():
        by_hand = marker not in paper.comments
        store_shipment(order, paper, run.delivery, made_by_hand=by_hand)
        return _keep(run, named, paper)


def tie_named_invoice(run: StepRun, order: SalesOrder) -> str:
    """As for a shipment, with the invoice of a billing document."""
    invoices = run.magento().search_invoices(order.entity_id, is_repeated=run.is_repeated)
    document = run.billing_document
    marker = billing_marker.marker_of(document)
    named = _Named("Invoice", document, marker, billing_marker.MARKER, Invoice, "finance")
    paper = _checked(run, order, named, invoices)
    if paper.state == Invoice.State.CANCELED:
        _refuse(run, order, f"Invoice {paper.increment_id} is canceled in the shop.")
    with run.storing():
        by_hand = marker not in paper.comments
        invoice = store_invoice(order, paper, document, made_by_hand=by_hand)
        keep_difference(document, order, invoice)
        return _keep(run, named, paper)


def _checked(
    run: StepRun,
    order: SalesOrder,
    named: _Named,
    papers: Read[Shown],
) -> Shown:
    wish, document = run.task.facts[WISH], named.document
    number = wish["number"]
    paper = next((one for one in papers.records if one.increment_id == number), None)
    if paper is None:
        unreadable.refuse([one for one in papers.unreadable if one.number == number], named.what)
        _refuse(run, order, f"The shop has no {named.what.lower()} {number} for this order.")
    subject = f"{named.what} {number}"
    pairs = tied_pairs(order, named.model)
    if any(key != document.pk for entity_id, key in pairs if entity_id == paper.entity_id):
        _refuse(run, order, f"{subject} is linked to another document already.")
    marks = [comment for comment in paper.comments if named.mark in comment]
    if marks and named.marker not in marks:
        _refuse(run, order, f"{subject} was made for another document: {marks[0][:80]}.")
    if not (marks or wish["is_confirmed"]):
        held = ", ".join(f"{item.qty.normalize():f} × {item.sku}" for item in paper.items)
        _refuse(
            run,
            order,
            f"{subject} ({held or 'no lines'}) does not say that it was made for {document}. If it "
            f"stands for it all the same, {named.team} marks this done with the same number once "
            "more.",
            unconfirmed=number,
        )
    return paper


def _refuse(run: StepRun, order: SalesOrder, why: str, *, unconfirmed: str = "") -> NoReturn:
    """The number is forgotten with the refusal: a retry does the usual work again."""
    run.task.write_ahead(**{WISH: None, UNCONFIRMED: unconfirmed})
    raise RecordsDisagree(
        why, system="magento", reference=order.increment_id, cause_key=f"{CAUSE}:{run.task.pk}"
    )


def _keep(run: StepRun, named: _Named, paper: Any) -> str:
    wish, task = run.task.facts[WISH], run.task
    if not Decision.objects.marked_done(task.step).filter(task=task).exists():
        person = User.objects.filter(pk=wish["by_key"]).first() or User(username=wish["by"])
        kind = Decision.Kind.MARKED_DONE
        Decision.keep(kind, person, wish["reason"], number=wish["number"], **task.about)
    told = words(wish["by"], wish["reason"])
    return f"{told[:180]} ({named.what} {paper.increment_id} linked)"
