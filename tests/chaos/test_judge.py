"""A checker that cannot fail is worthless: each kind of damage is planted and must be reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client

from sync.jobs import work
from sync.models import SalesOrder
from sync.sandbox.portal_visitor import text_of
from sync.sandbox.sap.documents import SalesOrder as SapOrder
from tests.builders import a_user
from tests.chaos.clerks import SHAPES
from tests.chaos.judge import Case, Claim, Finding, judge, judge_page, judge_strays
from tests.chaos.portal_view import OpenTask, judge_tasks
from tests.chaos.run import Verdict
from tests.world import World

pytestmark = pytest.mark.slow


@pytest.fixture
def order(world: World) -> SalesOrder:
    """An order that went through the whole cycle."""
    placed = world.into_sap()
    world.run(work.confirm_order(placed))
    (delivery,) = world.dispatch(placed)
    world.ship(placed, delivery)
    world.invoice(placed, world.bill(delivery))
    world.run(work.pull_deliveries(placed))
    placed.refresh_from_db()
    return placed


def judged(world: World, order: SalesOrder, **claimed: object) -> list[tuple[str, str]]:
    """Kind and text of all that is found."""
    return [(one.kind, one.text) for one in judge(the_case(world, order, **claimed))]


def the_case(world: World, order: SalesOrder, **claimed: object) -> Case:
    """Both books, and the portal's words with ``claimed`` in place of some."""
    books = world.shop_books(order)
    books["mails"] = [*world.mails(order, "shipment"), *world.mails(order, "invoice")]
    claim = Claim(
        key=order.pk,
        stage=order.stage,
        verification=order.verification,
        sap_number=order.sap_sales_order_number,
        is_confirmed=order.confirmed_at is not None,
        told_shipments=frozenset(order.shipments.values_list("entity_id", flat=True)),
        told_invoices=frozenset(order.invoices.values_list("entity_id", flat=True)),
    )
    sap = world.sap_books(order)
    return Case(order.increment_id, books, sap, replace(claim, **claimed))  # type: ignore[arg-type]


def kinds(found: list[tuple[str, str]]) -> set[str]:
    """The kinds of findings."""
    return {kind for kind, _text in found}


def test_an_order_that_went_through_the_whole_cycle_is_found_good(
    world: World, order: SalesOrder
) -> None:
    assert judged(world, order) == []


def test_an_order_lost_in_sap_is_reported(world: World, order: SalesOrder) -> None:
    world.sap.store.delete_order(order.sap_sales_order_number)

    assert ("lost", "not in SAP") in judged(world, order)


def test_an_order_doubled_in_sap_is_reported(world: World, order: SalesOrder) -> None:
    twin = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert twin is not None
    twin.number = "0009999999"
    world.sap.store.save(twin)

    assert ("doubled", "also in SAP as 0009999999") in judged(world, order)


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_paper_made_twice_is_reported(world: World, order: SalesOrder, kind: str) -> None:
    paper = dict(world.shop_books(order)[f"{kind}s"][0])
    with world.stand_in.store.writing() as books:
        books.save(kind, {**paper, "entity_id": 999})

    assert {"doubled", "wrong_quantities"} <= kinds(judged(world, order))


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_paper_that_is_missing_is_reported(world: World, order: SalesOrder, kind: str) -> None:
    paper = world.shop_books(order)[f"{kind}s"][0]
    with world.stand_in.store.writing() as books:
        books.delete(kind, paper["entity_id"])

    assert "lost" in kinds(judged(world, order))


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_wrong_quantity_is_reported(world: World, order: SalesOrder, kind: str) -> None:
    paper = world.shop_books(order)[f"{kind}s"][0]
    paper["items"][0]["qty"] += 1
    with world.stand_in.store.writing() as books:
        books.save(kind, paper)

    assert kinds(judged(world, order)) == {"wrong_quantities", "lies"}


def test_quantities_the_shop_lost_on_its_order_are_reported(
    world: World, order: SalesOrder
) -> None:
    world.edit_web_order(order.entity_id, lambda books: books["items"][0].update(qty_shipped=0))

    assert "wrong_quantities" in kinds(judged(world, order))


