"""Asks SAP for the status and the deliveries of some orders, without storing anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sync.mirrors.compared import unlisted_orders
from sync.mirrors.deleted_deliveries import unlisted_deliveries
from sync.mirrors.followed import parcels_to_read
from sync.mirrors.unchanged import stored_with_parcels, unchanged_deliveries, unchanged_parcels
from sync.mirrors.unreadable_documents import Pulled
from sync.models import SalesOrder, Step
from sync.sap.records import SapDelivery, SapSalesOrder
from sync.steps.from_sap.answer import Answer
from sync.steps.step_run import StepRun

# Each may cost a call (SAP sheet 4.3): with those for all orders it stays within two seconds.
PARCELS_AT_ONCE = 5


def of_one_order(run: StepRun, order: SalesOrder, pulled: Pulled) -> Answer:
    """Everything at once, parcels included."""
    answer = Answer([order])
    _ask_statuses(run, answer, pulled)
    _ask_deliveries(run, answer, pulled, with_parcels=_has_parcels(run))
    answer.asked = set(answer.deliveries)
    return answer


def of_group(run: StepRun, orders: list[SalesOrder], pulled: Pulled) -> Answer:
    """What a fetch has put off, for all at once: the fetch has just asked for their status, and
    what another has read meanwhile is not read again."""
    answer = Answer(orders)
    if orders:
        _ask_deliveries(run, answer, pulled, with_parcels=False)
    answer.unchanged = unchanged_deliveries(answer.deliveries.values(), run.policy.delivery_sources)
    if _has_parcels(run):
        wanted = [one.delivery_number for one in _with_parcels_to_read(answer)]
        _read_parcels(run, answer, wanted, pulled)
    return answer


def of_many_orders(run: StepRun, orders: list[SalesOrder], pulled: Pulled) -> Answer:
    """In two calls, and one for each of a few deliveries whose parcels are to be read: goods that
    have left, and others when their time has come."""
    answer = Answer(orders)
    if orders:
        _ask_statuses(run, answer, pulled)
        _ask_deliveries(run, answer, pulled, with_parcels=False)
    sources = run.policy.delivery_sources
    answer.unchanged = unchanged_deliveries(answer.deliveries.values(), sources)
    if _has_parcels(run) and (orders or not run.place):  # not for a last slice of nothing else
        _ask_parcels(run, answer, pulled)
    return answer


def _has_parcels(run: StepRun) -> bool:
    return run.policy.delivery_sources.name_parcels


def _ask_statuses(run: StepRun, answer: Answer, pulled: Pulled) -> None:
    """SAP simply lists nothing for an order it does not have. One that it showed before is asked
    for once more before anybody is told."""
    sap = run.remotes.sap()
    read = pulled.records_of(sap.get_sales_orders(answer.numbers, with_addresses=True))
    unlisted = _unlisted(answer.orders, read, pulled)
    if unlisted:
        again = sap.get_sales_orders(list(unlisted), with_addresses=True)
        read += pulled.records_of(again)
        answer.missing = list(_unlisted(answer.orders, read, pulled).values())
    answer.statuses = read


def _unlisted(
    orders: Sequence[SalesOrder], read: Iterable[SapSalesOrder], pulled: Pulled
) -> dict[str, SalesOrder]:
    seen = {one.sap_sales_order_number for one in read}
    return {
        order.sap_sales_order_number: order
        for order in unlisted_orders(orders, seen)
        if not pulled.is_unreadable("order", order.sap_sales_order_number)
    }


def _ask_deliveries(run: StepRun, answer: Answer, pulled: Pulled, *, with_parcels: bool) -> None:
    """Ask for the status first: what it says about the deliveries must not be newer than they are.
    A delivery that SAP no longer lists is asked for by its number before it is forgotten."""
    sap = run.remotes.sap()
    listed = sap.search_deliveries(
        sap_sales_order_numbers=answer.numbers, with_parcels=with_parcels
    )
    read = pulled.records_of(listed)
    unlisted = unlisted_deliveries(answer.orders, read)
    if unlisted:
        by_number = sap.search_deliveries(delivery_numbers=unlisted, with_parcels=with_parcels)
        read += pulled.records_of(by_number)
    answer.deliveries = {one.delivery_number: one for one in read}
    gone = set(unlisted) - set(answer.deliveries)
    answer.deleted = {one for one in gone if not pulled.is_unreadable("delivery", one)}


def _ask_parcels(run: StepRun, answer: Answer, pulled: Pulled) -> None:
    left = _with_parcels_to_read(answer)
    now, answer.put_off = left[:PARCELS_AT_ONCE], left[PARCELS_AT_ONCE:]
    wanted = [one.delivery_number for one in now]
    if run.task.step == Step.PULL_DELIVERIES:
        wanted += [one for one in parcels_to_read(PARCELS_AT_ONCE) if one not in wanted]
        wanted = wanted[:PARCELS_AT_ONCE]
    for one in answer.put_off:
        answer.deliveries.pop(one.delivery_number, None)
    _read_parcels(run, answer, wanted, pulled)


def _with_parcels_to_read(answer: Answer) -> list[SapDelivery]:
    changed = answer.deliveries.keys() - answer.unchanged
    known = stored_with_parcels(changed)
    return [
        one
        for number in sorted(changed)
        if (one := answer.deliveries[number]).is_goods_issued or number in known
    ]


def _read_parcels(run: StepRun, answer: Answer, numbers: list[str], pulled: Pulled) -> None:
    if not numbers:
        return
    for number in numbers:
        answer.deliveries.pop(number, None)  # without its parcels none of them is stored
    read = pulled.records_of(run.remotes.sap().search_deliveries(delivery_numbers=numbers))
    sources = run.policy.delivery_sources
    answer.asked = set(numbers)
    answer.unchanged -= answer.asked
    answer.unchanged |= unchanged_deliveries(read, sources) & unchanged_parcels(read, sources)
    answer.deliveries |= {one.delivery_number: one for one in read}
