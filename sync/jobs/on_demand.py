"""What people ask for at a page; what runs by itself is in ``schedule``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User

from sync.jobs import plan, release, work
from sync.jobs.ask import Answer, Asked, ask, retry
from sync.mirrors.intake import reason_never_taken
from sync.mirrors.link_choices import task_showing
from sync.mirrors.notes import note_taken_anyway
from sync.models import (
    BillingDocument,
    Decision,
    Invoice,
    OutboundDelivery,
    SalesOrder,
    Shop,
    SyncTask,
)
from sync.models.steps import WRITES

NO_SHOP = (
    "No shop is set up: an administrator adds one, or switches one on, under Mappings → Shops."
)


@dataclass(frozen=True, slots=True)
class Clicked:
    """What a click came to: the tasks that stand for it, and how many were new."""

    tasks: list[SyncTask] = field(default_factory=list)
    answers: Counter[Answer] = field(default_factory=Counter)
    note: str = ""
    name: str = "Sync now"

    @property
    def message(self) -> str:
        """One sentence for the person who clicked."""
        if not self.tasks:
            return self.note or "Nothing to do: everything is up to date."
        words = {
            Answer.ASKED: "queued",
            Answer.RETRIED: "tried again",
            Answer.ALREADY_WAITING: "already waiting",
            Answer.ALREADY_RUNNING: "already running",
            Answer.RUNS_AGAIN: "running, and once more after that",
            Answer.ALREADY_DONE: "done meanwhile",
            Answer.NEEDS_ATTENTION: "needing attention",
        }
        parts = [f"{count} {words[answer]}" for answer, count in self.answers.items()]
        return f"{self.name}: {', '.join(parts)}. {self.note}".strip()

    def says(self, note: str) -> Clicked:
        """The same, with one more word for the person."""
        return replace(self, note=note)

    def called(self, name: str) -> Clicked:
        """The same, by the name of another button."""
        return replace(self, name=name)


def sync_orders(orders: Iterable[SalesOrder], user: User) -> Clicked:
    """Everything these orders need next: into SAP, confirmed, deliveries and billing fetched."""
    return _ask_all((wanted for order in orders for wanted in plan.for_order(order)), user)


def sync_all_new_orders(user: User) -> Clicked:
    """Fetch every shop's new orders, and bring all that wait into SAP; before the release only
    the first."""
    if not _has_shop():
        return Clicked().says(NO_SHOP)
    if not release.is_held():
        return _ask_all(plan.for_all_new_orders(), user)
    fetches = (one for one in plan.for_all_new_orders() if one.step not in WRITES)
    return _ask_all(fetches, user).says(release.HELD)


def sync_deliveries(deliveries: Iterable[OutboundDelivery], user: User) -> Clicked:
    """Read these deliveries again and ship what has left."""
    return _ask_all((w for delivery in deliveries for w in plan.for_delivery(delivery)), user)


def sync_all_deliveries(user: User) -> Clicked:
    """Fetch the deliveries of every open order, and ship what has left."""
    return _of_everything(work.pull_deliveries(), user)


def sync_billing_documents(documents: Iterable[BillingDocument], user: User) -> Clicked:
    """Read these billing documents again and invoice what is billed."""
    return _ask_all((w for doc in documents for w in plan.for_billing_document(doc)), user)


def sync_all_billing_documents(user: User) -> Clicked:
    """Fetch the billing documents of every open order, and invoice them in the shop."""
    return _of_everything(work.pull_billing(), user)


def resend_invoices(invoices: Iterable[Invoice], user: User) -> Clicked:
    """Mail these invoices to their customers once more."""
    mails = (work.send_invoice(invoice) for invoice in invoices)
    return _ask_all(mails, user).called("Resend invoice")


def take_anyway(order: SalesOrder, user: User, reason: str = "") -> Clicked:
    """Take an order a rule has stopped, keep who wanted it and why, and bring what is open of it
    into SAP; nothing happens where nothing is."""
    if reason_never_taken(order):
        return Clicked()
    Decision.keep(Decision.Kind.TAKEN_ANYWAY, user, reason, sales_order=order)
    note_taken_anyway(order)
    order.refresh_from_db()
    return sync_orders([order], user)


def tie_order(order: SalesOrder, number: str, user: User, reason: str) -> Clicked:
    """Tie a web order to a SAP order: read back and, where it was not shown before and differs,
    shown first."""
    kind = Decision.Kind.SAP_ORDER_LINKED
    shown = task_showing(order, number)
    Decision.keep(kind, user, reason, number=number, sales_order=order, task=shown)
    return _ask_all([work.push_order(order)], user)


def refuse_sap_order(order: SalesOrder, number: str, user: User, reason: str) -> Clicked:
    """Say that a SAP order is not this web order's: it goes there as a new one, unless a rule
    keeps it out."""
    kind = Decision.Kind.SAP_ORDER_REFUSED
    Decision.keep(kind, user, reason, number=number, sales_order=order)
    return _ask_all([work.push_order(order)], user)


def retry_tasks(tasks: Iterable[SyncTask], user: User) -> Clicked:
    """Put these stopped tasks back to work."""
    return _collect(retry(task, asked_by=user) for task in tasks)


def retry_cause(cause_key: str, user: User) -> Clicked:
    """Put every task that stopped for this cause back to work."""
    stopped = SyncTask.objects.filter(
        state=SyncTask.State.NEEDS_ATTENTION, cause_key=cause_key
    ).order_by("id")
    return retry_tasks(stopped.iterator(), user)


def check_completeness(user: User) -> Clicked:
    """Compare every shop with SAP, order by order."""
    shops = Shop.objects.filter(is_active=True)
    return _ask_all((work.check_completeness(shop) for shop in shops), user)


def try_connections(user: User) -> Clicked:
    """Try every connection; the results are read from the tasks."""
    shops = Shop.objects.filter(is_active=True)
    return _ask_all([work.try_connection(), *(work.try_connection(s) for s in shops)], user)


def dry_run(order: SalesOrder, user: User) -> Clicked:
    """Show the order to SAP; nothing is saved there."""
    return _ask_all([work.dry_run(order)], user).called("Dry run")


def check_readiness(user: User) -> Clicked:
    """Check the portal, SAP, and every shop that is switched on."""
    shops = Shop.objects.filter(is_active=True).order_by("id")
    areas = [work.check_readiness(area="portal"), work.check_readiness(area="sap")]
    checks = [*areas, *(work.check_readiness(shop) for shop in shops)]
    return _ask_all(checks, user).called("Checks")


def _of_everything(fetch: work.Work, user: User) -> Clicked:
    clicked = _ask_all([fetch], user)
    return clicked if _has_shop() else clicked.says(NO_SHOP)


def _has_shop() -> bool:
    return Shop.objects.filter(is_active=True).exists()


def _ask_all(wanted: Iterable[work.Work], user: User) -> Clicked:
    return _collect(ask(one, origin=SyncTask.Origin.CLICK, asked_by=user) for one in wanted)


def _collect(asked: Iterable[Asked]) -> Clicked:
    clicked = Clicked()
    for one in asked:
        clicked.tasks.append(one.task)
        clicked.answers[one.answer] += 1
    return clicked
