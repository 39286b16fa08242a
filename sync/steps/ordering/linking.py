"""Finding the SAP order of a web order: by itself only where nothing speaks against it.

A restored database, or a clerk who keyed the order in by hand: whatever the web order's state, what
SAP holds of it is looked for. Where both sides differ they are kept with the task, shown side by
side, and a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta

from django.db.models import Q

from sync.causes.cause import Cause
from sync.causes.orders import OrderCause
from sync.causes.sap import SapCause
from sync.errors import MappingMissing, OutcomeUnknown, RecordsDisagree, UnexpectedRecord
from sync.mirrors.intake import FINISHED
from sync.mirrors.link_choices import CANDIDATES, Said, said_of
from sync.mirrors.notes import note_looked_for
from sync.mirrors.order_rest import OrderRest
from sync.mirrors.shared_references import reference_of, refuse_anothers, refuse_shared
from sync.models import SalesArea, SalesOrder
from sync.models.columns import SAP_NUMBER_LENGTH
from sync.sap import abap
from sync.sap.records import SapSalesOrder
from sync.steps.step_run import StepRun
from sync.translate.linking import Point, WebSide, comparison_points, is_order
from sync.translate.sap_order import LONGEST_REFERENCE

LOOK_BACK = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Sought:
    """A web order with what its SAP order would have."""

    order: SalesOrder
    ours: WebSide
    said: Said
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
        """SAP's number."""
        return self.read.sap_sales_order_number

    @property
    def doubts(self) -> list[str]:
        """Why it is not taken by itself."""
        return [one.doubt for one in self.points if one.doubt]


def is_looked_for(run: StepRun, order: SalesOrder) -> bool:
    """Whether SAP is asked about an order that a rule keeps out: once for each state it has in the
    shop, always for a person; one from before the portal's time only for a person."""
    if run.task.asked_by_id is not None or said_of(order).linked:
        return True
    if order.is_from_before_portal:
        return False
    if order.looked_up_as == order.remote_updated_at:
        return run.is_repeated  # an earlier attempt may have found it, and died before it kept it
    # One that this run found stopped takes its turn like the others, unless it has begun.
    return run.sales_order.is_kept_out or _has_begun(order)


def _has_begun(order: SalesOrder) -> bool:
    """Whether the shop shows that something was done about the order."""
    lines = order.lines.filter(Q(qty_shipped__gt=0) | Q(qty_invoiced__gt=0))
    return bool(order.ext_order_id) or order.state in FINISHED or lines.exists()


def web_side(order: SalesOrder, rest: OrderRest) -> WebSide:
    """What the order's SAP order would have, also where the portal itself could not send it."""
    totals = [rest.web_order.charged, rest.web_order.grand_total]
    for left in reversed(rest.likely):
        try:
            totals.insert(0, rest.translated_as(left).totals.gross)
        except (MappingMissing, UnexpectedRecord):
            continue
    mapping = rest.mapping
    area = (mapping.sales_organization, mapping.distribution_channel, mapping.division)
    return WebSide(
        reference_of(order), area, mapping.sold_to, order.currency, tuple(dict.fromkeys(totals))
    )


def find(run: StepRun, sought: Sought) -> SapSalesOrder | None:
    """The SAP order that is the web order's; None where SAP holds none.

    Raises ``RecordsDisagree`` where a person has to decide, with both sides in the task's facts.
    """
    if sought.said.linked:
        return _tied(run, sought)
    for number in dict.fromkeys(sought.own_numbers):
        if own := _own(run, sought, number):
            return own
    hits = _hits(run, sought)
    if sought.is_stopped:
        note_looked_for(sought.order)
    mine = _without_rejected(
        [one for one in hits if one.read.customer_reference == sought.ours.reference]
    )
    if len(mine) > 1:
        raise _twice(run, sought, mine)
    refuse_anothers(sought.order, [one.number for one in mine])
    refuse_shared(sought.order, is_found=bool(mine))
    if mine and (sought.is_begun or not mine[0].doubts):
        return mine[0].read
    if candidates := mine or [one for one in hits if not _is_linked(sought.order, one.number)]:
        raise _undecided(run, sought, candidates)
    _refuse_stray_number(sought)
    return None


def _own(run: StepRun, sought: Sought, number: str) -> SapSalesOrder | None:
    """The order under a number this portal wrote down before the commit, if that was saved."""
    if len(number) != SAP_NUMBER_LENGTH or number in sought.said.refused:
        return None
    for read in run.remotes.sap().get_sales_orders([number], with_addresses=True).complete():
        if read.customer_reference == sought.ours.reference:
            refuse_anothers(sought.order, [number])
            return read
    return None


