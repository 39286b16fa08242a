"""Finds the SAP order of a web order, and links it by itself only where nothing speaks against it.

After a restored database, or when a clerk has keyed the order in by hand, SAP may hold it whatever
the web order's state. Where both sides differ, both are kept with the task and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.causes.sap import SapCause
from sync.errors import MappingMissing, OutcomeUnknown, RecordsDisagree, UnexpectedRecord
from sync.mirrors.link_choices import CANDIDATES, LinkDecisions, decisions_on_link
from sync.mirrors.notes import note_looked_up
from sync.mirrors.order_rest import OrderRest
from sync.mirrors.shared_references import (
    customer_reference_of,
    refuse_orders_of_others,
    refuse_shared,
)
from sync.mirrors.shop_areas import shops_with_areas
from sync.models import SalesArea, SalesOrder
from sync.models.columns import SAP_NUMBER_LENGTH
from sync.models.intake_rules import FINISHED
from sync.models.master_data import rows_of
from sync.sap import abap
from sync.sap.records import SapSalesOrder
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.linking import Point, WebSide, comparison_points, is_order
from sync.translate.sap_order import LONGEST_REFERENCE

LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Sought:
    """A web order and what its SAP order should look like."""

    order: SalesOrder
    ours: WebSide
    said: LinkDecisions
    is_begun: bool  # this portal has sent it already
    is_stopped: bool  # a rule keeps it out: nothing is created
    own_numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A SAP order that may be the web order's."""

    read: SapSalesOrder
    points: list[Point] = field(default_factory=list)

    @property
    def number(self) -> str:
        return self.read.sap_sales_order_number

    @property
    def doubts(self) -> list[str]:
        return [one.doubt for one in self.points if one.doubt]


def is_to_be_looked_up(run: StepRun, order: SalesOrder) -> bool:
    """Whether SAP is searched for an order that a rule keeps out: once for each of its states in
    the shop, and always when a person asks. An order from before the portal only when a person
    asks."""
    if run.task.asked_by_id is not None or decisions_on_link(order).linked:
        return True
    if order.is_from_before_portal:
        return False
    if order.looked_up_as == order.remote_updated_at:
        return run.is_repeated  # an earlier attempt may have found it, and died before it kept it
    # One that this run found stopped takes its turn like the others, unless it has begun.
    return run.sales_order.is_kept_out or _has_begun(order)


def _has_begun(order: SalesOrder) -> bool:
    is_begun = any(line.qty_shipped > 0 or line.qty_invoiced > 0 for line in order.lines.all())
    return bool(order.ext_order_id) or order.state in FINISHED or is_begun


def web_side(order: SalesOrder, rest: OrderRest) -> WebSide:
    """What the SAP order should look like, even for an order the portal could not send itself."""
    totals = [rest.web_order.charged, rest.web_order.grand_total]
    for left in reversed(rest.likely):
        try:
            totals.insert(0, rest.translated_as(left).totals.gross)
        except (MappingMissing, UnexpectedRecord):
            continue
    mapping = rest.mapping
    area = (mapping.sales_organization, mapping.distribution_channel, mapping.division)
    return WebSide(
        customer_reference_of(order),
        area,
        mapping.sold_to,
        order.currency,
        tuple(dict.fromkeys(totals)),
    )


def find(run: StepRun, sought: Sought) -> SapSalesOrder | None:
    """None where SAP holds no such order.

    Raises ``RecordsDisagree`` where a person has to decide, with both sides in the task's facts.
    """
    if sought.said.linked:
        return _tied(run, sought)
    for number in dict.fromkeys(sought.own_numbers):
        if own := _own(run, sought, number):
            return own
    hits = _candidates(run, sought)
    if sought.is_stopped:
        note_looked_up(sought.order)
    mine = _without_rejected(
        [one for one in hits if one.read.customer_reference == sought.ours.reference]
    )
    if len(mine) > 1:
        raise _twice(run, sought, mine)
    refuse_orders_of_others(sought.order, [one.number for one in mine])
    refuse_shared(sought.order, is_found=bool(mine), shops=shops_with_areas())
    if mine and (sought.is_begun or not mine[0].doubts):
        return mine[0].read
    if candidates := mine or [one for one in hits if not _is_linked(sought.order, one.number)]:
        raise _undecided(run, sought, candidates)
    _refuse_stray_number(sought)
    return None


def _own(run: StepRun, sought: Sought, number: str) -> SapSalesOrder | None:
    """The order under a number this portal wrote down before the commit, if it was saved."""
    if len(number) != SAP_NUMBER_LENGTH or number in sought.said.refused:
        return None
    for read in run.remotes.sap().get_sales_orders([number], with_addresses=True).complete():
        if read.customer_reference == sought.ours.reference:
            refuse_orders_of_others(sought.order, [number])
            return read
    return None


def _candidates(run: StepRun, sought: Sought) -> list[Candidate]:
    """Includes the order that the shop names; leaves out returns and credit memo requests."""
    sap, order, ours = run.remotes.sap(), sought.order, sought.ours
    found = [
        hit
        for sold_to in _sold_tos(sought)
        for hit in sap.search_sales_orders(
            ours.reference,
            sold_to=sold_to,
            sales_organization=ours.sales_area[0],
            created_from=(order.placed_at - LOOK_BACK).date(),
        )
    ]
    numbers = {hit.sap_sales_order_number for hit in found} - sought.said.refused
    named = {order.ext_order_id} - sought.said.refused
    named = {one for one in named if len(one) == SAP_NUMBER_LENGTH}
    wanted = sorted(numbers | named)
    held = sap.get_sales_orders(wanted, with_addresses=True).complete()
    if missing := numbers - {read.sap_sales_order_number for read in held}:
        raise OutcomeUnknown(
            told("SAP lists order {missing} but does not show it yet.", missing=min(missing)),
            cause=SapCause.NOT_SHOWN_YET,
            reference=order.increment_id,
        )
    return [_candidate(sought, read) for read in held if is_order(read)]


