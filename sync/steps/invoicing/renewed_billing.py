"""Lets a billing document that replaces a cancelled one take over its invoice in the shop.

This happens by itself only where net, tax, gross and payer are the same; the new marker becomes one
more comment of the invoice [371]. Otherwise finance decides, with both documents side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.causes.papers import PaperCause
from sync.causes.shop import ShopCause
from sync.errors import OutcomeUnknown, RecordsDisagree
from sync.magento.records import MagentoInvoice
from sync.mirrors import unreadable
from sync.mirrors.billed_amounts import store_difference
from sync.mirrors.billed_anew import documents_replaced_by, invoices_of
from sync.mirrors.cancelled_billing import is_credited
from sync.mirrors.shop_papers import store_invoice
from sync.mirrors.standing_for import untie
from sync.models import BillingDocument, BillingDocumentLine, Decision, SalesOrder
from sync.steps.remote_writes import writing_to_shop
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.marks import Mark

MARK = Mark.BILLING_DOCUMENT


def take_over(
    run: StepRun,
    order: SalesOrder,
    invoices: Sequence[MagentoInvoice],
    decision: Decision | None,
) -> str:
    """Returns in words what was done; ``decision`` is that of finance, if there is one.

    Empty where the document replaces none, or where the invoices of the replaced one were made by
    hand: these are tied by their quantities. Raises ``RecordsDisagree`` where finance must decide.
    """
    document = run.billing_document
    if decision is not None:
        return _as_decided(run, order, invoices, decision)
    for former in documents_replaced_by(order, document):
        held = [one for one in invoices if _stands_for(order, one, former)]
        if not held:
            continue
        _refuse_unequal(order, former, document, held)
        if linked := _take(run, order, [former], held):
            return told(
                "{invoice}, made for {former}, stands for {document} now: both are equal.",
                invoice=linked,
                former=former,
                document=document,
            )
    return ""


def are_equal(order: SalesOrder, one: BillingDocument, other: BillingDocument) -> bool:
    columns = ("currency", "net_value", "tax_value", "gross_value", "payer")
    heads = all(getattr(one, name) == getattr(other, name) for name in columns)
    return heads and _lines(order, one) == _lines(order, other)


def _lines(order: SalesOrder, document: BillingDocument) -> list[tuple[object, ...]]:
    lines = BillingDocumentLine.objects.filter(sales_order=order, billing_document=document)
    columns = ("sap_item_number", "unit", "billed_quantity", "net_value", "tax_value")
    return sorted(lines.values_list(*columns), key=repr)


def _stands_for(order: SalesOrder, invoice: MagentoInvoice, former: BillingDocument) -> bool:
    """By the mirror, or by the comments where the portal has forgotten: then no later document may
    have taken the invoice over, and a later one has a higher number."""
    if invoices_of(order, former).filter(entity_id=invoice.entity_id).exists():
        return True
    marks = [comment for comment in invoice.comments if comment.startswith(MARK)]
    return bool(marks) and max(marks) == MARK.comment_for(former)


def _refuse_unequal(
    order: SalesOrder,
    former: BillingDocument,
    document: BillingDocument,
    held: Sequence[MagentoInvoice],
) -> None:
    names = ", ".join(one.increment_id for one in held)
    credited = is_credited(order, former)
    if not credited and are_equal(order, former, document):
        return
    why = (
        told(
            "The shop has credited its invoice {names}, and cannot invoice the same pieces twice",
            names=names,
        )
        if credited
        else told(
            "They are not equal ({before} then, {now} now), and the shop holds invoice {names}",
            before=_told(former),
            now=_told(document),
            names=names,
        )
    )
    raise RecordsDisagree(
        told(
            "Billing document {document} replaces {former}, which was cancelled in SAP. {why}.",
            document=document,
            former=former,
            why=why,
        ),
        cause=PaperCause.BILLING_RENEWED,
        reference=order.increment_id,
    )


def _told(document: BillingDocument) -> str:
    return told(
        "net {net_value:.2f}, tax {tax_value:.2f}, gross {gross_value:.2f} {currency}, "
        "payer {payer}",
        net_value=document.net_value,
        tax_value=document.tax_value,
        gross_value=document.gross_value,
        currency=document.currency,
        payer=document.payer or told("unknown"),
    )


def _as_decided(
    run: StepRun, order: SalesOrder, invoices: Sequence[MagentoInvoice], decision: Decision
) -> str:
    named = [one for one in invoices if one.increment_id == decision.number]
    if not named:
        raise RecordsDisagree(
            told(
                "Invoice {number}, which was to be linked to billing document {billing_document}, "
                "is not among the invoices of order {order}.",
                number=decision.number,
                billing_document=run.billing_document,
                order=order.increment_id,
            ),
            cause=PaperCause.LINKED_INVOICE_GONE,
            reference=order.increment_id,
        )
    linked = _take(run, order, documents_replaced_by(order, run.billing_document), named)
    if not linked:
        with run.storing():
            store_invoice(order, named[0], run.billing_document, made_by_hand=True)
        linked = told("Invoice {invoice}", invoice=named[0].increment_id)
    return told(
        "{invoice} linked, as {person} decided.", invoice=linked, person=decision.decided_by_name
    )


def _take(
    run: StepRun,
    order: SalesOrder,
    formers: Sequence[BillingDocument],
    held: Sequence[MagentoInvoice],
) -> str:
    ours = [one for one in held if MARK.is_among(one.comments)]
    by_hand = [one.entity_id for one in held if one not in ours]
    for former in formers if by_hand else ():
        with run.storing():
            for mirror in invoices_of(order, former).filter(entity_id__in=by_hand):
                untie(mirror, former)
    for invoice in ours:
        marked = _mark(run, order, invoice)
        with run.storing():
            mirror = store_invoice(order, marked, run.billing_document)
            store_difference(run.billing_document, order, mirror)
    named = ", ".join(one.increment_id for one in ours)
    return told("Invoice {invoice}", invoice=named) if named else ""


def _mark(run: StepRun, order: SalesOrder, invoice: MagentoInvoice) -> MagentoInvoice:
    marker = MARK.comment_for(run.billing_document)
    with writing_to_shop(run, order):
        run.magento().add_invoice_comment(invoice.entity_id, marker)
    invoices = run.magento().search_invoices(order.entity_id, is_repeated=run.is_repeated)
    for one in invoices.records:
        if one.entity_id == invoice.entity_id and marker in one.comments:
            return one
    missing = [one for one in invoices.unreadable if one.entity_id == invoice.entity_id]
    unreadable.refuse(missing, told("Invoice"))
    raise OutcomeUnknown(
        told(
            "The shop does not show the comment it was given for invoice {invoice} yet.",
            invoice=invoice.increment_id,
        ),
        cause=ShopCause.NOT_SHOWN_YET,
        reference=order.increment_id,
    )
