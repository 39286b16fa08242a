"""What has stopped is repaired in its card: the form, who sees it, and what was kept of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client

from sync.causes.sap import SapCause
from sync.errors import MappingMissing
from sync.mapping_tables import MappingTable
from sync.models import (
    Click,
    Decision,
    MaterialMapping,
    Repair,
    SalesOrder,
    Step,
    SyncTask,
)
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.sap.explanations import EXPLANATIONS
from sync.sap.records import SapMessage
from sync.sap.refusals import SapRejected
from sync.views import stopped_causes
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_failure,
    a_sales_area,
    a_shop,
    a_stopped_task,
    a_task,
    a_user,
    a_waiting_order,
    an_order_in_sap,
)

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SKU = "24-MB01"
NO_MATERIAL = MappingMissing("No material for 24-MB01.", MappingTable.MATERIAL, SKU)


@pytest.fixture(autouse=True)
def nothing_is_kept() -> None:
    """Suggestions are held in memory for a while."""
    cache.clear()


def stop(orders: int = 3, error: Exception = NO_MATERIAL) -> list[SyncTask]:
    """Orders of one SKU that have stopped for one reason."""
    if not SalesOrder.objects.exists():
        a_sales_area()
    return [
        a_stopped_task(Step.PUSH_ORDER, order, shop=order.shop, error=error)
        for order in (a_waiting_order(SKU, grand_total=100) for _ in range(orders))
    ]


def refused(value: str) -> SapRejected:
    """As SAP refuses a material."""
    return SapRejected(
        "The material is not set up in this sales area.",
        cause=SapCause.REFUSED,
        detail=f"V1 382:{value}:1000:10:E",
        messages=[SapMessage("E", "V1", "382", "", (value, "1000", "10", "E"))],
        explanation=EXPLANATIONS["V1 382"],
    )


def the_form(client: Client, url: str = "/attention/") -> object:
    [group] = client.get(url).context["groups"]
    return group.form


def test_a_missing_entry_is_added_in_the_card_and_one_order_tried(signed_in: SignIn) -> None:
    *_, newest = stop(30)
    client = signed_in(SALES)
    page = client.get("/attention/")
    [group] = page.context["groups"]
    assert group.form.initial["sku"] == SKU
    assert "Save and send all 30" in page.content.decode()

    answer = client.post(
        f"/tasks/{newest.pk}/repair/", {"shop": newest.shop_id, "sku": SKU, "material": "m-1"}
    )

    assert answer.status_code == 302
    made = Repair.objects.get()
    assert MaterialMapping.objects.get().material == "M-1"
    assert (made.stopped, made.before, made.after["material"]) == (30, {}, "M-1")
    assert (made.order, made.state) == (newest.sales_order, Repair.State.TRYING)
    assert made.trial is not None
    assert (made.trial.step, made.trial.priority) == (Step.DRY_RUN, SyncTask.Priority.INTERACTIVE)
    assert not Click.objects.exists()
    later = client.get("/attention/").content.decode()
    assert "Being tried" in later
    assert f"repair-{newest.pk}" not in later  # nobody saves it twice meanwhile


def test_a_wrong_value_stands_in_the_form_and_its_change_is_kept(signed_in: SignIn) -> None:
    *_, newest = stop(2, refused("WRONG"))
    assert newest.shop
    MaterialMapping.objects.create(shop=newest.shop, sku=SKU, material="WRONG")
    client = signed_in(SALES)
    [group] = client.get("/attention/").context["groups"]
    [field] = group.form.first_fields
    assert (field.name, field.value()) == ("material", "WRONG")

    data = {"shop": newest.shop_id, "sku": SKU, "material": "RIGHT"}
    client.post(f"/tasks/{newest.pk}/repair/", data)

    assert MaterialMapping.objects.get().material == "RIGHT"
    assert Repair.objects.get().changes == [("material", "WRONG", "RIGHT")]
    page = client.get("/attention/resolved/").content.decode()
    assert "before: </span>WRONG" in page
    assert "after: </span>RIGHT" in page


def test_what_sap_refused_in_the_trial_is_told_and_the_value_stands_in_the_form(
    signed_in: SignIn,
) -> None:
    *_, newest = stop(2)
    client = signed_in(SALES)
    data = {"shop": newest.shop_id, "sku": SKU, "material": "WRONG"}
    client.post(f"/tasks/{newest.pk}/repair/", data)
    Repair.objects.update(state=Repair.State.HELD, said="The material is not set up.")

    page = client.get("/attention/")

    [group] = page.context["groups"]
    assert [one.value() for one in group.form.first_fields] == ["WRONG"]
    assert "The material is not set up." in page.content.decode()
    assert "Nothing else was sent." in page.content.decode()


def test_a_form_that_is_not_valid_says_why_and_saves_nothing(signed_in: SignIn) -> None:
    *_, newest = stop(1)

    answer = signed_in(SALES).post(
        f"/tasks/{newest.pk}/repair/",
        {"shop": newest.shop_id, "sku": SKU, "material": "M-1", "ean": "1"},
    )

    assert answer.status_code == 422
    assert "either the material or the EAN" in answer.content.decode()
    assert not MaterialMapping.objects.exists()
    assert not Repair.objects.exists()


@pytest.mark.parametrize(("role", "may"), [(SALES, True), (LOGISTICS, False), (FINANCE, False)])
def test_only_who_keeps_the_table_repairs_it(role: str, may: bool, signed_in: SignIn) -> None:
    *_, newest = stop(1)
    client = signed_in(role)

    data = {"shop": newest.shop_id, "sku": SKU, "material": "M-1"}
    answer = client.post(f"/tasks/{newest.pk}/repair/", data)

    assert answer.status_code == (302 if may else 403)
    assert MaterialMapping.objects.exists() == may


def test_nobody_sees_a_form_that_is_not_theirs(signed_in: SignIn) -> None:
    stop(1)

    assert the_form(signed_in(LOGISTICS)) is None
    assert the_form(signed_in(SALES)) is not None


def test_what_cannot_be_tried_goes_on_at_once(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    error = MappingMissing("No carrier.", MappingTable.CARRIER, "GLS")
    task = a_stopped_task(Step.PUSH_SHIPMENT, order, shop=order.shop, error=error)

    signed_in(ADMINISTRATORS).post(
        f"/tasks/{task.pk}/repair/",
        {"sap_carrier": "GLS", "title": "GLS", "carrier_code": "custom"},
    )

    assert Repair.objects.get().state == Repair.State.SENT
    assert Click.objects.get().wanted == 1


def test_another_shop_with_the_same_sku_keeps_its_own_entry(signed_in: SignIn) -> None:
    [here] = stop(1)
    other = a_waiting_order(SKU, shop=a_shop("other"))
    a_stopped_task(Step.PUSH_ORDER, other, shop=other.shop, error=NO_MATERIAL)

    data = {"shop": here.shop_id, "sku": SKU, "material": "M-1"}
    signed_in(SALES).post(f"/tasks/{here.pk}/repair/", data)

    assert Repair.objects.get().stopped == 1


def test_a_retry_as_stored_ends_what_a_trial_holds_back(signed_in: SignIn) -> None:
    *_, newest = stop(2)
    client = signed_in(SALES)
    data = {"shop": newest.shop_id, "sku": SKU, "material": "WRONG"}
    client.post(f"/tasks/{newest.pk}/repair/", data)

    client.post("/attention/retry/", {"cause": newest.cause, "cause_key": newest.cause_key})

    assert Repair.objects.get().state == Repair.State.REPLACED
    assert Click.objects.get().wanted == 2


def test_a_repair_of_what_is_stopped_no_more_changes_nothing(signed_in: SignIn) -> None:
    [task] = stop(1)
    SyncTask.objects.update(state=SyncTask.State.DONE)

    data = {"shop": task.shop_id, "sku": SKU, "material": "M-1"}
    answer = signed_in(SALES).post(f"/tasks/{task.pk}/repair/", data, follow=True)

    assert "has not stopped any more" in answer.content.decode()
    assert not MaterialMapping.objects.exists()


def test_a_card_says_how_much_waits_since_when_and_who_acts(signed_in: SignIn) -> None:
    stop(3)

    page = signed_in(SALES).get("/attention/")

    [group] = page.context["groups"]
    assert [(int(amount), currency) for amount, currency in group.amounts] == [(300, "EUR")]
    assert group.since == SyncTask.objects.earliest("id").finished_at
    assert group.is_ours


def test_the_money_of_a_card_counts_each_document_once(signed_in: SignIn) -> None:
    """An order with two stopped deliveries is worth its total once; a billing document its own."""
    order = an_order_in_sap(grand_total=100)
    failure = a_failure(SapCause.UNREADABLE, "No.")
    for delivery in (a_delivery(order), a_delivery(order)):
        failure |= {"delivery": delivery, "reference": str(delivery)}
        a_stopped_task(Step.PUSH_SHIPMENT, order, **failure)
    document = a_billing_document(order, gross_value=Decimal(40))
    a_stopped_task(
        Step.PUSH_INVOICE, order, billing_document=document, **a_failure(SapCause.REFUSED, "No.")
    )

    groups = signed_in(SALES).get("/attention/").context["groups"]

    amounts = {one.cause: [(int(sum_), unit) for sum_, unit in one.amounts] for one in groups}
    assert amounts == {
        SapCause.UNREADABLE.code: [(100, "EUR")],
        SapCause.REFUSED.code: [(40, "EUR")],
    }


def test_money_that_is_not_added_up_is_said_to_be_missing(
    signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop(3)
    client = signed_in(SALES)
    assert "too many to add up" not in client.get("/attention/").content.decode()

    monkeypatch.setattr(stopped_causes, "MOST_SUMMED", 2)

    page = client.get("/attention/")
    [group] = page.context["groups"]
    assert group.amounts == []
    assert "too many to add up" in page.content.decode()


def test_from_home_a_missing_entry_takes_two_clicks_and_the_typing(signed_in: SignIn) -> None:
    *_, newest = stop(30)
    client = signed_in(SALES)
    [cause] = client.get("/").context["sections"][0].stopped.causes
    assert f'href="{cause.url}"' in client.get("/").content.decode()  # the first click

    card = client.get(cause.url).content.decode()
    assert card.count("autofocus") == 1  # so that typing begins at once
    action = card.split('class="repair"')[1].split('action="')[1].split('"')[0]
    assert "Save and send all 30" in card  # the second click

    data = {"shop": newest.shop_id, "sku": SKU, "material": "M-1"}
    answer = client.post(action, data)
    assert answer["Location"] == f"/attention/#cause-of-{newest.pk}"
    assert f'id="cause-of-{newest.pk}"' in client.get("/attention/").content.decode()


def test_the_own_team_s_causes_come_first(signed_in: SignIn) -> None:
    stop(3)
    order = an_order_in_sap()
    a_stopped_task(Step.PUSH_SHIPMENT, order, **a_failure(SapCause.UNREADABLE, "No."))

    def teams(role: str) -> list[str]:
        groups = signed_in(role).get("/attention/").context["groups"]
        return [one.remedy.team for one in groups]

    assert teams(SALES) == ["Sales", "Logistics"]
    assert teams(LOGISTICS) == ["Logistics", "Sales"]


def test_fetch_again_reads_the_deliveries_or_billing_documents_that_stopped(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap()
    delivery, document = a_delivery(order), a_billing_document(order)
    cause = a_failure(SapCause.UNREADABLE, "No.")
    a_stopped_task(Step.PUSH_SHIPMENT, order, delivery=delivery, **cause)
    a_stopped_task(Step.PUSH_INVOICE, order, billing_document=document, **cause)
    place = {"cause": cause["cause"], "cause_key": cause["cause_key"]}

    signed_in(LOGISTICS).post("/attention/fetch/", place)
    signed_in(FINANCE).post("/attention/fetch/", place)

    asked = Click.objects.order_by("id").values_list("kind", "documents")
    assert list(asked) == [
        (Click.Kind.DELIVERIES, [delivery.pk]),
        (Click.Kind.BILLING_DOCUMENTS, [document.pk]),
    ]
    assert signed_in(SALES).get("/attention/").context["groups"][0].may_fetch is False


def test_resolved_lists_retries_and_what_was_marked_done(signed_in: SignIn) -> None:
    order = an_order_in_sap()
    repaired = a_task(
        Step.PUSH_SHIPMENT, order, state=SyncTask.State.DONE, origin=SyncTask.Origin.REPAIR,
        outcome="Shipped in the shop.", finished_at=order.placed_at,
    )  # fmt: skip
    marked = a_task(Step.PUSH_INVOICE, order, state=SyncTask.State.DONE)
    Decision.keep(
        Decision.Kind.MARKED_DONE, a_user(), "Settled by phone.", task=marked, sales_order=order
    )

    page = signed_in(SALES).get("/attention/resolved/").content.decode()

    assert "Shipped in the shop." in page
    assert f"/tasks/{repaired.pk}/" in page
    assert "Settled by phone." in page


def test_only_the_first_cards_hold_a_form_the_others_lead_to_one(
    signed_in: SignIn,
) -> None:
    a_sales_area()
    for number in range(50):
        order = a_waiting_order(f"SKU-{number}")
        error = MappingMissing("No.", MappingTable.MATERIAL, f"SKU-{number}")
        a_stopped_task(Step.PUSH_ORDER, order, shop=order.shop, error=error)

    page = signed_in(ADMINISTRATORS).get("/attention/")

    groups = page.context["groups"]
    assert sum(one.form is not None for one in groups) == 12
    assert all(one.form or one.repair_url for one in groups)


# ---- suggestions
def suggested(client: Client, table: str, **typed: str) -> str:
    return client.get(f"/attention/suggestions/{table}/", typed).content.decode()


def test_materials_are_suggested_from_the_mappings_and_from_sap_s_orders(
    signed_in: SignIn,
) -> None:
    order = an_order_in_sap()
    MaterialMapping.objects.create(shop_id=order.shop_id, sku="a", material="BAG-1")
    order.sap_lines.create(sap_item_number=10, ordered_quantity=Decimal(1), material="BAG-2")
    order.sap_lines.create(sap_item_number=20, ordered_quantity=Decimal(1), material="HAT-1")

    found = suggested(signed_in(SALES), "material", material="bag")

    assert [one in found for one in ("BAG-1", "BAG-2", "HAT-1")] == [True, True, False]


def test_customers_are_suggested_by_number_and_by_name(signed_in: SignIn) -> None:
    an_order_in_sap(sap_sold_to="0000010001", customer_name="Jane Doe")
    client = signed_in(SALES)

    assert "0000010001" in suggested(client, "customer", customer_number="10001")
    assert "0000010001" in suggested(client, "customer", customer_number="jane")
    assert suggested(client, "customer", customer_number="9").strip() == ""


def test_suggestions_are_for_those_who_keep_the_table(signed_in: SignIn) -> None:
    assert signed_in(LOGISTICS).get("/attention/suggestions/material/").status_code == 403
    assert signed_in(SALES).get("/attention/suggestions/carrier/").status_code == 404


def test_a_field_asks_for_suggestions_as_one_types(signed_in: SignIn) -> None:
    *_, newest = stop(1)

    page = signed_in(SALES).get("/attention/").content.decode()

    assert 'hx-get="/attention/suggestions/material/"' in page
    assert f'<datalist id="suggested-{newest.pk}"' in page
