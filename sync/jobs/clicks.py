"""What people request on a page; automatic work is in ``schedule``.

One document's work is queued at once, so that the answer is exact. A click on many is one row and
one ring, however many there are (``mass_clicks``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from django.contrib.auth.models import User

from sync.jobs import plan, release, work
from sync.jobs.ask import Answer, Asked, ask_all, retry
from sync.jobs.mass_clicks import NO_SHOP, NOTHING_TO_DO, MassClicked, has_shop, record
from sync.mirrors.added_lines import documents_with_item
from sync.mirrors.compared import make_due
from sync.mirrors.intake import reason_never_taken, rules_of
from sync.mirrors.link_choices import task_showing
from sync.mirrors.notes import note_taken_anyway
from sync.models import (
    BillingDocument,
    Click,
    Decision,
    Invoice,
    OrderHold,
    OutboundDelivery,
    SalesOrder,
    Shop,
    SyncTask,
    clock,
)
from sync.models.order_holds import is_held
from sync.models.steps import WRITES
from sync.told import told

_WORDS = {
    Answer.ASKED: told("{count:,} queued"),
    Answer.RETRIED: told("{count:,} tried again"),
    Answer.ALREADY_WAITING: told("{count:,} already waiting"),
    Answer.ALREADY_RUNNING: told("{count:,} already running"),
    Answer.RUNS_AGAIN: told("{count:,} running, and once more after that"),
    Answer.ALREADY_DONE: told("{count:,} done meanwhile"),
    Answer.NEEDS_ATTENTION: told("{count:,} needing attention"),
}


@dataclass(frozen=True, slots=True)
class Clicked:
    """The result of a click: the tasks that cover it, and how each request was answered."""

    tasks: list[SyncTask] = field(default_factory=list)
    answers: Counter[Answer] = field(default_factory=Counter)
    note: str = ""
    name: str = told("Sync now")
    hold: OrderHold | None = None  # which has kept something of it back

    @property
    def message(self) -> str:
        if not self.tasks:
            return self.note or NOTHING_TO_DO
        return f"{self.name}: {in_words(self.answers)}. {self.note}".strip()

    def says(self, note: str) -> Clicked:
        return replace(self, note=note)

    def called(self, name: str) -> Clicked:
        return replace(self, name=name)


def in_words(answers: Mapping[Answer, int] | Mapping[str, int]) -> str:
    given = {Answer(answer): count for answer, count in answers.items()}
    return ", ".join(told(words, count=given[one]) for one, words in _WORDS.items() if one in given)


def become_of(click: Click) -> str:
    """What has become of a click on many documents."""
    if click.finished_at is None:
        so_far = (
            told("{reached:,} of them are queued so far.", reached=click.reached)
            if click.reached
            else ""
        )
        return f"{click.asked_for} {so_far}".strip()
    if not click.answers:
        return f"{click}: {click.note or NOTHING_TO_DO}"
    return f"{click}: {in_words(click.answers)}. {click.note}".strip()


def sync_orders(orders: Iterable[SalesOrder], user: User) -> Clicked:
    """Ask for everything these orders need next: creation in SAP, confirmation, deliveries,
    billing. What a person holds is only read."""
    wanted = list(orders)
    works = plan.for_orders(wanted)
    hold = _hold_on([order for order in wanted if getattr(order, "is_held", True)])
    if hold is None:
        return _ask_all(works, user)
    keys = [order.pk for order in wanted]
    held = set(SalesOrder.objects.filter(is_held(), pk__in=keys).values_list("pk", flat=True))
    free = (one for one in works if one.step not in WRITES or _key(one) not in held)
    return replace(_ask_all(free, user), hold=hold)


def sync_all_new_orders(user: User) -> MassClicked:
    """Fetch every shop's new orders and push all waiting ones to SAP; before the release only
    fetch."""
    if not has_shop():
        return MassClicked(note=NO_SHOP)
    is_held = release.is_held()
    note = release.HELD if is_held else ""
    return record(Click(kind=Click.Kind.NEW_ORDERS, is_released=not is_held, note=note), user)


def sync_deliveries(deliveries: Iterable[OutboundDelivery], user: User) -> Clicked:
    """Read these deliveries again and create shipments for those with goods issue."""
    return _ask_all(plan.for_deliveries([one.pk for one in deliveries]), user)


def sync_all_deliveries(user: User) -> Clicked:
    """Fetch the deliveries of every open order and create the shipments."""
    return _ask_full_fetch(work.pull_deliveries(), user)


def sync_billing_documents(documents: Iterable[BillingDocument], user: User) -> Clicked:
    """Read these billing documents again and create their shop invoices."""
    return _ask_all(plan.for_billing_documents([one.pk for one in documents]), user)


def sync_all_billing_documents(user: User) -> Clicked:
    """Fetch the billing documents of every open order and create the shop invoices."""
    return _ask_full_fetch(work.pull_billing(), user)


def resend_invoices(invoices: Iterable[Invoice], user: User) -> Clicked:
    mails = (work.send_invoice(invoice) for invoice in invoices)
    return _ask_all(mails, user).called(told("Resend invoice"))


def take_anyway(order: SalesOrder, user: User, reason: str = "") -> Clicked:
    """Accept an order that a rule has stopped, record who wanted it and why, and send what is open
    of it to SAP; does nothing where the order can never be taken."""
    if reason_never_taken(order, rules_of(order.shop).about(order)):
        return Clicked()
    Decision.keep(Decision.Kind.TAKEN_ANYWAY, user, reason, sales_order=order)
    note_taken_anyway(order)
    order.refresh_from_db()
    return _ask_all(plan.for_order(order), user)


def tie_order(order: SalesOrder, number: str, user: User, reason: str) -> Clicked:
    """Tie a web order to a SAP order. It is read back first; if it differs and the person has not
    seen how, the differences are shown first."""
    kind = Decision.Kind.SAP_ORDER_LINKED
    shown = task_showing(order, number)
    Decision.keep(kind, user, reason, number=number, sales_order=order, task=shown)
    return _ask_all([work.push_order(order)], user)


def refuse_sap_order(order: SalesOrder, number: str, user: User, reason: str) -> Clicked:
    """Record that a SAP order does not belong to this web order, which then goes to SAP as a new
    one unless a rule keeps it out."""
    kind = Decision.Kind.SAP_ORDER_REFUSED
    Decision.keep(kind, user, reason, number=number, sales_order=order)
    return _ask_all([work.push_order(order)], user)


def tie_item(
    order: SalesOrder, number: int, item_id: int | None, user: User, reason: str
) -> Clicked:
    """Record which line an item added in SAP stands for, or that it stands for none; its documents
    are looked at again."""
    kind = Decision.Kind.SAP_ITEM_TIED if item_id else Decision.Kind.SAP_ITEM_UNTIED
    about = {"sales_order": order, "order_item_id": item_id}
    Decision.keep(kind, user, reason, number=str(number), **about)
    make_due([order.pk], clock.now())
    deliveries, documents = documents_with_item(order, number)
    wanted = [work.push_order(order), *(work.push_shipment(one, order) for one in deliveries)]
    return _ask_all([*wanted, *(work.push_invoice(one, order) for one in documents)], user)


def retry_tasks(tasks: Iterable[SyncTask], user: User) -> Clicked:
    return _collect(retry(task, asked_by=user) for task in tasks)


def check_completeness(user: User) -> Clicked:
    shops = Shop.objects.filter(is_active=True)
    return _ask_all((work.check_completeness(shop) for shop in shops), user)


def try_connections(user: User) -> Clicked:
    shops = Shop.objects.filter(is_active=True)
    return _ask_all([work.try_connection(), *(work.try_connection(s) for s in shops)], user)


def dry_run(order: SalesOrder, user: User) -> Clicked:
    """Send the order to SAP for checking; nothing is saved there."""
    return _ask_all([work.dry_run(order)], user).called(told("Dry run"))


def check_readiness(user: User) -> Clicked:
    shops = Shop.objects.filter(is_active=True).order_by("id")
    areas = [work.check_readiness(area="portal"), work.check_readiness(area="sap")]
    checks = [*areas, *(work.check_readiness(shop) for shop in shops)]
    return _ask_all(checks, user).called(told("Checks"))


def _hold_on(orders: list[SalesOrder]) -> OrderHold | None:
    """Of orders that are held, or of which nobody has read it."""
    holds = OrderHold.objects.standing().on(*orders).select_related("sales_order", "shop")
    return holds.first() if orders else None


def _key(wanted: work.Work) -> int | None:
    return wanted.sales_order.pk if wanted.sales_order else None


def _ask_full_fetch(fetch: work.Work, user: User) -> Clicked:
    clicked = _ask_all([fetch], user)
    return clicked if has_shop() else clicked.says(NO_SHOP)


def _ask_all(wanted: Iterable[work.Work], user: User) -> Clicked:
    return _collect(ask_all(wanted, origin=SyncTask.Origin.CLICK, asked_by=user))


def _collect(asked: Iterable[Asked]) -> Clicked:
    clicked = Clicked()
    for one in asked:
        clicked.tasks.append(one.task)
        clicked.answers[one.answer] += 1
    return clicked