def test_a_wrong_amount_is_reported(world: World, order: SalesOrder) -> None:
    invoice = world.shop_books(order)["invoices"][0]
    invoice["grand_total"] += 1
    with world.stand_in.store.writing() as books:
        books.save("invoice", invoice)

    assert "wrong_amounts" in kinds(judged(world, order))


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_mail_too_many_is_reported(world: World, order: SalesOrder, kind: str) -> None:
    (mail,) = world.mails(order, kind)
    with world.stand_in.store.writing() as books:
        books.add_mail(mail)

    assert kinds(judged(world, order)) == {"extra_mails", "lies"}


@pytest.mark.parametrize("kind", ["shipment", "invoice"])
def test_a_mail_that_was_never_sent_is_reported(world: World, order: SalesOrder, kind: str) -> None:
    case = the_case(world, order)
    case.shop["mails"] = [one for one in case.shop["mails"] if one["kind"] != kind]

    found = {one.text for one in judge(case) if one.kind == "lost"}

    assert any(text.startswith(f"no mail for {kind}") for text in found)


def test_an_invoice_mailed_although_sap_sends_it_is_reported(
    world: World, order: SalesOrder
) -> None:
    case = the_case(world, order)
    german = {"country_id": "DE", "company": "Muster GmbH"}
    case.shop["order"] |= {"store_id": 3, "billing_address": german}
    found = [one.text for one in judge(case) if one.kind == "extra_mails"]
    assert found == [f"one mail too many for invoice {order.invoices.get().increment_id}"]

    case = the_case(world, order)
    case.shop["order"] |= {"store_id": 3, "billing_address": german}
    case.shop["mails"] = [one for one in case.shop["mails"] if one["kind"] != "invoice"]
    assert not [one for one in judge(case) if one.kind in {"lost", "extra_mails"}]


def test_a_mail_to_someone_else_is_reported(world: World, order: SalesOrder) -> None:
    case = the_case(world, order)
    case.shop["mails"][0]["recipient"] = "someone@else.example"

    assert {"extra_mails", "lies"} == {one.kind for one in judge(case)}


def test_a_parcel_the_shop_does_not_show_is_reported(world: World, order: SalesOrder) -> None:
    shipment = world.shop_books(order)["shipments"][0]
    shipment["tracks"] = []
    with world.stand_in.store.writing() as books:
        books.save("shipment", shipment)

    assert kinds(judged(world, order)) == {"lost", "lies"}


def test_a_parcel_the_shop_shows_twice_is_reported(world: World, order: SalesOrder) -> None:
    shipment = world.shop_books(order)["shipments"][0]
    shipment["tracks"] *= 2
    with world.stand_in.store.writing() as books:
        books.save("shipment", shipment)

    assert kinds(judged(world, order)) == {"doubled", "lies"}


def test_a_line_that_went_to_sap_with_another_quantity_is_reported(
    world: World, order: SalesOrder
) -> None:
    case = the_case(world, order)
    case.sap[0]["items"][0]["quantity"] = "7"

    assert {"wrong_quantities", "lies"} == {one.kind for one in judge(case)}


@pytest.mark.parametrize("shape", SHAPES)
def test_an_order_of_any_shape_is_in_sap_with_its_quantities(world: World, shape: str) -> None:
    placed = world.into_sap(shape)
    world.run(work.confirm_order(placed))
    placed.refresh_from_db()

    found = judged(world, placed)

    assert kinds(found) <= {"stuck"}, found  # nothing has left yet, and nobody was told


def test_a_wrong_amount_in_sap_is_reported(world: World, order: SalesOrder) -> None:
    case = the_case(world, order)
    case.sap[0]["gross_value"] = "0.00"

    assert "wrong_amounts" in {one.kind for one in judge(case)}


def test_an_order_the_shop_does_not_call_complete_is_stuck(world: World, order: SalesOrder) -> None:
    world.edit_web_order(order.entity_id, lambda books: books.update(state="processing"))

    assert kinds(judged(world, order)) == {"stuck", "lies"}


def test_an_order_sap_has_not_billed_is_stuck(world: World, order: SalesOrder) -> None:
    case = the_case(world, order)
    case.sap[0]["billing_status"] = "B"

    assert ("stuck", "SAP has not delivered and billed everything") in [
        (one.kind, one.text) for one in judge(case)
    ]


