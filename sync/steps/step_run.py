"""What a step is given: its task, the remotes, and the documents the task is about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sync.magento.client import MagentoClient
from sync.models import BillingDocument, Invoice, OutboundDelivery, SalesOrder, Shop, SyncTask
from sync.models.recording import Recording
from sync.policy import Policy
from sync.remotes import Remotes


@dataclass(frozen=True, slots=True)
class StepRun:
    task: SyncTask
    remotes: Remotes
    calls: Recording

    @property
    def policy(self) -> Policy:
        return self.remotes.policy

    @property
    def is_repeated(self) -> bool:
        """Whether an earlier attempt has failed; a passing trouble would be over by now."""
        return self.task.attempts > 1

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
