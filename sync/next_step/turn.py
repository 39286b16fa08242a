"""Somebody's turn: who does what, since when, and whether a button of the portal does it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sync.causes.cause import Team
from sync.models import Step, SyncTask
from sync.models.steps import ASKING, TRIALS, WRITES
from sync.told import told

State = SyncTask.State


class Who(StrEnum):
    """Those who act besides the teams; the value is the word that pages show."""

    WAREHOUSE = told("Warehouse")
    CUSTOMER = told("Customer")
    SHOP = told("Shop")
    PORTAL = told("By itself")
    NOBODY = told("Done")


class Tone(StrEnum):
    """Most urgent first."""

    STOPPED = "stopped"  # nothing goes on until somebody acts
    LOOK = "look"  # it goes on, and somebody must look all the same
    TURN = "turn"
    MOVING = "moving"  # the portal does it by itself
    DONE = "done"


class Act(StrEnum):
    """What a button of the portal does about it."""

    SYNC = "sync"
    RETRY = "retry"
    TAKE_ANYWAY = "take_anyway"
    RESEND = "resend"
    LINK_INVOICE = "link_invoice"
    COMPARE = "compare"
    CHOOSE = "choose"
    RELEASE = "release"


class Station(StrEnum):
    """Where on the way from web order to invoice."""

    ORDER = "order"
    SAP = "sap"
    DELIVERY = "delivery"
    SHIPMENT = "shipment"
    BILLING = "billing"
    INVOICE = "invoice"


STATIONS = {
    Step.PULL_ORDERS: Station.ORDER,
    Step.PUSH_ORDER: Station.SAP,
    Step.CONFIRM_ORDER: Station.SAP,
    Step.PULL_DELIVERIES: Station.DELIVERY,
    Step.PUSH_SHIPMENT: Station.SHIPMENT,
    Step.PULL_BILLING: Station.BILLING,
    Step.PUSH_INVOICE: Station.INVOICE,
    Step.SEND_INVOICE: Station.INVOICE,
}
_STATIONS: Mapping[str, Station] = {str(step): station for step, station in STATIONS.items()}
STOP_NOTHING: frozenset[str] = TRIALS | ASKING
IN_SAP = told("This is done in SAP.")
IN_THE_SHOP = told("This is done in the shop.")
BY_ITSELF = told("There is nothing to press: it happens by itself.")


@dataclass(frozen=True, slots=True)
class Turn:
    """``text`` is a whole sentence whose names in braces stand in ``values``. Without an ``act``,
    ``why_no_button`` says where it is done instead."""

    who: str  # a Team or a Who
    tone: Tone
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    station: Station | None = None
    since: datetime | date | None = None
    act: Act | None = None
    why_no_button: str = ""
    advice: str = ""
    key: int | None = None  # of the task, invoice, document or hold the act is about


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is not finished, with what the table of causes says of its failure."""

    pk: int
    step: str
    state: str
    since: datetime
    team: str
    what: str = ""  # the step in words
    headline: str = ""
    advice: str = ""
    message: str = ""
    next_try_at: datetime | None = None  # of a task that is put off
    waits_for_remote: bool = False
    asks_which_sap_order: bool = False
    document_to_link: int | None = None  # the billing document that may replace a cancelled one


@dataclass(frozen=True, slots=True)
class Held:
    """A person keeps the document from moving."""

    what: str  # such as "Order 519 is held"
    by: str
    since: datetime
    reason: str
    key: int


def done(
    text: str,
    since: datetime | date | None = None,
    values: Mapping[str, object] | None = None,
) -> Turn:
    why = told("There is nothing to press.")
    return Turn(Who.NOBODY, Tone.DONE, text, values or {}, since=since, why_no_button=why)


def by_urgency(turns: Iterable[Turn]) -> list[Turn]:
    order = list(Tone)
    return sorted(turns, key=lambda turn: order.index(turn.tone))


def marks_of(turns: Sequence[Turn]) -> dict[Station, Tone]:
    """The stations where somebody is to act, each with its most urgent turn."""
    marks: dict[Station, Tone] = {}
    for turn in by_urgency(turns):
        if turn.station is not None and turn.tone != Tone.DONE:
            marks.setdefault(turn.station, turn.tone)
    return marks


def stopped(tasks: Iterable[OpenTask]) -> list[Turn]:
    """A trial that failed stops nothing but itself."""
    return [
        Turn(
            task.team,
            Tone.STOPPED,
            "{headline}. {message}" if task.message else "{headline}.",
            {"headline": task.headline.rstrip("."), "message": task.message},
            station=_STATIONS.get(task.step),
            since=task.since,
            act=_act_on(task),
            advice=task.advice,
            key=task.document_to_link or task.pk,
        )
        for task in tasks
        if task.state == State.NEEDS_ATTENTION and task.step not in STOP_NOTHING
    ]


def _act_on(task: OpenTask) -> Act:
    if task.asks_which_sap_order:
        return Act.CHOOSE
    return Act.LINK_INVOICE if task.document_to_link else Act.RETRY


def held(holds: Iterable[Held]) -> list[Turn]:
    return [
        Turn(
            Team.SALES,
            Tone.STOPPED,
            told("{what} by {by}: {reason}. Release it when it may go on."),
            {"what": hold.what, "by": hold.by, "reason": hold.reason.rstrip(".")},
            since=hold.since,
            act=Act.RELEASE,
            advice=told("Until the release nothing new is written to SAP or the shop."),
            key=hold.key,
        )
        for hold in holds
    ]


@dataclass(frozen=True, slots=True)
class Machine:
    """What the portal has in hand, what it does by itself, and who may press *Sync now* here."""

    presser: Team
    tasks: Sequence[OpenTask] = ()
    automatic: frozenset[Step] = frozenset()


def portals(turn: Turn, step: Step, machine: Machine) -> Turn:
    """What the portal does, by the task that does it; a person's turn to press the button where
    nothing does it by itself."""
    same = STATIONS[step]
    live = [
        task for task in machine.tasks if task.step in WRITES and _STATIONS.get(task.step) == same
    ]
    for task in live:
        if task.waits_for_remote:
            return _with(turn, told("It waits: {message}"), task)
        if task.state == State.RUNNING:
            return _with(turn, told("The portal is working on it now: {what}."), task)
        if task.state == State.WAITING and task.next_try_at:
            return _with(turn, told("The portal tries again at {when}. {message}"), task)
        if task.state == State.WAITING:
            return _with(turn, told("It is queued: {what}."), task)
    if step.facts.every is None or step in machine.automatic:
        return turn
    return Turn(
        machine.presser,
        Tone.TURN,
        told("Press Sync now: nothing does it by itself. To do: {what}."),
        {"what": step.label},
        station=same,
        since=turn.since,
        act=Act.SYNC,
    )


def _with(turn: Turn, text: str, task: OpenTask) -> Turn:
    values = {"what": task.what, "when": task.next_try_at, "message": task.message}
    return Turn(
        Who.PORTAL, Tone.MOVING, text, values,
        station=turn.station, since=task.since, why_no_button=BY_ITSELF,
    )  # fmt: skip
