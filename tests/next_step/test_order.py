"""Whose turn it is with an order: a table of facts and sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sync.causes.cause import Team
from sync.mirrors.intake import KeptOut
from sync.models import OutboundDelivery, SalesOrder, Step, SyncTask
from sync.models.steps import ASKING, TRIALS, WRITES
from sync.next_step.delivery import DeliveryFacts
from sync.next_step.invoice import InvoiceFacts
from sync.next_step.order import OrderFacts, turns_with_order
from sync.next_step.turn import (
    STATIONS,
    Act,
    Held,
    Machine,
    OpenTask,
    Station,
    Tone,
    Turn,
    Who,
    marks_of,
)
from sync.translate.sap_hindrances import hindrances

Stage, State, Picking = SalesOrder.Stage, SyncTask.State, OutboundDelivery.Picking
Unwanted = OutboundDelivery.Unwanted
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)
ALL = frozenset(step for step in Step if step.facts.every)


def a_task(step: Step, state: SyncTask.State, **values: Any) -> OpenTask:
    defaults: dict[str, Any] = {"pk": 7, "since": AT, "team": step.facts.team, "what": step.label}
    return OpenTask(step=step, state=state, **(defaults | values))


def the_turns(stage: SalesOrder.Stage, *tasks: OpenTask, **values: Any) -> list[Turn]:
    automatic = values.pop("automatic", ALL)
    machine = Machine(Team.SALES, tasks, automatic)
    defaults: dict[str, Any] = {"sap_number": "0000004711"} if stage not in OUTSIDE else {}
    return turns_with_order(
        OrderFacts(stage=stage, placed_at=AT, machine=machine, **(defaults | values))
    )


OUTSIDE = {Stage.TO_SYNC, Stage.NOT_TAKEN}


def told(turn: Turn) -> str:
    return f"{turn.who}: {turn.text.format(**turn.values)}"


NOT_PICKED = DeliveryFacts("80000001", Picking.NOT_PICKED, date(2026, 3, 2))
PLANNED = DeliveryFacts("80000002", Picking.PARTLY, date(2026, 3, 2), planned_picking_at=LATER)
LATE = DeliveryFacts("80000003", Picking.NOT_PICKED, planned_picking_at=AT, is_late=True)
PICKED = DeliveryFacts("80000004", Picking.PICKED, picked_at=AT)
LEFT = DeliveryFacts("80000005", Picking.PICKED, is_goods_issued=True, left_at=AT)
SHIPPED = DeliveryFacts(
    "80000006", Picking.PICKED, is_goods_issued=True, left_at=AT, is_in_shop=True
)
TO_SHIP = {"left_to_ship": "SAP has not delivered everything yet."}
TO_BILL = {"left_to_invoice": "SAP has not billed all of delivery 80000006 yet."}
MAILED = InvoiceFacts("000000009", is_mailed=True)

NORMAL: list[tuple[str, SalesOrder.Stage, dict[str, Any], str, Tone]] = [
    ("new", Stage.TO_SYNC, {}, "By itself: The portal creates the order in SAP.", Tone.MOVING),
    ("switched off", Stage.TO_SYNC, {"automatic": ALL - WRITES},
     "Sales: Press Sync now: nothing does it by itself. To do: Create the order in SAP.",
     Tone.TURN),
    ("unpaid", Stage.NOT_TAKEN, {"kept_out": KeptOut.UNPAID, "reason": "Not paid yet"},
     "Customer: Pay the order; it goes to SAP once it is paid: Not paid yet.", Tone.TURN),
    ("being placed", Stage.NOT_TAKEN,
     {"kept_out": KeptOut.NOT_PLACED, "reason": "Received by the shop, but not placed yet"},
     "Shop: Place the order: Received by the shop, but not placed yet.", Tone.TURN),
    ("history", Stage.NOT_TAKEN,
     {"kept_out": KeptOut.OVER, "reason": "Already complete in the shop"},
     "Done: Nothing is left to do; the order stays out of SAP: Already complete in the shop.",
     Tone.DONE),
    ("held in the shop", Stage.NOT_TAKEN,
     {"kept_out": KeptOut.TO_DECIDE, "reason": "On hold in the shop"},
     "Sales: Decide about this order; it is not taken into SAP: On hold in the shop.", Tone.LOOK),
    ("no delivery", Stage.IN_SAP, TO_SHIP,
     "Warehouse: Create the delivery for SAP order 0000004711.", Tone.TURN),
    ("to pick", Stage.PICKING, TO_SHIP | {"deliveries": [NOT_PICKED]},
     "Warehouse: Pick delivery 80000001.", Tone.TURN),
    ("to pick in time", Stage.PICKING, TO_SHIP | {"deliveries": [NOT_PICKED, PLANNED]},
     "Warehouse: Pick delivery 80000002 by 2026-03-03 07:00:00+00:00.", Tone.TURN),
    ("late", Stage.PICKING, TO_SHIP | {"deliveries": [PLANNED, LATE]},
     "Warehouse: Pick delivery 80000003 now: it was due on 2026-03-02 09:30:00+00:00.",
     Tone.LOOK),
    ("picked", Stage.PICKING, TO_SHIP | {"deliveries": [PICKED]},
     "Warehouse: Post the goods issue of delivery 80000004.", Tone.TURN),
    ("left", Stage.DISPATCHED, TO_SHIP | {"deliveries": [LEFT]},
     "By itself: The portal ships delivery 80000005 in the shop.", Tone.MOVING),
    ("a part left", Stage.DISPATCHED, TO_SHIP | {"deliveries": [SHIPPED]},
     "Warehouse: Deliver the rest of SAP order 0000004711.", Tone.TURN),
    ("to bill", Stage.SHIPPED, TO_BILL | {"deliveries": [SHIPPED]},
     "Finance: Bill SAP order 0000004711.", Tone.TURN),
    ("billed", Stage.SHIPPED, TO_BILL | {"deliveries": [SHIPPED], "not_in_shop": ["90000001"]},
     "By itself: The portal invoices billing document 90000001 in the shop.", Tone.MOVING),
    ("complete", Stage.COMPLETE, {"deliveries": [SHIPPED], "invoices": [MAILED]},
     "Done: Nothing is left to do: shipped, billed and invoiced.", Tone.DONE),
    ("not mailed", Stage.COMPLETE, {"invoices": [InvoiceFacts("000000009")]},
     "Finance: Mail invoice 000000009: the customer does not have it yet.", Tone.TURN),
    ("given up", Stage.COMPLETE, {"invoices": [InvoiceFacts("000000009", is_given_up=True)]},
     "Finance: Mail invoice 000000009 again: the shop did not send it.", Tone.LOOK),
    ("differs", Stage.COMPLETE, {"invoices": [InvoiceFacts("000000009", differs=True)]},
     "Finance: Compare the shop's invoice 000000009 with what SAP billed: their amounts differ.",
     Tone.LOOK),
    ("canceled", Stage.CANCELED, {}, "Done: Nothing is left to do: the order is canceled.",
     Tone.DONE),
    ("gone from SAP", Stage.IN_SAP, {"sap_missing_since": AT},
     "Sales: Find out what became of SAP order 0000004711: SAP no longer shows this order. The "
     "portal does not create it a second time.", Tone.STOPPED),
    ("one-sided", Stage.ONE_SIDED, {"reason": "Every line of SAP order 4711 is rejected: cancel "
     "the order in the shop"},
     "Sales: The order is stopped on one side only: Every line of SAP order 4711 is rejected: "
     "cancel the order in the shop.", Tone.STOPPED),
    ("do not ship", Stage.ONE_SIDED,
     {"reason": "Do not ship", "deliveries": [DeliveryFacts("8", unwanted=Unwanted.WHOLE)]},
     "Logistics: The order is stopped on one side only: Do not ship.", Tone.STOPPED),
    ("prices differ", Stage.IN_SAP, TO_SHIP | {"is_differing": True},
     "Sales: Compare the web order with the SAP order: they differ.", Tone.LOOK),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "facts", "sentence", "tone"), [row[1:] for row in NORMAL], ids=[r[0] for r in NORMAL]
)
def test_one_sentence_says_who_acts_and_what(
    stage: SalesOrder.Stage, facts: dict[str, Any], sentence: str, tone: Tone
) -> None:
    first = the_turns(stage, **facts)[0]

    assert (told(first), first.tone) == (sentence, tone)


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_somebody_who_acts_and_a_button_or_why_there_is_none(
    stage: SalesOrder.Stage,
) -> None:
    (turn,) = the_turns(stage)

    assert turn.who
    assert told(turn)
    assert turn.act or turn.why_no_button


def test_every_stage_of_the_table_is_there() -> None:
    assert {row[1] for row in NORMAL} == set(Stage)


@pytest.mark.parametrize("step", STATIONS)
def test_what_stopped_comes_first_at_its_station_with_its_team_and_remedy(step: Step) -> None:
    failure = {"headline": "Missing material", "message": "SKU 1 has none.", "advice": "Add it."}
    task = a_task(step, State.NEEDS_ATTENTION, **failure)

    turn = the_turns(Stage.PICKING, task, deliveries=[NOT_PICKED], **TO_SHIP)[0]

    assert told(turn) == f"{step.facts.team}: Missing material. SKU 1 has none."
    assert (turn.tone, turn.station, turn.advice) == (Tone.STOPPED, STATIONS[step], "Add it.")
    assert (turn.act, turn.key, turn.since) == (Act.RETRY, 7, AT)


@pytest.mark.parametrize("step", sorted(TRIALS | ASKING))
def test_a_trial_that_failed_stops_no_order(step: Step) -> None:
    task = a_task(step, State.NEEDS_ATTENTION, headline="No")

    (turn,) = the_turns(Stage.TO_SYNC, task)

    assert turn.tone == Tone.MOVING


def test_what_is_stopped_stands_before_what_is_to_be_looked_at() -> None:
    task = a_task(Step.PUSH_SHIPMENT, State.NEEDS_ATTENTION, headline="Refused")

    tones = [turn.tone for turn in the_turns(Stage.IN_SAP, task, is_differing=True, **TO_SHIP)]

    assert tones == [Tone.STOPPED, Tone.LOOK]


def test_a_question_about_the_sap_order_is_answered_and_not_retried() -> None:
    task = a_task(Step.PUSH_ORDER, State.NEEDS_ATTENTION, asks_which_sap_order=True)

    assert the_turns(Stage.TO_SYNC, task)[0].act == Act.CHOOSE


@pytest.mark.parametrize(
    ("state", "values", "sentence"),
    [
        (State.RUNNING, {}, "By itself: The portal is working on it now: Create the order in SAP."),
        (State.WAITING, {}, "By itself: It is queued: Create the order in SAP."),
        (State.WAITING, {"next_try_at": LATER, "message": "SAP did not answer."},
         "By itself: The portal tries again at 2026-03-03 07:00:00+00:00. SAP did not answer."),
    ],
)  # fmt: skip
def test_the_portals_turn_names_the_task_that_takes_it(
    state: SyncTask.State, values: dict[str, Any], sentence: str
) -> None:
    task = a_task(Step.PUSH_ORDER, state, **values)

    (turn,) = the_turns(Stage.TO_SYNC, task, automatic=frozenset())

    assert (told(turn), turn.tone, turn.who) == (sentence, Tone.MOVING, Who.PORTAL)


def test_a_fetch_that_runs_takes_nobodys_turn() -> None:
    task = a_task(Step.PULL_DELIVERIES, State.RUNNING)

    (turn,) = the_turns(Stage.PICKING, task, deliveries=[NOT_PICKED], **TO_SHIP)

    assert turn.who == Who.WAREHOUSE


def test_an_invoice_that_is_being_mailed_is_the_portals_turn() -> None:
    task = a_task(Step.SEND_INVOICE, State.RUNNING)

    (turn,) = the_turns(Stage.COMPLETE, task, invoices=[InvoiceFacts("000000009")])

    assert turn.who == Who.PORTAL


@pytest.mark.parametrize(
    ("block", "facts", "who", "station"),
    [
        ("credit", TO_SHIP, Team.FINANCE, Station.DELIVERY),
        ("delivery", TO_SHIP, Team.LOGISTICS, Station.DELIVERY),
        ("billing", TO_BILL, Team.FINANCE, Station.BILLING),
    ],
)
def test_a_block_in_sap_is_the_turn_of_the_team_that_removes_it(
    block: str, facts: dict[str, Any], who: Team, station: Station
) -> None:
    found = hindrances([block], is_incomplete=False, incomplete_for=[])

    turn = the_turns(Stage.PICKING, hindrances=found, **facts)[0]

    assert (turn.who, turn.tone, turn.station) == (who, Tone.STOPPED, station)


def test_a_billing_block_stops_nobody_while_goods_are_still_to_leave() -> None:
    found = hindrances(["billing"], is_incomplete=False, incomplete_for=[])

    turns = the_turns(Stage.PICKING, hindrances=found, deliveries=[NOT_PICKED], **TO_SHIP)

    assert [(turn.who, turn.tone) for turn in turns] == [
        (Who.WAREHOUSE, Tone.TURN), (Team.FINANCE, Tone.LOOK),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("incomplete_for", "left", "is_stopped"),
    [
        (["delivery"], TO_SHIP, True),
        (["billing", "pricing"], TO_SHIP, False),
        (["billing", "pricing"], TO_BILL, True),
        ([], TO_SHIP, True),
    ],
)
def test_data_missing_in_sap_stops_the_work_it_is_missing_for(
    incomplete_for: list[str], left: dict[str, str], is_stopped: bool
) -> None:
    found = hindrances([], is_incomplete=True, incomplete_for=incomplete_for)

    turn = the_turns(Stage.IN_SAP, hindrances=found, **left)[0]

    assert (turn.tone == Tone.STOPPED) == is_stopped


def test_a_held_order_waits_for_its_release() -> None:
    hold = Held("Order 519 is held", "ann", AT, "The customer calls back.", key=7)
    turn = the_turns(Stage.TO_SYNC, holds=[hold])[0]

    assert told(turn) == (
        "Sales: Order 519 is held by ann: The customer calls back. Release it when it may go on."
    )
    assert (turn.tone, turn.since, turn.act, turn.key) == (Tone.STOPPED, AT, Act.RELEASE, 7)


def test_the_most_urgent_turn_of_a_station_marks_it_and_what_is_done_marks_none() -> None:
    task = a_task(Step.PUSH_ORDER, State.NEEDS_ATTENTION)
    turns = the_turns(Stage.IN_SAP, task, is_differing=True, **TO_SHIP)

    assert marks_of(turns[::-1]) == {Station.SAP: Tone.STOPPED}
    assert marks_of(the_turns(Stage.COMPLETE)) == {}


@pytest.mark.parametrize(
    ("stage", "further"),
    [
        (Stage.SHIPPED, ["Warehouse: Enter the tracking number of delivery 80000007."]),
        (Stage.COMPLETE, []),
    ],
)
def test_goods_that_nobody_can_follow_are_told_beside_what_comes_next(
    stage: SalesOrder.Stage, further: list[str]
) -> None:
    untracked = DeliveryFacts(
        "80000007", Picking.PICKED, is_goods_issued=True, is_in_shop=True, lacks_parcels=True
    )

    first, *others = the_turns(stage, deliveries=[untracked])

    assert first.tone in {Tone.TURN, Tone.DONE}
    assert [told(one) for one in others] == further
