"""The end of an example: quiet is waited for, then the stand-ins' own books are judged."""

from __future__ import annotations

from django.db.models import Count, Q

from sync.models import Invoice, SalesOrder, Step, SyncAttempt, SyncTask
from sync.policy import policy_from_settings
from sync.sandbox.sap import books
from sync.sandbox.sap.documents import BillingDocument
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.chaos.events import EVENTS, End
from tests.chaos.judge import Case, Claim, judge
from tests.chaos.lines import lacks_a_line
from tests.properties import people
from tests.properties.stormy_world import StormyWorld

ROUNDS = 30
ENDED = ("complete", "canceled", "one_sided")  # the last is judged by what SAP rejected
REST = next(event for event in EVENTS if event.end == End.REST)
PULLS = (Step.PULL_ORDERS, Step.PULL_DELIVERIES, Step.PULL_BILLING, Step.CHECK_COMPLETENESS)
BILLED_IN_VAIN = "sap:billing-cancelled"
# What a person has to see to, and which act of a person or fault of a remote led to it.
FOR_A_PERSON = {
    "sap:goods-issue-reversed": {"take back"},
    BILLED_IN_VAIN: {"cancel bill"},
    "mail:unknown": {"resend"},
}


def wrong_with(world: StormyWorld) -> list[str]:
    """Everything that is wrong once all is quiet; faults have stopped before."""
    world.calm()
    until_quiet(world)
    found = _surprises(world)
    people.retry(world)
    world.time.go_to(world.time() + policy_from_settings().follow_every)
    until_quiet(world)  # what changed in SAP after an order was complete has come by now
    in_vain = _billed_in_vain(world)
    found += _open_tasks(in_vain)
    for entity_id in people.web_orders(world):
        case = the_case(world, entity_id)
        if case.shop["order"]["state"] == "canceled":
            found += _wrong_with_canceled(case)
            continue
        findings = judge(case)
        if case.increment_id in in_vain:
            findings = [one for one in findings if one.kind in ("lost", "stuck")]
            findings = [] if len(case.sap) == 1 else findings
        found += [f"{one.kind} {one.order}: {one.text}" for one in findings]
    return found


def until_quiet(world: StormyWorld) -> None:
    """Everything runs by itself, and the clerks come to an end, until nothing is left to do."""
    for at in range(ROUNDS):
        world.wait(4)
        world.sweep()
        world.tick()
        for _ in range(20):
            if not world.due():
                break
            world.work_all(6)
        if at and _is_quiet(world):
            return
        for _ in range(3):
            people.clerks_go_on(world)
        people.finish(world)


def _is_quiet(world: StormyWorld) -> bool:
    moving = SyncTask.objects.filter(state__in=[SyncTask.State.WAITING, SyncTask.State.RUNNING])
    if moving.exists() or SalesOrder.objects.count() < len(people.web_orders(world)):
        return False
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    unfinished = SalesOrder.objects.exclude(stage__in=ENDED)
    return not unfinished.exclude(pk__in=stopped.values("sales_order")).exists()


def the_case(world: StormyWorld, entity_id: int) -> Case:
    """Both books of a web order, and the portal's words."""
    with world.stand_in.store.reading() as found:
        web_order = found.find("order", entity_id)
        assert web_order is not None
        shop = {
            "order": web_order,
            "shipments": found.of_order("shipment", entity_id),
            "invoices": found.of_order("invoice", entity_id),
            "mails": _unasked(found.mails("order_id = ?", (entity_id,)), entity_id),
        }
    increment_id = str(web_order["increment_id"])
    held = [
        books.books_of(world.sap, one)
        for one in world.sap.store.all(SapOrder, newest=50)
        if one.customer_reference == increment_id
    ]
    event = REST if any(lacks_a_line(one) for one in held) else None
    return Case(increment_id, shop, held, _claim(entity_id), event)


def _unasked(mails: list[people.Books], entity_id: int) -> list[people.Books]:
    """The mails without those of invoices a person wanted once more: the portal has a record of
    each, and no mail went out that it has none of."""
    invoices = Invoice.objects.filter(sales_order__entity_id=entity_id)
    recorded = dict(invoices.annotate(number=Count("mails")).values_list("entity_id", "number"))
    kept: list[people.Books] = []
    for key in {(mail["kind"], mail["document_id"]) for mail in mails}:
        same = [mail for mail in mails if (mail["kind"], mail["document_id"]) == key]
        is_asked = key[0] == "invoice" and len(same) <= recorded.get(key[1], 0)
        kept += same[:1] if is_asked else same
    return kept


def _wrong_with_canceled(case: Case) -> list[str]:
    """It may have got into SAP at the last moment, once: rejected there by now."""
    if len(case.sap) > 1:
        return [f"doubled {case.increment_id}: canceled, and in SAP more than once"]
    stage = case.claim.stage if case.claim else ""
    return [] if stage == "canceled" else [f"stuck {case.increment_id}: canceled, says {stage}"]


def _claim(entity_id: int) -> Claim | None:
    order = SalesOrder.objects.filter(entity_id=entity_id).first()
    if order is None:
        return None
    told = Q(is_customer_told=True)
    return Claim(
        key=order.pk,
        stage=order.stage,
        verification=order.verification,
        sap_number=order.sap_sales_order_number,
        is_confirmed=order.confirmed_at is not None,
        told_shipments=frozenset(order.shipments.filter(told).values_list("entity_id", flat=True)),
        told_invoices=frozenset(order.invoices.filter(told).values_list("entity_id", flat=True)),
    )


def _billed_in_vain(world: StormyWorld) -> set[str]:
    """Orders whose billing document was cancelled while the shop made its invoice."""
    cancelled = [
        one.number
        for one in world.sap.store.all(BillingDocument, newest=50)
        if one.is_cancelled and one.category == "M"
    ]
    found = set()
    for entity_id in people.web_orders(world):
        invoices = str(people.papers(world, "invoice", entity_id))
        if any(number in invoices for number in cancelled):
            found.add(str(world.stand_in.get("order", entity_id)["increment_id"]))
    return found


def _surprises(world: StormyWorld) -> list[str]:
    """Work that stopped for a person although nobody and nothing gave a reason to."""
    verbs = {act.verb for act in world.done}
    stopped = SyncTask.objects.filter(state=SyncTask.State.NEEDS_ATTENTION)
    found = [
        f"needs_hand {task}: {task.cause_key} {task.error_message}"
        for task in stopped
        if not verbs & FOR_A_PERSON.get(task.cause_key, {"hold", "sap fails"})
    ]
    faults = SyncAttempt.objects.filter(outcome=SyncAttempt.Outcome.ERRORED)
    return found + [f"portal fault in {one.task}: {one.message}" for one in faults]


def _open_tasks(in_vain: set[str]) -> list[str]:
    """Work that is still open in the end; a pull that waits for its turn is no trouble."""
    unfinished = SyncTask.objects.unfinished().select_related("sales_order")
    left = [task for task in unfinished if task.step not in PULLS or task.state != "waiting"]
    found = [
        f"open: {task} {task.state} {task.cause_key} {task.error_message}"
        for task in left
        if task.sales_order is None or task.sales_order.increment_id not in in_vain
    ]
    shown = {
        task.sales_order.increment_id
        for task in left
        if task.cause_key == BILLED_IN_VAIN and task.sales_order is not None
    }
    return found + [f"lies: {number} was billed in vain, unseen" for number in in_vain - shown]
