"""Invoices the shop made itself (an order paid online) or a person made: tied, never repeated."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.magento.records import MagentoInvoice, MagentoOrder
from sync.mirrors.billed_amounts import billed_to
from sync.mirrors.order_documents import documents_of
from sync.mirrors.sap_quantities import billed_quantities
from sync.mirrors.shop import store_invoice
from sync.mirrors.standing_for import leave_to, tied_pairs
from sync.models import BillingDocument, Invoice, SalesOrder
from sync.steps.invoicing.billing_marker import is_marked, marker_of
from sync.steps.invoicing.renewed_billing import decided
from sync.steps.step_run import StepRun
from sync.translate.hand_made import Cover, Held, counted, covers, invoiced_ids, together
from sync.translate.open_quantities import invoiceable_quantities
from sync.translate.sap_progress import left_to_bill, left_to_deliver

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MadeByHand:
    """Which invoices made by hand stand for which of the order's billing documents."""

    papers: dict[int, MagentoInvoice]
    documents: dict[int, BillingDocument]
    held: dict[int, Held]
    billed: dict[int, Held]
    covers: dict[int, Cover]

    def standing_for(self, document: BillingDocument) -> list[MagentoInvoice]:
        """The invoices that stand for a document or a part of it."""
        cover = self.covers.get(document.pk, Cover())
        return [self.papers[key] for key in cover.papers]

    def covers_all_of(self, document: BillingDocument) -> bool:
        """Whether nothing of it is left to make."""
        return self.covers.get(document.pk, Cover()).is_whole


def made_by_hand(
    order: SalesOrder, web_order: MagentoOrder, invoices: Sequence[MagentoInvoice]
) -> MadeByHand | None:
    """What the shop's other invoices stand for; None where it has none. A canceled one counts as
    little as it does for the shop."""
    canceled = Invoice.State.CANCELED
    papers = {
        one.entity_id: one for one in invoices if not is_marked(one) and one.state != canceled
    }
    if not papers:
        return None
    documents = {one.pk: one for one in _unmarked_documents(order, invoices)}
    ids = invoiced_ids(web_order)
    held = {key: Held(key, counted(one.items, ids)) for key, one in papers.items()}
    billed = {key: _billed(order, web_order, one) for key, one in documents.items()}
    pairs = tied_pairs(order, Invoice)
    found = covers(list(held.values()), list(billed.values()), pairs)
    return MadeByHand(papers, documents, held, billed, found)


def tie_made_by_hand(run: StepRun, order: SalesOrder, found: MadeByHand) -> str:
    """Keep which invoices stand for the billing document, and compare the sums."""
    document = run.billing_document
    papers = found.standing_for(document)
    ids = [one.entity_id for one in papers]
    with run.storing():
        standing = Invoice.objects.standing_for(document).filter(sales_order=order)
        ours = set(
            standing.filter(is_made_by_hand=False, billing_document=document).values_list(
                "entity_id", flat=True
            )
        )
        leave_to(standing, document, ids, list(found.papers))
        for one in papers:
            by_hand = one.entity_id not in ours  # a comment of ours may have been edited
            store_invoice(order, one, document, made_by_hand=by_hand)
    _compare_sums(run, order, found)
    named = ", ".join(one.increment_id for one in papers)
    return f"Invoice{'s' if len(papers) > 1 else ''} {named} made by hand, linked."


def _unmarked_documents(
    order: SalesOrder, invoices: Sequence[MagentoInvoice]
) -> list[BillingDocument]:
    """The order's valid billing documents for which the portal has made no invoice."""
    marks = {comment for one in invoices for comment in one.comments}
    valid = BillingDocument.objects.filter(
        lines__sales_order=order,
        category=BillingDocument.Category.INVOICE,
        is_cancelled=False,
    )
    ordered = valid.distinct().order_by("billing_document_number")
    return [one for one in ordered if marker_of(one) not in marks]


def _billed(order: SalesOrder, web_order: MagentoOrder, document: BillingDocument) -> Held:
    """What a billing document stands for on the lines that count in the shop."""
    wanted = invoiceable_quantities(web_order, *billed_quantities(order, document))
    quantities = {line.item_id: line.quantity for line in wanted.asked}
    unknown = [one for one in wanted.disagreements if one.item_id not in quantities]
    return Held(document.pk, quantities | {one.item_id: one.wanted for one in unknown})


def _compare_sums(run: StepRun, order: SalesOrder, found: MadeByHand) -> None:
    """Raises ``RecordsDisagree`` where what hangs together costs more on one side.

    Compared once both sides hold the same quantities, or SAP has nothing left to bill. Freight may
    stand on another paper here than there: what fits all together fits.
    """
    document = run.billing_document
    links = [(paper, key) for key, cover in found.covers.items() for paper in cover.papers]
    papers, documents = together(links, document.pk)
    is_even = _sum(found.held, papers) == _sum(found.billed, documents)
    is_over = not _more_to_come(order)
    difference = None
    if is_over or (is_even and papers == set(found.papers)):
        difference = _difference(order, found, papers, documents)
    if difference is not None and is_over:
        everything = _difference(order, found, found.papers.keys(), found.documents.keys())
        difference = difference if everything is not None else None
    mirrors = Invoice.objects.filter(sales_order=order, entity_id__in=papers)
    mirrors.update(differs_by=difference if len(papers) == 1 else None)
    if difference is None or decided(order, document) is not None:
        return
    invoiced = sum((found.papers[key].grand_total for key in papers), ZERO)
    currency = document.currency
    raise RecordsDisagree(
        f"The shop invoiced {invoiced:.2f} {currency} "
        f"({_named(found.papers[key].increment_id for key in papers)}), SAP billed "
        f"{invoiced - difference:.2f} {currency} "
        f"({_named(str(found.documents[key]) for key in documents)}). They are linked.",
        cause=PaperCause.SUMS_DIFFER,
        reference=order.increment_id,
    )


def _difference(
    order: SalesOrder, found: MadeByHand, papers: Collection[int], documents: Collection[int]
) -> Decimal | None:
    """The shop's sum minus SAP's; None where they fit, or SAP's share of the order is hidden.

    What the shop has given back since may be missing on SAP's side from the start.
    """
    billed = [billed_to(found.documents[key], order) for key in documents]
    if None in billed:
        return None
    invoiced = sum((found.papers[key].grand_total for key in papers), ZERO)
    difference = invoiced - sum((one for one in billed if one is not None), ZERO)
    given_back = Decimal(str(order.payload.get("total_refunded") or 0))
    tolerance = order.shop.amount_tolerance
    fits = abs(difference) <= tolerance or abs(difference - given_back) <= tolerance
    return None if fits else difference


def _more_to_come(order: SalesOrder) -> bool:
    in_sap = documents_of([order])[order.pk].in_sap
    return bool(
        left_to_deliver(order.sap_delivery_status, in_sap)
        or left_to_bill(order.sap_billing_status, in_sap)
    )


def _sum(held: dict[int, Held], keys: Collection[int]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = {}
    for key in keys:
        for item, quantity in held[key].quantities.items():
            total[item] = total.get(item, ZERO) + quantity
    return {item: quantity for item, quantity in total.items() if quantity}


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
