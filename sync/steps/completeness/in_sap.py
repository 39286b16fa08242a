"""Reads SAP's orders for a shop by date, for every customer in the mappings.

This finds orders that the portal knows nothing of: never linked, keyed in twice, or lost by the
shop. It takes one call for each customer and sales organisation, and reads documents only where
they may count.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import F

from sync.mirrors.shared_references import (
    customer_reference_of,
    number_in,
    orders_with_reference,
    prefixes_of,
    references_of_old,
)
from sync.models import CompletenessFinding, CustomerMapping, Decision, SalesOrder, Shop
from sync.reading import UnreadableRecord
from sync.sap.records import SapSalesOrder
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.linking import is_order

BATCH = 100
RECENT = 200  # web orders whose numbers show what such a number looks like
Kind = CompletenessFinding.Kind


@dataclass(slots=True)
class SapSide:
    """SAP order numbers by customer reference, where the reference may be this shop's. ``one_time``
    are references of customers who buy only in the shop; ``tied`` are SAP orders that people linked
    to web orders, whatever their reference."""

    numbers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    one_time: set[str] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)
    unreadable: list[UnreadableRecord] = field(default_factory=list)

    def add(self, reference: str, number: str, *, is_one_time: bool) -> None:
        if number not in self.numbers[reference]:
            self.numbers[reference].append(number)
        if is_one_time:
            self.one_time.add(reference)

    def lists(self, reference: str, order: SalesOrder) -> bool:
        """Whether SAP's list shows the order's own SAP order under this reference."""
        return order.sap_sales_order_number in self.numbers.get(reference, ())

    def may_doubt(self, reference: str, order: SalesOrder) -> bool:
        """Whether what SAP holds under the order's reference may be one too many, or untied."""
        numbers = self.numbers.get(reference, [])
        return len(numbers) > 1 or (bool(numbers) and _is_doubtful(order, numbers, self.tied))


def read_sap_side(run: StepRun, since: datetime, until: datetime) -> SapSide:
    """Leaves out orders that are known to be another shop's."""
    side = SapSide(tied=_tied_by_people(run))
    prefixes, old = prefixes_of(run.shop), references_of_old(run.shop)
    for customer, organization, is_one_time in _customers(run):
        run.task.hold_lease(run.policy.lease)
        listed = run.remotes.sap().list_sales_orders(
            sold_to=customer,
            sales_organization=organization,
            created_from=since.date(),
            created_to=until.date() + timedelta(days=1),
        )
        side.unreadable += listed.unreadable
        for one in listed.records:
            reference, number = one.customer_reference, one.sap_sales_order_number
            if reference.startswith(prefixes) or reference in old:
                side.add(reference, number, is_one_time=is_one_time)
    for number in _of_other_shops(run, side):
        for numbers in side.numbers.values():
            if number in numbers:
                numbers.remove(number)
    side.numbers = {reference: found for reference, found in side.numbers.items() if found}
    return side


def unknown_references(
    run: StepRun, side: SapSide, in_window: set[str]
) -> Iterator[tuple[str, str]]:
    """References of no web order in the period, with their SAP orders. A customer with an account
    may also order by telephone: such an order counts only if its reference looks like a web
    order's."""
    shapes = _shapes(run)
    for reference, numbers in side.numbers.items():
        if reference in in_window:
            continue
        if reference in side.one_time or _shape(reference) in shapes or _is_known(run, reference):
            yield from ((reference, number) for number in numbers if number not in side.tied)


def doubled_or_unlinked(
    run: StepRun, by_reference: Mapping[str, SalesOrder], side: SapSide
) -> tuple[list[CompletenessFinding], set[int]]:
    """Orders that SAP has twice, or has without a link; also returns the keys of the latter.
    ``by_reference`` holds at least the orders that ``SapSide.may_doubt``."""
    doubtful = {
        reference: numbers
        for reference, numbers in side.numbers.items()
        if len(numbers) > 1 or _is_doubtful(by_reference.get(reference), numbers, side.tied)
    }
    real = _orders_among(run, [number for numbers in doubtful.values() for number in numbers])
    found: list[CompletenessFinding] = []
    untied: set[int] = set()
    for reference, numbers in sorted(doubtful.items()):
        counted = [number for number in numbers if number in real]
        order = by_reference.get(reference) or next(orders_with_reference(reference), None)
        if counted and order is not None and order.sap_sales_order_number in side.tied:
            counted = list(dict.fromkeys([order.sap_sales_order_number, *counted]))
        if len(counted) > 1:
            found.append(_doubled(run, reference, counted, order))
        elif counted and order is not None and _is_untied(order):
            found.append(_untied(order, counted[0]))
            untied.add(order.pk)
    return found, untied


