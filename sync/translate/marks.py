"""The comments by which the portal finds its papers in the shop again. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Mark(StrEnum):
    """How the comment begins; the number of SAP's document follows."""

    DELIVERY = "SAP delivery"
    BILLING_DOCUMENT = "SAP billing document"

    def on(self, document: object) -> str:
        """The whole comment: for which document a paper was made."""
        return f"{self} {document}"

    def is_among(self, comments: Iterable[str]) -> bool:
        """Whether the portal made a paper with these comments, for whatever document."""
        return any(self in comment for comment in comments)
