"""The SAP orders a person is asked about for a web order, and what people decided about them."""

from __future__ import annotations

from dataclasses import dataclass

from sync.causes.orders import OrderCause
from sync.mirrors.shared_references import customer_reference_of
from sync.models import Decision, SalesOrder, SyncTask
from sync.translate.linking import Point

ASKED_OF_PEOPLE = frozenset(
    {OrderCause.UNDECIDED.code, OrderCause.TIED_TO_NONE.code, OrderCause.TWICE.code}
)
CANDIDATES = "candidates"  # fact of a task: both sides of each, for the page that asks


@dataclass(frozen=True, slots=True)
class LinkDecisions:
    linked: str = ""
    is_seen: bool = False  # both sides were shown before
    refused: frozenset[str] = frozenset()


def decisions_on_link(order: SalesOrder) -> LinkDecisions:
    """The last decision on each number counts."""
    linked, is_seen, refused = "", False, set()
    kinds = [Decision.Kind.SAP_ORDER_LINKED, Decision.Kind.SAP_ORDER_REFUSED]
    for one in Decision.objects.filter(sales_order=order, kind__in=kinds).order_by("id"):
        if one.kind == Decision.Kind.SAP_ORDER_LINKED:
            linked, is_seen = one.number, one.task_id is not None
            refused.discard(one.number)
        else:
            refused.add(one.number)
            linked = "" if linked == one.number else linked
    return LinkDecisions(linked, is_seen, frozenset(refused))


@dataclass(frozen=True, slots=True)
class Choice:
    """A SAP order a person is asked about; ``points`` is empty where SAP shows no such order."""

    number: str
    may_tie: bool
    may_refuse: bool
    points: list[Point]


def choices(order: SalesOrder) -> list[Choice]:
    if order.is_in_sap:
        return []
    task, said, ours = _waiting(order), decisions_on_link(order), customer_reference_of(order)
    rows = task.facts.get(CANDIDATES, []) if task else []
    found = [
        Choice(
            row["number"],
            bool(row["is_order"]),
            row["reference"] != ours,
            [Point(**point) for point in row["points"]],
        )
        for row in rows
    ]
    if task and said.linked and said.linked not in {one.number for one in found}:
        found.append(Choice(said.linked, False, True, []))
    return found


def task_showing(order: SalesOrder, number: str) -> SyncTask | None:
    """The stopped task that showed a person both sides; None where they were never shown."""
    task = _waiting(order)
    rows = task.facts.get(CANDIDATES, []) if task else []
    return task if any(row["number"] == number for row in rows) else None


def _waiting(order: SalesOrder) -> SyncTask | None:
    waiting = order.tasks.filter(state=SyncTask.State.NEEDS_ATTENTION, cause__in=ASKED_OF_PEOPLE)
    return waiting.order_by("-id").first()