def _customers(run: StepRun) -> list[tuple[str, str, bool]]:
    """Customer, sales organisation, and whether it is a one-time account. Customers that only an
    attribute of the web order names are taken from the orders in SAP."""
    areas = run.shop.sales_areas
    once = areas.exclude(one_time_customer="").values_list(
        "one_time_customer", "sales_organization"
    )
    found = dict.fromkeys(once, True)
    mapped = CustomerMapping.objects.filter(sales_area__shop=run.shop)
    own = mapped.values_list("customer_number", "sales_area__sales_organization").distinct()
    for pair in own:
        found.setdefault(pair, False)
    organizations = set(areas.values_list("sales_organization", flat=True))
    for customer in _sold_to(run.shop):
        for organization in organizations:
            found.setdefault((customer, organization), False)
    return sorted((*pair, is_once) for pair, is_once in found.items() if all(pair))


def _sold_to(shop: Shop) -> Iterator[str]:
    """Each customer once, by one step in the index, however many orders there are."""
    sold = SalesOrder.objects.filter(shop=shop).order_by("sap_sold_to")
    customers = sold.values_list("sap_sold_to", flat=True)
    customer = customers.filter(sap_sold_to__gt="").first()
    while customer is not None:
        yield customer
        customer = customers.filter(sap_sold_to__gt=customer).first()


def _of_other_shops(run: StepRun, side: SapSide) -> list[str]:
    """Several shops may sell to one account; another shop's orders are no findings here."""
    numbers = [number for found in side.numbers.values() for number in found]
    others = SalesOrder.objects.exclude(shop=run.shop).exclude(sap_sales_order_number="")
    return [
        number
        for batch in _batches(numbers)
        for number in others.filter(sap_sales_order_number__in=batch).values_list(
            "sap_sales_order_number", flat=True
        )
    ]


def _orders_among(run: StepRun, numbers: list[str]) -> set[str]:
    """Without returns, credit memo requests and rejected orders. What cannot be read stays in,
    because nobody can say that it does not count."""
    counted = set(numbers)
    for batch in _batches(numbers):
        run.task.hold_lease(run.policy.lease)
        read = run.remotes.sap().get_sales_orders(batch).records
        counted -= {one.sap_sales_order_number for one in read if not _counts(one)}
    return counted


def _counts(read: SapSalesOrder) -> bool:
    return is_order(read) and not read.is_wholly_rejected


def _is_untied(order: SalesOrder | None) -> bool:
    """Whether the portal keeps the web order out of SAP and no longer looks for it there."""
    if order is None or order.is_in_sap or order.is_from_before_portal:
        return False
    return order.is_kept_out


def _is_doubtful(order: SalesOrder | None, numbers: list[str], tied: set[str]) -> bool:
    """Whether the only document of a reference may be superfluous, or belong to nobody."""
    own = order.sap_sales_order_number if order is not None else ""
    return (own in tied and own not in numbers) or _is_untied(order)


def _tied_by_people(run: StepRun) -> set[str]:
    kind = Decision.Kind.SAP_ORDER_LINKED
    said = Decision.objects.filter(kind=kind, sales_order__shop=run.shop)
    still = said.filter(sales_order__sap_sales_order_number=F("number"))
    return set(still.values_list("number", flat=True))


def _doubled(
    run: StepRun, reference: str, numbers: list[str], order: SalesOrder | None
) -> CompletenessFinding:
    own = order.sap_sales_order_number if order else ""
    other = next((number for number in numbers if number != own), numbers[0])
    return CompletenessFinding(
        kind=Kind.DOUBLED,
        increment_id=order.increment_id if order else number_in(reference, run.shop),
        sap_sales_order_number=other,
        sales_order=order,
        reason=told(
            "Unexplained: SAP holds {numbers} for it. Reject all but one there",
            numbers=" and ".join(numbers),
        ),
        is_explained=False,
    )


def _untied(order: SalesOrder, number: str) -> CompletenessFinding:
    return CompletenessFinding(
        kind=Kind.UNTIED,
        increment_id=order.increment_id,
        sap_sales_order_number=number,
        sales_order=order,
        reason=told(
            "Unexplained: SAP order {number} carries its number and is not tied to it. Tie it "
            "on the order's page",
            number=number,
        ),
        is_explained=False,
    )


def _is_known(run: StepRun, reference: str) -> bool:
    return any(one.shop_id == run.shop.pk for one in orders_with_reference(reference))


def _shapes(run: StepRun) -> set[str]:
    newest = SalesOrder.objects.filter(shop=run.shop).defer("payload").select_related("shop")
    newest = newest.prefetch_related("shop__sales_areas")
    return {_shape(customer_reference_of(order)) for order in newest.order_by("-id")[:RECENT]}


def _shape(reference: str) -> str:
    return re.sub(r"[0-9]", "0", reference)


def _batches(numbers: list[str]) -> Iterator[list[str]]:
    return (numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH))