def _sold_tos(sought: Sought) -> list[str]:
    """Includes the one-time account: the order may be older than the customer's own account."""
    if len(sought.ours.reference) > LONGEST_REFERENCE or not sought.ours.sales_area[0]:
        return []
    order = sought.order
    areas = [one for one in rows_of(SalesArea) if one.shop_id == order.shop_id]
    once = [one.one_time_customer for one in areas if one.store_id == order.store_id]
    return list(dict.fromkeys(abap.alpha(one) for one in (sought.ours.sold_to, *once) if one))


def _candidate(sought: Sought, read: SapSalesOrder) -> Candidate:
    order = sought.order
    both = comparison_points(sought.ours, read, order.shop.amount_tolerance)
    if order.is_from_before_portal and not sought.is_begun:
        placed, since = f"{order.placed_at:%d %b %Y}", f"{order.shop.orders_from:%d %b %Y}"
        doubt = told("the web order was placed before the portal took over on {since}", since=since)
        both.append(
            Point(
                "Placed", placed, told("the portal takes orders from {since}", since=since), doubt
            )
        )
    return Candidate(read, both)


def _without_rejected(found: list[Candidate]) -> list[Candidate]:
    """Where two orders carry one reference, one may have been rejected in favour of the other."""
    open_ones = [one for one in found if not one.read.is_wholly_rejected]
    return open_ones if len(open_ones) == 1 else found


def _is_linked(order: SalesOrder, number: str) -> bool:
    others = SalesOrder.objects.filter(sap_sales_order_number=number)
    return others.exclude(pk=order.pk).exists()


def _tied(run: StepRun, sought: Sought) -> SapSalesOrder:
    """Reads the SAP order that a person named; where it does not fit, both sides are shown
    first."""
    number = abap.alpha(sought.said.linked)
    if sought.is_stopped:
        note_looked_up(sought.order)  # who tied it is asked, not the schedule
    refuse_orders_of_others(sought.order, [number])
    held = run.remotes.sap().get_sales_orders([number], with_addresses=True).complete()
    if not held:
        run.task.write_ahead(**{CANDIDATES: []})
        message = told("SAP shows no order {number}, to which this order was tied.", number=number)
        raise _stop(sought, message, OrderCause.TIED_TO_NONE)
    found = _candidate(sought, held[0])
    if not is_order(found.read):
        raise _undecided(run, sought, [found])
    if not (sought.said.is_seen or sought.order.sap_sales_order_number == number):
        _refuse_second(run, sought, found)
    is_new = [one for one in found.doubts if not one.startswith("it carries the reference")]
    if is_new and not (sought.said.is_seen or sought.order.sap_sales_order_number == number):
        raise _undecided(run, sought, [found])
    return found.read


def _refuse_second(run: StepRun, sought: Sought, named: Candidate) -> None:
    """Another SAP order may already carry the reference, such as one whose answer was lost: the
    person who named this one sees both first."""
    ours = [one for one in _candidates(run, sought) if one.number != named.number]
    mine = [one for one in ours if one.read.customer_reference == sought.ours.reference]
    if open_ones := [one for one in mine if not one.read.is_wholly_rejected]:
        raise _twice(run, sought, [named, *open_ones])


def _twice(run: StepRun, sought: Sought, found: Sequence[Candidate]) -> RecordsDisagree:
    _keep(run, found)
    numbers = " and ".join(one.number for one in found)
    return _stop(
        sought,
        told(
            "Web order {order} is in SAP twice: {numbers}.",
            order=sought.order.increment_id,
            numbers=numbers,
        ),
        OrderCause.TWICE,
    )


def _undecided(run: StepRun, sought: Sought, found: Sequence[Candidate]) -> RecordsDisagree:
    _keep(run, found)
    first = found[0]
    return _stop(
        sought,
        told(
            "SAP order {number} may be that of web order {order}, but {doubts}.",
            number=first.number,
            order=sought.order.increment_id,
            doubts="; ".join(first.doubts),
        ),
        OrderCause.UNDECIDED,
    )


def _keep(run: StepRun, found: Sequence[Candidate]) -> None:
    """Stores both sides of each candidate for the page, without any personal data."""
    rows = [
        {"number": one.number, "reference": one.read.customer_reference,
         "is_order": is_order(one.read), "points": [asdict(point) for point in one.points]}
        for one in found
    ]  # fmt: skip
    run.task.write_ahead(**{CANDIDATES: rows})


def _stop(sought: Sought, message: str, cause: Cause) -> RecordsDisagree:
    return RecordsDisagree(message, cause=cause, reference=sought.order.increment_id)


def _refuse_stray_number(sought: Sought) -> None:
    """The shop's order names a number that SAP does not hold, and somebody wrote it there."""
    order = sought.order
    if (
        sought.is_stopped
        or order.is_taken_anyway
        or order.ext_order_id in {"", *sought.said.refused}
    ):
        return
    raise RecordsDisagree(
        told(
            "The shop's order {order} already carries the number {carried}, but SAP holds no "
            "order for it.",
            order=order.increment_id,
            carried=order.ext_order_id,
        ),
        cause=OrderCause.STRAY_NUMBER,
        reference=order.increment_id,
    )