def _hits(run: StepRun, sought: Sought) -> list[Candidate]:
    """The orders that carry the reference, and the one the shop's order names; no returns orders
    or credit memo requests."""
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
            f"SAP lists order {min(missing)} but does not show it yet.",
            cause=SapCause.NOT_SHOWN_YET,
            reference=order.increment_id,
        )
    return [_candidate(sought, read) for read in held if is_order(read)]


def _sold_tos(sought: Sought) -> list[str]:
    """Whose orders are looked through: the mappings' customer, and the one-time account under which
    the order may have gone to SAP before the customer had an account."""
    if len(sought.ours.reference) > LONGEST_REFERENCE:
        return []
    order = sought.order
    areas = SalesArea.objects.filter(shop=order.shop, store_id=order.store_id)
    once = areas.exclude(one_time_customer="").values_list("one_time_customer", flat=True)
    return list(dict.fromkeys(abap.alpha(one) for one in (sought.ours.sold_to, *once)))


def _candidate(sought: Sought, read: SapSalesOrder) -> Candidate:
    order = sought.order
    both = comparison_points(sought.ours, read, order.shop.amount_tolerance)
    if order.is_from_before_portal and not sought.is_begun:
        placed, since = f"{order.placed_at:%d %b %Y}", f"{order.shop.orders_from:%d %b %Y}"
        doubt = f"the web order was placed before the portal took over on {since}"
        both.append(Point("Placed", placed, f"the portal takes orders from {since}", doubt))
    return Candidate(read, both)


def _without_rejected(found: list[Candidate]) -> list[Candidate]:
    """Of two orders of one reference, one may have been rejected in SAP for the other."""
    open_ones = [one for one in found if not one.read.is_wholly_rejected]
    return open_ones if len(open_ones) == 1 else found


def _is_linked(order: SalesOrder, number: str) -> bool:
    others = SalesOrder.objects.filter(sap_sales_order_number=number)
    return others.exclude(pk=order.pk).exists()


def _tied(run: StepRun, sought: Sought) -> SapSalesOrder:
    """The SAP order a person named: read back, and shown first where it does not fit."""
    number = abap.alpha(sought.said.linked)
    if sought.is_stopped:
        note_looked_for(sought.order)  # who tied it is asked, not the schedule
    refuse_anothers(sought.order, [number])
    held = run.remotes.sap().get_sales_orders([number], with_addresses=True).complete()
    if not held:
        run.task.write_ahead(**{CANDIDATES: []})
        told = f"SAP shows no order {number}, to which this order was tied."
        raise _stop(sought, told, OrderCause.TIED_TO_NONE)
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
    """Another SAP order may carry our reference already, such as one whose answer was lost: who
    names one by its number sees both first."""
    ours = [one for one in _hits(run, sought) if one.number != named.number]
    mine = [one for one in ours if one.read.customer_reference == sought.ours.reference]
    if open_ones := [one for one in mine if not one.read.is_wholly_rejected]:
        raise _twice(run, sought, [named, *open_ones])


def _twice(run: StepRun, sought: Sought, found: Sequence[Candidate]) -> RecordsDisagree:
    _keep(run, found)
    numbers = " and ".join(one.number for one in found)
    return _stop(
        sought,
        f"Web order {sought.order.increment_id} is in SAP twice: {numbers}.",
        OrderCause.TWICE,
    )


def _undecided(run: StepRun, sought: Sought, found: Sequence[Candidate]) -> RecordsDisagree:
    _keep(run, found)
    first = found[0]
    return _stop(
        sought,
        f"SAP order {first.number} may be that of web order {sought.order.increment_id}, but "
        f"{'; '.join(first.doubts)}.",
        OrderCause.UNDECIDED,
    )


def _keep(run: StepRun, found: Sequence[Candidate]) -> None:
    """Both sides of each candidate, for the page; nothing of a person is among them."""
    rows = [
        {"number": one.number, "reference": one.read.customer_reference,
         "is_order": is_order(one.read), "points": [asdict(point) for point in one.points]}
        for one in found
    ]  # fmt: skip
    run.task.write_ahead(**{CANDIDATES: rows})


def _stop(sought: Sought, message: str, cause: Cause) -> RecordsDisagree:
    return RecordsDisagree(message, cause=cause, reference=sought.order.increment_id)


def _refuse_stray_number(sought: Sought) -> None:
    """A number in the shop's order for which SAP holds nothing: who wrote it there?"""
    order = sought.order
    if (
        sought.is_stopped
        or order.is_taken_anyway
        or order.ext_order_id in {"", *sought.said.refused}
    ):
        return
    raise RecordsDisagree(
        f"The shop's order {order.increment_id} already carries the number "
        f"{order.ext_order_id}, but SAP holds no order for it.",
        cause=OrderCause.STRAY_NUMBER,
        reference=order.increment_id,
    )
