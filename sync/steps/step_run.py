"""What a step is given: its task, the remotes, and the documents the task is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sync.magento.client import MagentoClient
from sync.models import BillingDocument, Invoice, OutboundDelivery, SalesOrder, Shop, SyncTask
from sync.models.order_groups import keys_in
from sync.models.recording import Recording
from sync.models.rounds import place_of
from sync.policy import Policy
from sync.remotes import Remotes


@dataclass(frozen=True, slots=True)
class Slice:
    """What a fetch did in one go. ``place`` is where the next slice of the round goes on; without
    one the round is over. A slice without news leaves no trace in the ledger."""

    outcome: str
    has_news: bool = True
    place: dict[str, Any] = field(default_factory=dict)
    in_groups: tuple[int, ...] = ()  # keys of orders that are read by tasks of their own


@dataclass(frozen=True, slots=True)
class StepRun:
    task: SyncTask
    remotes: Remotes
    calls: Recording
    marks: list[object] = field(default_factory=list)  # of writes (``steps.remote_writes``)

    @property
    def policy(self) -> Policy:
        return self.remotes.policy

    @property
    def is_repeated(self) -> bool:
        """Whether an earlier attempt has failed; a passing trouble would be over by now."""
        return self.task.attempts > 1

    @property
    def place(self) -> dict[str, Any]:
        """Where the last slice of this round stopped; empty where the round begins."""
        return place_of(self.task)

    @property
    def group(self) -> list[int]:
        """Keys of the orders that a fetch left to this task; empty for any other task."""
        return keys_in(self.task.reference)

    @property
    def shop(self) -> Shop:
        assert self.task.shop is not None, "this step is about a shop"
        return self.task.shop

    @property
    def sales_order(self) -> SalesOrder:
        assert self.task.sales_order is not None, "this step is about a web order"
        return self.task.sales_order

    @property
    def delivery(self) -> OutboundDelivery:
        assert self.task.delivery is not None, "this step is about a delivery"
        return self.task.delivery

    @property
    def billing_document(self) -> BillingDocument:
        assert self.task.billing_document is not None, "this step is about a billing document"
        return self.task.billing_document

    @property
    def invoice(self) -> Invoice:
        assert self.task.invoice is not None, "this step is about an invoice"
        return self.task.invoice

    def magento(self) -> MagentoClient:
        return self.remotes.magento(self.shop)

    @contextmanager
    def storing(self, **facts: Any) -> Iterator[None]:
        """A transaction in which the task is still ours: a stalled worker stores nothing over what
        another has found. ``facts`` are written ahead in it. Raises ``LeaseLost``."""
        with self.calls.storing(**facts):
            yield
