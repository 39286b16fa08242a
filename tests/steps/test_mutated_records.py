"""Ten thousand spoilt records through pulls and ledger: each is one readable task of its own.

Seeded. A record is spoilt on the wire (a value missing, null, of another type, huge, unknown,
half a character, negative, in the far future; a row twice, or of a foreign document); the rest of
the batch is carried on; a good version later closes the task by itself.
"""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from unittest import mock

import pytest
from django.db.models import F
from django.utils import timezone

from sync.jobs import work
from sync.models import (
    BillingDocument,
    CompletenessFinding,
    CompletenessRun,
    OutboundDelivery,
    PullWatermark,
    SalesOrder,
)
from tests.steps.spoilers import (
    BILLING_TABLES,
    DELIVERY_TABLES,
    FOREIGN,
    ORDER_TABLES,
    SEEDS,
    Hand,
    State,
    Table,
    must_be_readable,
    share,
    spoil_orders,
    stopped,
    undone,
)
from tests.steps.spoilt import wired
from tests.world import World

pytestmark = pytest.mark.slow

Kind = CompletenessFinding.Kind


# ---- web orders --------------------------------------------------------------------------------
def mirrored(orders: set[int]) -> dict[int, tuple[object, ...]]:
    """What the portal shows of these orders."""
    found = SalesOrder.objects.filter(entity_id__in=orders).prefetch_related("lines")
    return {
        order.entity_id: (
            order.increment_id, order.state, order.grand_total, order.currency,
            order.customer_email, order.remote_updated_at,
            tuple((line.item_id, line.sku, line.qty_ordered) for line in order.lines.all()),
        )
        for order in found
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_spoilt_web_orders_spoil_no_other_of_the_batch(world: World, seed: int) -> None:
    chance, line = random.Random(seed), wired(world)
    placed = {
        world.place_only(chance.choice(("simple", "coupon", "bundle-dynamic"))) for _ in range(12)
    }
    for entity_id in placed:
        world.edit_web_order(entity_id, partial(dict.update, updated_at=before_half_the_overlap()))
    with undone():
        world.run(work.pull_orders(world.shop))
        truth = mirrored(placed)
    assert len(truth) == 12

    spoilt = 0
    while spoilt < share(0.58):
        bad = set(chance.sample(sorted(placed), chance.choice((1, 6, 10))))
        with undone():
            if chance.random() < 0.3:
                world.run(work.pull_orders(world.shop))  # known already
                half_the_overlap_passes()
            spoil_orders(chance, line, bad, placed)
            pull = world.run(work.pull_orders(world.shop))
            assert pull.state == State.DONE, pull.error_message
            must_be_readable()
            assert mirrored(placed - bad) == {key: truth[key] for key in placed - bad}
            assert lost(bad, placed) == set()
            watermark = PullWatermark.objects.get()
            assert watermark.updated_at is not None
            assert watermark.updated_at <= timezone.now() + world.remotes.policy.pull_overlap
            line.spoil = None
            half_the_overlap_passes()

            world.run(work.pull_orders(world.shop))

            assert mirrored(placed) == truth
            left = [task.reference for task in stopped()]
            assert not [one for one in left if one.rpartition(":")[2] in map(str, placed)]
        spoilt += len(bad)


def before_half_the_overlap() -> str:
    return (timezone.now() - timedelta(seconds=200)).strftime("%Y-%m-%d %H:%M:%S")


def half_the_overlap_passes() -> None:
    """Then each order is read whole once more, whatever its keys say."""
    SalesOrder.objects.update(pulled_at=F("remote_updated_at"))


def lost(bad: set[int], placed: set[int]) -> set[int]:
    """The spoilt orders that are neither shown, nor have a task, be it by number or as unknown."""
    references = {task.reference for task in stopped()}
    keyless = {one for one in references if ":number:" in one or one.endswith(":unknown")}
    keys = {int(one.rpartition(":")[2]) for one in references - keyless}
    unknown_references = SalesOrder.objects.exclude(entity_id__in=placed).exists() or keys - placed
    missing = bad - set(mirrored(bad)) - keys
    return set() if keyless or unknown_references else missing


# ---- SAP's documents ---------------------------------------------------------------------------
def lines_of(document: OutboundDelivery | BillingDocument, quantity: str) -> list[object]:
    """Order, item and quantity of each line."""
    rows = document.lines.values_list("sales_order", "sap_item_number", quantity)
    return sorted(rows, key=str)


def delivered(numbers: set[str]) -> dict[str, object]:
    """What the portal would ship."""
    return {
        one.delivery_number: (
            one.goods_movement_status,
            lines_of(one, "delivered_quantity"),
        )
        for one in OutboundDelivery.objects.filter(delivery_number__in=numbers)
    }


def billed(numbers: set[str]) -> dict[str, object]:
    """What the portal would invoice."""
    return {
        one.billing_document_number: (
            one.is_invoice,
            lines_of(one, "billed_quantity"),
        )
        for one in BillingDocument.objects.filter(billing_document_number__in=numbers)
    }


def let_a_person_retry(world: World, document_number: str) -> None:
    """What SAP never shows again closes when a person has looked."""
    for one in stopped():
        if one.reference.endswith(document_number):
            world.retry(one)


@pytest.mark.parametrize("seed", SEEDS)
@mock.patch("sync.steps.pull_billing.ORDERS_AT_ONCE", 7)  # all of them by the pull itself
def test_a_spoilt_document_of_sap_spoils_no_other_of_the_pull(world: World, seed: int) -> None:
    chance, line = random.Random(seed), wired(world)
    orders = [world.into_sap(chance.choice(("simple", "coupon"))) for _ in range(7)]
    deliveries = {world.dispatch(order, tracking=[f"1Z{order.pk}"])[0] for order in orders[:4]}
    deliveries |= set(world.deliver(orders[4], orders[5]))
    deliveries |= set(world.deliver(orders[6], quantities={10: 1}))
    documents = {world.bill(number) for number in sorted(deliveries)[:4]}
    with undone():
        world.run(work.pull_deliveries())
        world.run(work.pull_billing())
        truth, bills = delivered(deliveries), billed(documents)
    assert (len(truth), len(bills)) == (6, 4)
    world.run(work.pull_deliveries())

    for _ in range(share(0.16)):
        hand = Hand(chance, DELIVERY_TABLES + ORDER_TABLES + BILLING_TABLES)
        is_billing = hand.function not in {"BAPI_DELIVERY_GETLIST"} and chance.random() < 0.7
        is_billing |= (hand.function, hand.table) in {(f, t) for f, t, _key in BILLING_TABLES}
        pull = work.pull_billing() if is_billing else work.pull_deliveries()
        with undone():
            if not is_billing:
                OutboundDelivery.objects.all().delete()
            line.spoil = hand
            task = world.run(pull)
            must_be_readable()
            shown = billed(documents) if is_billing else delivered(deliveries)
            right = bills if is_billing else truth
            wrong = {one for one in right if shown.get(one) != right[one]}
            about = (hand.function, hand.table, hand.kind, hand.told, task.error_message)
            if wrong:
                assert len(wrong) <= 2, about
                assert hand.is_plausible or stopped(), about
            if wrong & set(shown):
                assert hand.is_plausible, about
            line.spoil = None
            if not (wrong or stopped()) and chance.random() < 0.7:
                continue  # nothing that a later pull could put right

            world.run(pull)
            if is_billing:  # an order's status stops the other pull, whichever read it
                world.run(work.pull_deliveries())

            shown = billed(documents) if is_billing else delivered(deliveries)
            assert shown == right, about
            let_a_person_retry(world, FOREIGN)
            left = [one for one in stopped() if not one.reference.endswith("unknown")]
            assert [one for one in left if one.pk != task.pk] == [], about


# ---- both sides compared -----------------------------------------------------------------------
LISTED: list[Table] = [*ORDER_TABLES[:7], ("BAPI_SALESORDER_GETLIST", "SALES_ORDERS", "SD_DOC")]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_comparison_says_which_records_it_could_not_read(world: World, seed: int) -> None:
    chance, line = random.Random(seed), wired(world)
    held = [world.into_sap(chance.choice(("simple", "coupon"))) for _ in range(4)]
    missing = world.place()
    placed = {order.entity_id for order in [*held, missing]}

    spoilt = 0
    while spoilt < share(0.05):
        bad = set(chance.sample(sorted(placed), chance.choice((1, 3))))
        hand = Hand(chance, LISTED)
        with undone():
            if chance.random() < 0.5:
                bad, line.spoil = set(), hand
            else:
                spoil_orders(chance, line, bad, placed)
            task = world.run(work.check_completeness(world.shop))
            spoilt += max(len(bad), 1)
            must_be_readable()
            if task.state != State.DONE:
                continue  # an answer of which nothing can be told apart: one readable task
            run = CompletenessRun.objects.get()
            told = {one.increment_id for one in run.findings.filter(kind=Kind.NOT_IN_SAP)}
            about = (vars(hand), list(run.findings.values_list("increment_id", "reason")))
            if missing.entity_id not in bad:
                assert missing.increment_id in told, about
            good = {one.increment_id for one in held if one.entity_id not in bad}
            assert len(good & told) <= (0 if bad else 1), about
            if good & told:
                (finding,) = run.findings.filter(increment_id__in=good & told)
                is_told = finding.is_explained or "carries the reference" in finding.reason
                assert hand.is_plausible or is_told, about
