"""Orders that were already finished in the shop when they were found in SAP.

After the database is restored the portal finds finished orders too. It reads and shows what SAP has
done since, but the customer gets no shipping notice and no invoice until a person asks for each.
"""

from __future__ import annotations

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.mirrors.intake import NOT_OPEN
from sync.models import SalesOrder, SyncTask
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.unwanted_goods import HELD


def refuse_unasked_write(run: StepRun, order: SalesOrder, wanted: str) -> None:
    """Raises ``RecordsDisagree`` before a write to the shop that no person has asked for."""
    if not order.is_found_finished or run.task.origin == SyncTask.Origin.REPAIR:
        return
    raise RecordsDisagree(
        told(
            "Waiting for a click: order {order} was already over in the shop when it was found "
            "in SAP. {wanted} only when somebody retries this.",
            order=order.increment_id,
            wanted=wanted,
        ),
        cause=PaperCause.FOUND_FINISHED,
        reference=order.increment_id,
    )


def refuse_on_hold(order: SalesOrder, wanted: str) -> None:
    if order.state in HELD:
        raise RecordsDisagree(
            told(
                "{state}: order {order}. {wanted} when that ends.",
                state=NOT_OPEN[order.state],
                order=order.increment_id,
                wanted=wanted,
            ),
            cause=PaperCause.ON_HOLD,
            reference=order.increment_id,
        )
