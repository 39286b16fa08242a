"""The comments by which the portal finds its own shipments and invoices in the shop. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Mark(StrEnum):
    """How the comment begins; the number of the SAP document follows."""

    DELIVERY = "SAP delivery"
    BILLING_DOCUMENT = "SAP billing document"

    def comment_for(self, document: object) -> str:
        return f"{self} {document}"

    def is_among(self, comments: Iterable[str]) -> bool:
        """Whether the portal made the paper with these comments, for any document."""
        return any(self in comment for comment in comments)
