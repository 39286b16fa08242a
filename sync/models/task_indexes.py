"""Indexes by which the ledger is asked while workers and scheduler run: nearly all are partial, so
that millions of done tasks cost them nothing."""

from __future__ import annotations

from django.db.models import Index, Q

from sync.causes.cause import Kind
from sync.causes.portal import PortalCause

WAITING = Q(state="waiting")
OPEN = Q(state__in=["waiting", "running", "needs_attention"])

INDEXES = [
    Index(fields=["state", "priority", "not_before", "id"], condition=WAITING, name="task_next"),
    Index(fields=["lock", "priority", "id"], condition=WAITING, name="task_behind"),
    Index(fields=["state", "not_before", "priority"], condition=WAITING, name="task_due"),
    Index(
        fields=["state", "priority", "not_before"],
        condition=WAITING & Q(rung_at__isnull=True),
        name="task_not_rung",
    ),
    Index(fields=["state", "rung_at"], condition=WAITING, name="task_rung"),
    Index(
        fields=["state", "cause", "id"],
        condition=WAITING & Q(cause=PortalCause.REMOTE_AWAY.code),
        name="task_held_back",
    ),
    Index(
        fields=["state", "cause", "id"],
        condition=WAITING & Q(cause=PortalCause.HELD.code),
        name="task_held",
    ),
    Index(fields=["sales_order", "step"], condition=OPEN, name="task_open_of_order"),
    Index(
        fields=["state", "cause_key", "shop", "id"],
        condition=Q(error_class=Kind.MISCONFIGURED.value),
        name="task_in_trouble",
    ),
    Index(
        fields=["click", "sales_order", "state"],
        condition=Q(click__isnull=False),
        name="task_of_click",
    ),
]