def test_an_order_the_portal_does_not_know_is_stuck(world: World, order: SalesOrder) -> None:
    assert kinds(
        [(o.kind, o.text) for o in judge(replace(the_case(world, order), claim=None))]
    ) == {"stuck"}


@pytest.mark.parametrize("verification", ["sent", "differs"])
def test_an_order_that_is_not_verified_needs_a_hand(
    world: World, order: SalesOrder, verification: str
) -> None:
    assert kinds(judged(world, order, verification=verification)) == {"needs_hand", "lies"}


def test_a_number_the_portal_never_confirmed_is_stuck(world: World, order: SalesOrder) -> None:
    assert kinds(judged(world, order, is_confirmed=False)) == {"stuck", "lies"}


@pytest.mark.parametrize("reference", ["", "000009999"])
def test_an_order_in_sap_without_a_web_order_is_reported(
    world: World, order: SalesOrder, reference: str
) -> None:
    stray = world.sap.store.get(SapOrder, order.sap_sales_order_number)
    assert stray is not None
    stray.number, stray.customer_reference = "0009999999", reference
    world.sap.store.save(stray)

    found = judge_strays(world.sap.store.references(), lambda one: one == order.increment_id)

    assert [(one.kind, one.order) for one in found] == [("doubled", reference)]


def test_the_page_of_an_order_says_what_both_books_hold(world: World, order: SalesOrder) -> None:
    case = the_case(world, order)
    assert judge(case) == []

    assert judge_page(case, page_of(order)) == []


@pytest.mark.parametrize(
    "told",
    [
        lambda case: case.sap[0]["number"],
        lambda case: case.sap[0]["deliveries"][0]["number"],
        lambda case: case.sap[0]["deliveries"][0]["tracking"][0],
        lambda case: case.sap[0]["billing_documents"][0]["number"],
        lambda case: case.shop["shipments"][0]["increment_id"],
        lambda case: "Complete",
        lambda case: "Verified",
    ],
)
def test_a_page_that_leaves_something_out_lies(
    world: World, order: SalesOrder, told: Callable[[Case], str]
) -> None:
    case = the_case(world, order)
    left_out = told(case)

    (found,) = judge_page(case, page_of(order).replace(left_out, ""))

    assert found.kind == "lies"
    assert left_out in found.text


def page_of(order: SalesOrder) -> str:
    """The order's page as somebody in sales reads it."""
    client = Client()
    client.force_login(a_user("sales"), backend="django.contrib.auth.backends.ModelBackend")
    return text_of(client.get(f"/orders/{order.pk}/").content.decode())


def test_a_number_the_shop_does_not_carry_is_reported(world: World, order: SalesOrder) -> None:
    world.edit_web_order(order.entity_id, lambda books: books.pop("ext_order_id"))

    found = judged(world, order)

    assert {"lost", "lies"} <= kinds(found)


def test_a_portal_that_has_not_come_to_the_end_is_stuck(world: World, order: SalesOrder) -> None:
    assert kinds(judged(world, order, stage="shipped")) == {"stuck"}


def test_a_portal_that_names_another_order_lies(world: World, order: SalesOrder) -> None:
    assert "lies" in kinds(judged(world, order, sap_number="0000000001"))


def test_a_portal_that_claims_a_mail_nobody_got_lies(world: World, order: SalesOrder) -> None:
    assert kinds(judged(world, order, told_invoices=frozenset({999}))) == {"lies"}


def test_tasks_that_are_open_at_the_end_are_stuck_or_need_a_hand() -> None:
    tasks = [
        OpenTask("push_order", "order:1", "running", "", ""),
        OpenTask("push_order", "order:2", "needs_attention", "RemoteRejected", "no"),
    ]

    assert [one.kind for one in judge_tasks(tasks)] == ["stuck", "needs_hand"]


def test_the_last_line_counts_every_kind_and_only_zeros_are_good() -> None:
    verdict = Verdict(3, 7, [Finding("doubled", "000000001", "also in SAP as 0009999999")])

    assert not verdict.is_good
    assert verdict.line == (
        "orders=3 faults=7 lost=0 doubled=1 wrong_quantities=0 wrong_amounts=0 extra_mails=0 "
        "stuck=0 lies=0 needs_hand=0"
    )
    assert Verdict(3, 7).is_good
