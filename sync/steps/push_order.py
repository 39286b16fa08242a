"""Turns a web order into exactly one SAP sales order, reads it back and compares it.

look up → create → write the number ahead → commit → read back (product.md). After a doubtful end
the next attempt waits until the write has surely ended, looks up, and adopts or tries again.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from sync.causes.sap import SapCause
from sync.causes.shop import ShopCause
from sync.errors import (
    MappingMissing,
    OutcomeUnknown,
    RemoteRejected,
    SyncError,
    UnexpectedRecord,
)
from sync.magento.records import MagentoOrder
from sync.mapping.for_order import search_mapping_for
from sync.mirrors.added_lines import tied_items
from sync.mirrors.compared import gone
from sync.mirrors.held_rows import hold
from sync.mirrors.link_choices import decisions_on_link
from sync.mirrors.notes import asked_as, note_looked_up
from sync.mirrors.order_rest import OrderRest, rest_of, store_quantities_asked
from sync.mirrors.sap import sap_order_must_fit
from sync.mirrors.sap_order import store_compared, store_sent, store_uncompared, text_cuts
from sync.mirrors.shared_references import customer_reference_of
from sync.mirrors.shop import store_order
from sync.mirrors.shop_areas import with_areas
from sync.models import SalesOrder
from sync.models.intake_rules import FINISHED, OVER
from sync.models.master_data import read_once
from sync.sap.orders import SalesOrderUnit
from sync.sap.records import CreatedSalesOrder, SapSalesOrder
from sync.sap.refusals import SapDumped
from sync.steps.ordering import compared_again, linking
from sync.steps.ordering.outcomes import outcome
from sync.steps.remote_writes import store_over_at_end, storing_over, wait_for_sap, writing_to_sap
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.comparison import differences_between
from sync.translate.rejected_items import without_rejected
from sync.translate.sap_order import TranslatedOrder
from sync.translate.tied_items import with_ties


def push_order(run: StepRun) -> str:
    """Says whether the order was created in SAP, found there, or not taken.

    An order that must not go to SAP is looked up as well: SAP may hold it from before the portal's
    database was restored, or because a clerk keyed it in.
    """
    web_order = run.magento().get_order(run.sales_order.entity_id)
    _refuse_renumbered(run.sales_order, web_order)
    with read_once():  # the entries as they stand now that the order is read
        return _push(run, web_order)


def _push(run: StepRun, web_order: MagentoOrder) -> str:
    order = store_order(with_areas(run.shop), web_order, run.sales_order)
    if known := order.is_in_sap and _known_in_sap(run, order, web_order):
        return known
    stopped, is_begun = _stopped_by(order), _may_have_begun(run, order)
    if stopped and not (is_begun or linking.is_to_be_looked_up(run, order)):
        return told("Not taken: {stopped}.", stopped=stopped)
    found_as, missing = search_mapping_for(order, web_order, sap_time_zone=run.policy.sap_time_zone)
    if missing and stopped and not is_begun and not decisions_on_link(order).linked:
        note_looked_up(order)  # completeness asks for every customer and tells of it
        return told("Not taken: {stopped}.", stopped=stopped)
    rest = rest_of(order, web_order, found_as)
    wait_for_sap(order)
    found = _look_up(run, order, rest)
    if missing and not found:
        raise missing
    if order.is_in_sap and (
        not found or found.sap_sales_order_number != order.sap_sales_order_number
    ):
        raise gone(order)
    if stopped and not found:
        return told("Not taken: {stopped}.", stopped=stopped)
    if found:
        return _keep(run, order, rest, found, is_adopted=True)
    created = _create(run, order, rest.to_create())
    read = _read(run, order, created)
    return _keep(run, order, rest, read.told_at_create(created), is_adopted=False)


def _known_in_sap(run: StepRun, order: SalesOrder, web_order: MagentoOrder) -> str:
    """Compares both again where either side has changed since; empty where the order has never
    agreed and is looked up. Writes nothing to SAP."""
    if not (order.comparison_due_at or compared_again.has_told(run)):
        is_verified = order.verification == SalesOrder.Verification.VERIFIED
        return (
            told("Already in SAP as {sap_order}.", sap_order=order.sap_sales_order_number)
            if is_verified
            else ""
        )
    before = compared_again.Before.of(order)
    read = compared_again.read_own(run, order)
    mapping, missing = search_mapping_for(order, web_order, sap_time_zone=run.policy.sap_time_zone)
    if missing:
        raise missing
    rest = rest_of(order, web_order, mapping)
    outcome = _keep(run, order, rest, read, is_adopted=True)
    compared_again.tell_changes(run, order, before)
    return outcome


def _look_up(run: StepRun, order: SalesOrder, rest: OrderRest) -> SapSalesOrder | None:
    """None when SAP holds no such order. Without this look a repetition makes a second order."""
    return linking.find(run, _sought(run, order, rest))


def _sought(run: StepRun, order: SalesOrder, rest: OrderRest) -> linking.Sought:
    numbers = (run.task.facts.get("sap_sales_order_number"), order.sap_sales_order_number)
    return linking.Sought(
        order,
        linking.web_side(order, rest),
        decisions_on_link(order),
        is_begun=_may_have_begun(run, order),
        is_stopped=bool(_stopped_by(order)),
        own_numbers=tuple(str(number) for number in numbers if number),
    )


def _stopped_by(order: SalesOrder) -> str:
    """The rule that keeps the order out of SAP; empty when it should go there."""
    if order.stage == SalesOrder.Stage.CANCELED:
        return order.not_taken_reason or told("Canceled in the shop")
    return order.not_taken_reason


def _may_have_begun(run: StepRun, order: SalesOrder) -> bool:
    """Whether SAP may already hold the order; then it is looked up despite any rule."""
    return bool(run.task.facts.get("create_began_at") or order.sap_sales_order_number)


def _refuse_renumbered(known: SalesOrder, web_order: MagentoOrder) -> None:
    """The order is found in SAP by its increment_id, which the shop never changes."""
    if web_order.increment_id != known.increment_id:
        raise UnexpectedRecord(
            told("The shop's order {known} suddenly has another number.", known=known.increment_id),
            cause=ShopCause.RENUMBERED,
            reference=known.increment_id,
        )


def _create(run: StepRun, order: SalesOrder, translated: TranslatedOrder) -> CreatedSalesOrder:
    began, ahead = timezone.now().isoformat(), partial(_store_asked, order, translated)
    with writing_to_sap(run, order, ahead), run.remotes.sap().unit_of_work() as unit:
        with run.calls.writing_ahead(create_began_at=began):
            created = _create_unless_it_dumps(run, order, unit, translated)
        number = created.sap_sales_order_number
        _refuse_taken(order, number)
        with run.calls.writing_ahead(sap_sales_order_number=number):
            unit.commit()
    return created


def _store_asked(order: SalesOrder, translated: TranslatedOrder) -> dict[str, object]:
    store_quantities_asked(order, translated)
    return asked_as(translated.request.customer_reference)


def _create_unless_it_dumps(
    run: StepRun, order: SalesOrder, unit: SalesOrderUnit, translated: TranslatedOrder
) -> CreatedSalesOrder:
    """A dump in the create comes before any commit and from the same data each time: the same one
    twice is for a person (SAP sheet 13.13)."""
    try:
        return unit.create_sales_order(translated.request)
    except SapDumped as error:
        if run.task.facts.get("dump_in_create") != error.key:
            run.task.write_ahead(dump_in_create=error.key)
            raise
        raise RemoteRejected(
            told(
                "SAP broke off twice with the same dump, {key}, when order {order} was created.",
                key=error.key,
                order=order.increment_id,
            ),
            cause=SapCause.DUMPS_AGAIN,
            detail=error.key,
            reference=order.increment_id,
        ) from error


def _refuse_taken(order: SalesOrder, number: str) -> None:
    """A number that belongs to another web order was not given out for this one."""
    if SalesOrder.objects.filter(sap_sales_order_number=number).exclude(pk=order.pk).exists():
        raise UnexpectedRecord(
            told(
                "SAP gave the number {number}, which is that of another web order; nothing was "
                "saved.",
                number=number,
            ),
            cause=SapCause.NUMBER_TAKEN,
            reference=order.increment_id,
        )


def _read(run: StepRun, order: SalesOrder, created: CreatedSalesOrder) -> SapSalesOrder:
    """Where it fails, the mirror tells at least that the order was sent. Its number stands in the
    task since before the commit."""
    try:
        return _read_back(run, order, created.sap_sales_order_number)
    except SyncError:
        with run.storing():
            store_sent(order, created)
        raise


def _read_back(run: StepRun, order: SalesOrder, number: str) -> SapSalesOrder:
    """Raises ``OutcomeUnknown`` where SAP does not show the new order yet."""
    for read in run.remotes.sap().get_sales_orders([number], with_addresses=True).complete():
        if read.customer_reference == customer_reference_of(order):
            return read
    raise OutcomeUnknown(
        told("SAP order {number} was committed but cannot be read yet.", number=number),
        cause=SapCause.NOT_SHOWN_YET,
        reference=order.increment_id,
    )


def _keep(
    run: StepRun, order: SalesOrder, rest: OrderRest, read: SapSalesOrder, *, is_adopted: bool
) -> str:
    """Stores what SAP holds and how it compares; only then is the order reported as done."""
    sap_order_must_fit(read)
    _refuse_rejected(order, read)
    came_there = told("found in SAP and adopted") if is_adopted else told("created in SAP")
    what = told("compared again") if order.is_in_sap else came_there
    verdict, cuts = _compare_and_store(run, order, rest, read, is_adopted=is_adopted)
    return outcome(read, what, verdict, cuts)


def _compare_and_store(
    run: StepRun, order: SalesOrder, rest: OrderRest, read: SapSalesOrder, *, is_adopted: bool
) -> tuple[str, list[dict[str, Any]]]:
    """Returns the verdict, and which texts were cut for SAP. A clerk may have keyed in an order the
    portal could not send."""
    over = order.state in FINISHED and is_adopted and not order.is_in_sap
    found = {"looked_up_as": None, **({"is_found_finished": True} if over else {})}
    try:
        translated = rest.held_by(read)
    except (MappingMissing, UnexpectedRecord) as error:
        if not is_adopted:
            raise
        with run.storing():
            store_uncompared(order, read, rest.item_numbers(), error.message, **found)
        return told("it could not be compared"), order.text_cuts
    unit_keys = run.remotes.sap().options.unit_keys
    tolerance, totals = order.shop.amount_tolerance, translated.totals
    if not (is_adopted or order.is_in_sap):
        hold(order, "sap_lines", [])  # none can have been read before
    prefetch_related_objects([order], "lines", "sap_lines")
    held = with_ties(read, tied_items(order))
    found_differences = differences_between(translated.request, held, tolerance, unit_keys, totals)
    differences = without_rejected(found_differences, held)
    store = partial(
        store_compared, order, read, translated, differences, is_new=not is_adopted, **found
    )
    if is_adopted:
        with storing_over(run) as marks:
            store(**marks)
    else:
        store_over_at_end(run, store)
    count = len(differences)
    verdict = told("differs in {count} places", count=count) if count else told("verified")
    return verdict, text_cuts(translated)


def _refuse_rejected(order: SalesOrder, read: SapSalesOrder) -> None:
    """Only an order that is open in the shop is refused: where both sides are over, they agree. Of
    one rejected after it was compared its stage tells."""
    if read.is_wholly_rejected and order.state not in OVER and not order.is_in_sap:
        raise RemoteRejected(
            told(
                "SAP order {sap_order} carries this web order but every line of it is rejected.",
                sap_order=read.sap_sales_order_number,
            ),
            cause=SapCause.REJECTED_ORDER,
            reference=order.increment_id,
        )
