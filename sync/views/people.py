"""Who is looking, and what they may do."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from sync.models import Step, SyncTask

PERMISSION_FOR = {
    Step.PULL_ORDERS: "sync.sync_orders",
    Step.PUSH_ORDER: "sync.sync_orders",
    Step.CONFIRM_ORDER: "sync.sync_orders",
    Step.PULL_DELIVERIES: "sync.sync_deliveries",
    Step.PUSH_SHIPMENT: "sync.sync_deliveries",
    Step.PULL_BILLING: "sync.sync_billing",
    Step.PUSH_INVOICE: "sync.sync_billing",
    Step.SEND_INVOICE: "sync.resend_invoices",
    Step.CHECK_COMPLETENESS: "sync.sync_orders",
    Step.TEST_CONNECTION: "sync.test_connections",
    Step.DRY_RUN: "sync.dry_run_orders",
    Step.CHECK_READINESS: "sync.check_readiness",
}


def reader(request: HttpRequest) -> User:
    """The signed-in person; every page but the login demands one."""
    assert isinstance(request.user, User), "LoginRequiredMiddleware lets nobody else through"
    return request.user


def steps_to_retry(user: User) -> list[Step]:
    """The steps whose stopped work this person may put back to work."""
    if not user.has_perm("sync.retry_tasks"):
        return []
    return [step for step, permission in PERMISSION_FOR.items() if user.has_perm(permission)]


def may_retry(user: User, task: SyncTask) -> bool:
    """Whether this person may put this stopped task back to work."""
    return task.state == SyncTask.State.NEEDS_ATTENTION and task.step in steps_to_retry(user)
