"""Orders that were over in the shop when they were found in SAP: a person lets each paper be made.

A restored database finds finished orders too. What SAP has done since is read and shown, but the
customer gets nothing, no goods notice and no invoice, that nobody has looked at.
"""

from __future__ import annotations

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.models import SalesOrder, SyncTask
from sync.steps.step_run import StepRun


def wait_for_a_click(run: StepRun, order: SalesOrder, wanted: str) -> None:
    """Raises ``RecordsDisagree`` before a write to the shop that no person has asked for."""
    if not order.is_found_finished or run.task.origin == SyncTask.Origin.REPAIR:
        return
    raise RecordsDisagree(
        f"Waiting for a click: order {order.increment_id} was already over in the shop when it was "
        f"found in SAP. {wanted} only when somebody retries this.",
        cause=PaperCause.FOUND_FINISHED,
        reference=order.increment_id,
    )
