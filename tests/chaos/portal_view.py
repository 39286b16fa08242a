"""What the portal says: lists from its own tables (read only), a sample of its pages as read."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from sync.sandbox.portal_visitor import SceneFailed, Visitor
from tests.chaos.databases import rows
from tests.chaos.judge import Case, Claim, Finding, judge_page

ORDERS = (
    "SELECT id, increment_id, stage, verification, sap_sales_order_number, confirmed_at "
    "FROM sync_salesorder"
)
TOLD = "SELECT sales_order_id, entity_id FROM {table} WHERE is_customer_told"
# A capture whose outcome nobody knows is left to a person: nothing may be collected twice.
LEFT_TO_FINANCE = "('payment:capture-unknown', 'payment:other-capture-unknown')"
ASKED_ABOUT = (
    "SELECT task.sales_order_id, document.billing_document_number FROM sync_synctask task "
    "JOIN sync_billingdocument document ON document.id = task.billing_document_id "
    f"WHERE task.state = 'needs_attention' AND task.cause_key IN {LEFT_TO_FINANCE}"
)
# A line rejected in SAP stays until sales cancels it in the shop: an end that is expected too.
LEFT_TO_SALES = (
    "SELECT id FROM sync_salesorder WHERE stage = 'one_sided' "
    "AND not_taken_reason LIKE '%rejected in SAP, but%'"
)
OPEN_TASKS = (
    "SELECT step, reference, state, error_class, error_message, cause_key FROM sync_synctask "
    "WHERE state IN ('waiting', 'running', 'needs_attention')"
)
# The clerks give every delivery a parcel number in the end; the portal may be complete before.
UNFINISHED = (
    "SELECT id FROM sync_salesorder WHERE stage NOT IN ('complete', 'canceled') OR id IN ("
    "SELECT line.sales_order_id FROM sync_outbounddeliveryline line "
    "LEFT JOIN sync_deliverytrack track ON track.delivery_id = line.delivery_id "
    "WHERE track.id IS NULL)"
)
PULLS = ("pull_orders", "pull_deliveries", "pull_billing")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is not done."""

    step: str
    reference: str
    state: str
    error_class: str
    error_message: str
    cause_key: str = ""

    @property
    def is_left_to_finance(self) -> bool:
        """Whether a person is asked what the bank has done: an end that is expected."""
        return self.state == "needs_attention" and f"'{self.cause_key}'" in LEFT_TO_FINANCE


def claims(address: str) -> dict[str, Claim]:
    """What the portal says of each order, by its increment id."""
    shipments, invoices = _told(address, "sync_shipment"), _told(address, "sync_invoice")
    asked: defaultdict[int, set[str]] = defaultdict(set)
    for order, document in rows(address, ASKED_ABOUT):
        asked[order].add(document)
    return {
        increment_id: Claim(
            key, stage, verification, number, confirmed_at is not None,
            frozenset(shipments[key]), frozenset(invoices[key]), frozenset(asked[key]),
        )
        for key, increment_id, stage, verification, number, confirmed_at in rows(address, ORDERS)
    }  # fmt: skip


def open_tasks(address: str) -> list[OpenTask]:
    """Every task that is not done; a pull that waits for its turn is no trouble."""
    found = [OpenTask(*row) for row in rows(address, OPEN_TASKS)]
    return [one for one in found if one.step not in PULLS or one.state == "needs_attention"]


def unfinished(address: str) -> set[int]:
    """Orders the portal calls neither complete nor canceled, or whose parcels it does not know,
    but for those left to people."""
    return {order for (order,) in rows(address, UNFINISHED)} - left_to_people(address)


def left_to_people(address: str) -> set[int]:
    """Orders that wait until a person has looked at the bank, or canceled a rejected line."""
    of_bank = {order for order, _document in rows(address, ASKED_ABOUT)}
    return of_bank | {order for (order,) in rows(address, LEFT_TO_SALES)}


def work_done(address: str) -> int:
    """How many attempts have come to an end."""
    return int(rows(address, "SELECT max(id) FROM sync_syncattempt")[0][0] or 0)


def judge_tasks(tasks: list[OpenTask]) -> list[Finding]:
    """Tasks that are still open at the end."""
    return [
        Finding(
            "needs_hand" if one.state == "needs_attention" else "stuck",
            one.reference,
            f"{one.step} {one.state}: {one.error_class} {one.error_message}"[:300],
        )
        for one in tasks
    ]


def judge_pages(portal: str, cases: list[Case], rng: random.Random, sample: int) -> list[Finding]:
    """Open pages as a person does, and compare them with the books."""
    sales = Visitor(portal, "sales")
    found: list[Finding] = []
    for case in rng.sample(cases, min(sample, len(cases))):
        if case.claim is None:
            continue
        try:
            found += judge_page(case, sales.page(f"/orders/{case.claim.key}/"))
        except SceneFailed as error:
            found.append(Finding("lies", case.increment_id, f"its page cannot be read: {error}"))
    return found


def _told(address: str, table: str) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for order, entity_id in rows(address, TOLD.format(table=table)):
        found[order].add(entity_id)
    return found
