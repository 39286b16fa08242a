"""Orders that were already finished in the shop when they were found in SAP.

After the database is restored the portal finds finished orders too. It reads and shows what SAP has
done since, but the customer gets no shipping notice and no invoice until a person asks for each.
"""

from __future__ import annotations

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.models import SalesOrder, SyncTask
from sync.steps.step_run import StepRun


def refuse_unasked_write(run: StepRun, order: SalesOrder, wanted: str) -> None:
    """Raises ``RecordsDisagree`` before a write to the shop that no person has asked for."""
    if not order.is_found_finished or run.task.origin == SyncTask.Origin.REPAIR:
        return
    raise RecordsDisagree(
        f"Waiting for a click: order {order.increment_id} was already over in the shop when it was "
        f"found in SAP. {wanted} only when somebody retries this.",
        cause=PaperCause.FOUND_FINISHED,
        reference=order.increment_id,
    )
