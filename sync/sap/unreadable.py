"""Spoilt documents of an answer: each kept apart, so that the others can be read.

A bulk answer is taken apart by document. Where a row does not say whose it is, the answer is asked
for again in halves, until the document it belongs to is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sync.errors import UnexpectedRecord

Read = TypeVar("Read")
ORDER, DELIVERY, BILLING = "order", "delivery", "billing"
REFERENCE = "reference"  # what was billed: its list of billing documents cannot be read


class Unattributed(UnexpectedRecord):
    """A row of an answer does not say which document it belongs to."""


@dataclass(frozen=True, slots=True)
class UnreadableDocument:
    """A document SAP sent in a form that cannot be read; the others of the answer can.

    ``kind`` is ``order``, ``delivery``, ``billing``, or ``reference``: a delivery's or an order's
    list of billing documents. ``orders`` are the sales orders it is known to belong to.
    """

    kind: str
    document_number: str
    error: UnexpectedRecord
    orders: tuple[str, ...] = ()


@contextmanager
def kept_apart(
    unreadable: list[UnreadableDocument] | None,
    kind: str,
    document_number: str,
    *,
    orders: tuple[str, ...] = (),
) -> Iterator[None]:
    """Around the reading of one document; without a list the error goes on."""
    try:
        yield
    except UnexpectedRecord as error:
        if unreadable is None:
            raise
        unreadable.append(UnreadableDocument(kind, document_number, error, orders))


def read_in_halves(
    numbers: Sequence[str],
    read: Callable[[Sequence[str]], list[Read]],
    unreadable: list[UnreadableDocument] | None,
    kind: str,
) -> list[Read]:
    """What ``read`` finds for these documents; smaller pieces where one spoils the answer."""
    try:
        return read(numbers)
    except Unattributed as error:
        if unreadable is None:
            raise
        if len(numbers) == 1:
            orders = (numbers[0],) if kind == ORDER else ()
            unreadable.append(UnreadableDocument(kind, numbers[0], error, orders))
            return []
    half = len(numbers) // 2
    return [
        *read_in_halves(numbers[:half], read, unreadable, kind),
        *read_in_halves(numbers[half:], read, unreadable, kind),
    ]
