"""A web order becomes a SAP sales order: exactly one, read back and compared.

look up → create → write the number ahead → commit → read back (product.md). After any doubtful end
the next attempt waits until the write surely ended, looks up, and adopts or tries again.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from sync.errors import OutcomeUnknown, RecordsDisagree, RemoteRejected, UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.models import SalesOrder, SalesOrderLine
from sync.sap.client import SapClient
from sync.sap.records import SapSalesOrder
from sync.steps.order_mapping import mapping_for
from sync.steps.order_rest import OrderRest, keep_asked, rest_of
from sync.steps.progress import refresh_stages
from sync.steps.sap_mirrors import refuse_unfitting_order, store_sap_lines
from sync.steps.settling import wait_for_sap, writing_to_sap
from sync.steps.shared_references import refuse_anothers, refuse_shared
from sync.steps.shop_mirrors import store_order
from sync.steps.step_run import StepRun
from sync.translate.comparison import differences_between, rounding_between
from sync.translate.sap_order import TranslatedOrder
from sync.translate.sap_values import sap_order_values

LOOK_BACK = timedelta(days=3)
SAP_NUMBER_LENGTH = 10


def push_order(run: StepRun) -> str:
    """Bring the order into SAP, or find it there; the sentence says which."""
    web_order = run.magento().get_order(run.sales_order.entity_id)
    _refuse_renumbered(run.sales_order, web_order)
    order = store_order(run.shop, web_order)
    if order.is_in_sap and order.verification == SalesOrder.Verification.VERIFIED:
        return f"Already in SAP as {order.sap_sales_order_number}."
    stopped = _stopped_by(order)
    if stopped and not _may_have_begun(run, order):
        return f"Not taken: {stopped}."
    mapping = mapping_for(order, web_order, sap_time_zone=run.policy.sap_time_zone)
    rest = rest_of(order, web_order, mapping)
    wait_for_sap(order)
    found = _look_up(run, order, rest.translated())
    if order.is_in_sap and found != order.sap_sales_order_number:
        raise _gone(order)
    if stopped and not found:
        return f"Not taken: {stopped}."
    number = found or _create(run, order, rest.to_create())
    return _read_back(run, order, rest, number, adopted=bool(found))


def _stopped_by(order: SalesOrder) -> str:
    """The rule that keeps the order out of SAP; empty when it is to go there."""
    if order.stage == SalesOrder.Stage.CANCELED:
        return order.not_taken_reason or "Canceled in the shop"
    return order.not_taken_reason


def _may_have_begun(run: StepRun, order: SalesOrder) -> bool:
    """Whether SAP may hold the order already: then no rule is a reason not to look."""
    return bool(run.task.facts.get("create_began_at") or order.sap_sales_order_number)


def _refuse_renumbered(known: SalesOrder, web_order: MagentoOrder) -> None:
    """The number is what the order is found by in SAP, and the shop never changes it."""
    if web_order.increment_id != known.increment_id:
        raise UnexpectedRecord(
            f"The shop's order {known.increment_id} suddenly has another number. Fetch the web "
            "orders again; if it stays, look at the order in the shop.",
            system="magento",
            reference=known.increment_id,
            cause_key="magento:renumbered",
        )


def _look_up(run: StepRun, order: SalesOrder, translated: TranslatedOrder) -> str:
    """The SAP order that already carries this web order's number; empty when there is none."""
    sap = run.remotes.sap()
    known = (
        run.task.facts.get("sap_sales_order_number"),
        order.sap_sales_order_number,
        order.ext_order_id,  # a portal that lost its database finds its orders again
    )
    for stored in dict.fromkeys(number for number in known if number):
        if len(stored) == SAP_NUMBER_LENGTH and _carries(sap, stored, translated):
            refuse_anothers(order, [stored])
            return str(stored)
    request = translated.request
    hits = sap.search_sales_orders(
        request.customer_reference,
        sold_to=request.partners[0].customer_number,
        sales_organization=request.sales_organization,
        created_from=(order.placed_at - LOOK_BACK).date(),
    )
    numbers = sorted({hit.sap_sales_order_number for hit in hits})
    if len(numbers) > 1:
        raise RecordsDisagree(
            f"Web order {order.increment_id} is in SAP twice: {' and '.join(numbers)}. "
            "Reject one of them in SAP, then try again.",
            system="sap",
            reference=order.increment_id,
            cause_key="sap:twice",
        )
    if not numbers and order.ext_order_id and not order.is_taken_anyway:
        raise RecordsDisagree(
            f"The shop's order {order.increment_id} already carries the number "
            f"{order.ext_order_id}, but SAP holds no order for it. Find out who wrote it there. "
            "Sales clears it in the shop and retries, or marks this done if SAP is not to have it.",
            system="sap",
            reference=order.increment_id,
            cause_key="sap:number-without-order",
        )
    refuse_anothers(order, numbers)
    refuse_shared(order, is_found=bool(numbers))
    return numbers[0] if numbers else ""


