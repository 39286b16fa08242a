"""The comment by which an invoice of ours is found again: SAP's document, in the shop's words."""

from __future__ import annotations

from sync.magento.records import MagentoInvoice
from sync.models import BillingDocument

MARKER = "SAP billing document"


def marker_of(document: BillingDocument) -> str:
    """The comment that says for which billing document an invoice was made."""
    return f"{MARKER} {document.billing_document_number}"


def is_marked(invoice: MagentoInvoice) -> bool:
    """Whether the portal made it, by its comments."""
    return any(MARKER in comment for comment in invoice.comments)


def is_last_marked_for(invoice: MagentoInvoice, document: BillingDocument) -> bool:
    """Whether no later document has taken the invoice over: a renewed one has a higher number."""
    marks = [comment for comment in invoice.comments if comment.startswith(MARKER)]
    return bool(marks) and max(marks) == marker_of(document)
