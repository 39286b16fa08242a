"""Keeps the unreadable documents of an answer apart, so that the others can still be read.

A bulk answer is split by document. Where a row does not say which document it belongs to, the
answer is asked for again in halves until that document is alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from sync.errors import UnexpectedRecord
from sync.reading import Read, UnreadableRecord
from sync.sap.refusals import Unattributed

Record = TypeVar("Record")
ORDER, DELIVERY, BILLING = "order", "delivery", "billing"
REFERENCE = "reference"  # what was billed: its list of billing documents cannot be read


@contextmanager
def kept_apart(
    unreadable: list[UnreadableRecord],
    kind: str,
    document_number: str,
    *,
    orders: tuple[str, ...] = (),
) -> Iterator[None]:
    """Wrap the reading of one document; ``orders`` are those it is known to belong to."""
    try:
        yield
    except UnexpectedRecord as error:
        unreadable.append(UnreadableRecord(kind, document_number, error, orders=orders))


def read_in_halves(
    numbers: Sequence[str], read: Callable[[Sequence[str]], Read[Record]], kind: str
) -> Read[Record]:
    """What ``read`` finds for these documents, in smaller pieces where one spoils the answer."""
    try:
        return read(numbers)
    except Unattributed as error:
        if len(numbers) == 1:
            orders = (numbers[0],) if kind == ORDER else ()
            return Read((), (UnreadableRecord(kind, numbers[0], error, orders=orders),))
    half = len(numbers) // 2
    return read_in_halves(numbers[:half], read, kind) + read_in_halves(numbers[half:], read, kind)