def _carries(sap: SapClient, number: str, translated: TranslatedOrder) -> bool:
    """Whether a number written ahead became a document with our reference."""
    reference = translated.request.customer_reference
    return any(found.customer_reference == reference for found in sap.get_sales_orders([number]))


def _create(run: StepRun, order: SalesOrder, translated: TranslatedOrder) -> str:
    run.task.write_ahead(create_began_at=timezone.now().isoformat())
    with run.storing():
        keep_asked(order, translated)
    with writing_to_sap(run, order), run.remotes.sap().unit_of_work() as unit:
        created = unit.create_sales_order(translated.request)
        number = created.sap_sales_order_number
        _refuse_taken(order, number)
        run.task.write_ahead(sap_sales_order_number=number)
        run.task.hold_lease(run.policy.lease)
        unit.commit()
    with run.storing():
        _store(
            order,
            sap_sales_order_number=number,
            sap_is_incomplete=created.is_incomplete,
            verification=SalesOrder.Verification.SENT,
        )
    return number


def _gone(order: SalesOrder) -> RecordsDisagree:
    """An order that was in SAP is never created there again: it may have been archived."""
    return RecordsDisagree(
        f"SAP no longer shows order {order.sap_sales_order_number} for web order "
        f"{order.increment_id}, which it did before. Find out what became of it; "
        "the portal does not create it a second time.",
        system="sap",
        reference=order.increment_id,
        cause_key="sap:order-gone",
    )


def _refuse_taken(order: SalesOrder, number: str) -> None:
    """A number that is another web order's was not given out for this one; nothing is saved."""
    if SalesOrder.objects.filter(sap_sales_order_number=number).exclude(pk=order.pk).exists():
        raise UnexpectedRecord(
            f"SAP gave the number {number}, which is that of another web order; nothing was saved.",
            system="sap",
            reference=order.increment_id,
            cause_key="sap:number-taken",
        )


def _read_back(
    run: StepRun, order: SalesOrder, rest: OrderRest, number: str, *, adopted: bool
) -> str:
    """Store what SAP now holds and how it compares; nothing is called done before."""
    read = [
        found
        for found in run.remotes.sap().get_sales_orders([number], with_addresses=True)
        if found.customer_reference == rest.translated().request.customer_reference
    ]
    if not read:
        raise OutcomeUnknown(
            f"SAP order {number} was committed but cannot be read yet.",
            system="sap",
            reference=order.increment_id,
            remote_is_away=False,
        )
    translated = rest.held_by(read[0])
    unit_keys = run.remotes.sap().options.unit_keys
    tolerance = order.shop.amount_tolerance
    totals = translated.totals
    differences = differences_between(translated.request, read[0], tolerance, unit_keys, totals)
    refuse_unfitting_order(read[0])
    incomplete = ", but incomplete in SAP: deliveries will not start" * read[0].is_incomplete
    _refuse_rejected(order, read[0])
    came_there = "found in SAP and adopted" if adopted else "created in SAP"
    what = "compared again" if order.is_in_sap else came_there
    _store_sap_order(run, order, read[0], translated, differences)
    refresh_stages([order.pk])
    verdict = f"differs in {len(differences)} places" if differences else "verified"
    return f"Order {number} {what}, read back: {verdict}{incomplete}."


def _refuse_rejected(order: SalesOrder, read: SapSalesOrder) -> None:
    if read.items and all(item.rejection_reason for item in read.items):
        raise RemoteRejected(
            f"SAP order {read.sap_sales_order_number} carries this web order but every line of it "
            "is rejected. Reopen it in SAP, or cancel the web order.",
            system="sap",
            reference=order.increment_id,
            cause_key="sap:rejected-order",
        )


def _store_sap_order(
    run: StepRun,
    order: SalesOrder,
    read: SapSalesOrder,
    translated: TranslatedOrder,
    differences: list[dict[str, str]],
) -> None:
    verified = SalesOrder.Verification.DIFFERS if differences else SalesOrder.Verification.VERIFIED
    with run.storing():
        keep_asked(order, translated)
        for item_id, item_number in translated.item_numbers.items():
            SalesOrderLine.objects.filter(sales_order=order, item_id=item_id).update(
                sap_item_number=item_number
            )
        _store(
            order,
            **sap_order_values(read),
            sap_read_at=timezone.now(),
            verification=verified,
            differences=differences,
            rounding=rounding_between(translated.request, read, translated.totals)
            if not differences
            else None,
            text_cuts=[
                {"field": cut.field, "length": cut.original_length, "limit": cut.limit}
                for cut in translated.cuts
            ],
        )
        store_sap_lines(order, read)


def _store(order: SalesOrder, **columns: object) -> None:
    SalesOrder.objects.filter(pk=order.pk).update(**columns)
    for name, value in columns.items():
        setattr(order, name, value)
