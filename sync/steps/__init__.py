"""The flows between shop and SAP: each safe to repeat, and to be interrupted anywhere."""

from __future__ import annotations

from collections.abc import Callable

from sync.models import Step
from sync.steps.check_completeness import check_completeness
from sync.steps.check_readiness import check_readiness
from sync.steps.confirm_order import confirm_order
from sync.steps.dry_run import dry_run
from sync.steps.pull_billing import pull_billing
from sync.steps.pull_deliveries import pull_deliveries
from sync.steps.pull_orders import pull_orders
from sync.steps.push_invoice import push_invoice
from sync.steps.push_order import push_order
from sync.steps.push_shipment import push_shipment
from sync.steps.send_invoice import send_invoice
from sync.steps.step_run import StepRun
from sync.steps.try_connection import try_connection

STEPS: dict[str, Callable[[StepRun], str]] = {
    Step.PULL_ORDERS: pull_orders,
    Step.PUSH_ORDER: push_order,
    Step.CONFIRM_ORDER: confirm_order,
    Step.PULL_DELIVERIES: pull_deliveries,
    Step.PUSH_SHIPMENT: push_shipment,
    Step.PULL_BILLING: pull_billing,
    Step.PUSH_INVOICE: push_invoice,
    Step.SEND_INVOICE: send_invoice,
    Step.CHECK_COMPLETENESS: check_completeness,
    Step.TEST_CONNECTION: try_connection,
    Step.DRY_RUN: dry_run,
    Step.CHECK_READINESS: check_readiness,
}

__all__ = ["STEPS", "StepRun"]
