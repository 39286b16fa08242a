"""Compares invoices made by a person or the shop with what SAP billed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.magento.records import MagentoInvoice
from sync.mirrors.billed_amounts import billed_to, may_be_off, store_total_difference
from sync.mirrors.billed_anew import decision_on_invoice
from sync.mirrors.order_documents import documents_of
from sync.models import BillingDocument, SalesOrder
from sync.told import told
from sync.translate.hand_made import Held, MadeByHand, linked_group
from sync.translate.sap_progress import left_to_bill, left_to_deliver

ZERO = Decimal(0)
Found = MadeByHand[MagentoInvoice, BillingDocument]


def compare_sums(order: SalesOrder, document: BillingDocument, found: Found) -> None:
    """Raises ``RecordsDisagree`` where papers and documents that belong together differ in amount.

    They are compared once both sides hold the same quantities, or SAP has nothing left to bill.
    Freight may be on another paper than in SAP, so sums that agree over all of them are accepted.
    """
    links = [(paper, key) for key, cover in found.covers.items() for paper in cover.papers]
    papers, documents = linked_group(links, document.pk)
    is_even = _sum(found.held, papers) == _sum(found.wanted, documents)
    is_over = not _more_to_come(order)
    difference = None
    if is_over or (is_even and papers == set(found.papers)):
        difference = _difference(order, found, papers, documents)
    if difference is not None and is_over:
        everything = _difference(order, found, found.papers.keys(), found.documents.keys())
        difference = difference if everything is not None else None
    store_total_difference(order, papers, difference)
    if difference is None or decision_on_invoice(order, document) is not None:
        return
    invoiced, currency = _invoiced(found, papers), document.currency
    raise RecordsDisagree(
        told(
            "The shop invoiced {invoiced:.2f} {currency} ({papers}), SAP billed {billed:.2f} "
            "{currency} ({documents}). They are linked.",
            invoiced=invoiced,
            currency=currency,
            papers=_named(found.papers[key].increment_id for key in papers),
            billed=invoiced - difference,
            documents=_named(str(found.documents[key]) for key in documents),
        ),
        cause=PaperCause.SUMS_DIFFER,
        reference=order.increment_id,
    )


def _difference(
    order: SalesOrder, found: Found, papers: Collection[int], documents: Collection[int]
) -> Decimal | None:
    """The shop's sum minus SAP's; None where they agree, or where SAP's share of the order is
    hidden.

    What the shop has refunded since may have been missing in SAP from the start.
    """
    billed = [billed_to(found.documents[key], order) for key in documents]
    if None in billed:
        return None
    difference = _invoiced(found, papers) - sum((one for one in billed if one is not None), ZERO)
    given_back = Decimal(str(order.payload.get("total_refunded") or 0))
    tolerance = may_be_off(order)
    fits = abs(difference) <= tolerance or abs(difference - given_back) <= tolerance
    return None if fits else difference


def _invoiced(found: Found, papers: Collection[int]) -> Decimal:
    return sum((found.papers[key].charged for key in papers), ZERO)


def _more_to_come(order: SalesOrder) -> bool:
    in_sap = documents_of([order])[order.pk].in_sap
    return bool(
        left_to_deliver(order.sap_delivery_status, in_sap)
        or left_to_bill(order.sap_billing_status, in_sap)
    )


def _sum(held: Iterable[Held], keys: Collection[int]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = {}
    for one in held:
        for item, quantity in one.quantities.items() if one.key in keys else ():
            total[item] = total.get(item, ZERO) + quantity
    return {item: quantity for item, quantity in total.items() if quantity}


def _named(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
