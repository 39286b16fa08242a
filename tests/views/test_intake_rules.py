"""Rules of intake and of the invoice's mail are edited in the admin, and seen where they matter."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import User
from django.test import Client

from sync.models import (
    IntakeRule,
    InvoiceMailRule,
    PaymentMapping,
    SalesArea,
    SalesOrder,
    SyncTask,
)
from sync.roles import ADMINISTRATORS, FINANCE, SALES
from tests.builders import a_billing_document, a_sales_order, a_shop, an_invoice

SignIn = Callable[..., Client]
Stage = SalesOrder.Stage
RULES = "/admin/sync/intakerule/"


def administrator(signed_in: SignIn) -> Client:
    client = signed_in(ADMINISTRATORS)
    User.objects.update(is_staff=True)
    return client


def waits(status: str) -> IntakeRule:
    handling = IntakeRule.Handling.WAIT
    return IntakeRule.objects.create(shop=a_shop(), status=status, handling=handling, words="Look")


def test_a_new_rule_judges_waiting_orders_at_once_and_its_end_lets_them_go(
    signed_in: SignIn,
) -> None:
    order, other = a_sales_order(status="erp_review"), a_sales_order()
    client = administrator(signed_in)
    values = {"shop": order.shop.pk, "status": "erp_review", "handling": "wait", "words": "Look"}

    added = client.post(f"{RULES}add/", values, follow=True).content.decode()
    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.stage, order.not_taken_reason) == (Stage.NOT_TAKEN, "Look (status “erp_review”)")
    assert other.stage == Stage.TO_SYNC
    assert "1 order was judged again by this rule." in added

    rule = IntakeRule.objects.get()
    client.post(f"{RULES}{rule.pk}/change/", {**values, "status": "erp_other"})
    order.refresh_from_db()
    assert order.stage == Stage.TO_SYNC

    client.post(f"{RULES}{rule.pk}/change/", values)
    client.post(RULES, {"action": "delete_selected", "_selected_action": rule.pk, "post": "yes"})
    order.refresh_from_db()
    assert order.stage == Stage.TO_SYNC


def test_an_order_in_sap_is_left_alone_by_a_new_rule(signed_in: SignIn) -> None:
    order = a_sales_order(status="erp_review", stage=Stage.COMPLETE)
    values = {"shop": order.shop.pk, "status": "erp_review", "handling": "never"}

    administrator(signed_in).post(f"{RULES}add/", values)

    order.refresh_from_db()
    assert order.stage == Stage.COMPLETE


def test_the_order_page_names_the_rule(signed_in: SignIn) -> None:
    order = a_sales_order(
        status="erp_review", stage=Stage.NOT_TAKEN, not_taken_reason=waits("erp_review").reason
    )

    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert "Look (status “erp_review”)" in page
    assert "Take it anyway" in page or "Take anyway" in page


def test_what_a_rule_never_takes_has_no_button(signed_in: SignIn) -> None:
    rule = waits("test_order")
    rule.handling = IntakeRule.Handling.NEVER
    rule.save()
    order = a_sales_order(status="test_order", stage=Stage.NOT_TAKEN, not_taken_reason=rule.reason)
    client = signed_in(SALES)

    assert "ake anyway" not in client.get(order.get_absolute_url()).content.decode()
    client.post(f"/orders/{order.pk}/take-anyway/", {"reason": "I want it"})
    assert not SyncTask.objects.exists()


def test_master_data_shows_both_kinds_of_rules(signed_in: SignIn) -> None:
    waits("erp_review")
    area = SalesArea.objects.create(shop=a_shop(), store_id=2, name="German store")
    InvoiceMailRule.objects.create(sales_area=area, customer_kind="business", country="DE")

    page = signed_in(SALES).get("/master-data/").content.decode()

    assert "status “erp_review”: do not take until it changes" in page
    assert "German store, business customers in DE" in page


def test_resending_what_is_not_to_be_mailed_asks_first_and_says_why(signed_in: SignIn) -> None:
    document = a_billing_document()
    order = a_sales_order()
    reason = "SAP sends the e-invoice"
    invoice = an_invoice(order, document, not_to_be_mailed=reason)
    client, address = signed_in(FINANCE), f"/invoices/{document.pk}/resend/"

    asked = client.post(address).content.decode()
    assert not SyncTask.objects.exists()
    assert f"{invoice}</span>: {reason}" in asked

    client.post(address, {"confirmed": "yes"})
    assert SyncTask.objects.count() == 1


def test_finance_does_not_count_what_is_not_to_be_mailed(signed_in: SignIn) -> None:
    order = a_sales_order()
    for reason in ("", "SAP sends the e-invoice"):
        document = a_billing_document()
        an_invoice(order, document, not_to_be_mailed=reason)
    client = signed_in(FINANCE)

    rows = client.get("/invoices/?in_shop=not_mailed").context["table"].rows
    page = client.get("/invoices/").content.decode()
    chain = client.get(order.get_absolute_url()).content.decode()

    assert len(rows) == 1
    assert "SAP sends the e-invoice" in page
    assert "SAP sends the e-invoice" in chain


def test_another_release_of_a_payment_method_judges_waiting_orders_at_once(
    signed_in: SignIn,
) -> None:
    shop = a_shop()
    paid = PaymentMapping.Release.PAID
    entry = PaymentMapping.objects.create(shop=shop, method="checkmo", release=paid)
    order = a_sales_order(stage=Stage.NOT_TAKEN, not_taken_reason="Not paid yet")
    values = {"shop": shop.pk, "method": "checkmo", "release": "always"}

    administrator(signed_in).post(f"/admin/sync/paymentmapping/{entry.pk}/change/", values)

    order.refresh_from_db()
    assert (order.stage, order.not_taken_reason) == (Stage.TO_SYNC, "")


def test_an_order_is_found_by_the_reference_it_has_in_sap(signed_in: SignIn) -> None:
    order = a_sales_order(customer_reference="WEB-000000017")
    a_sales_order()

    found = signed_in(SALES).get("/search/?q=web-000000017")
    page = signed_in(SALES).get(order.get_absolute_url()).content.decode()

    assert found.headers["Location"] == order.get_absolute_url()
    assert "WEB-000000017" in page


def test_a_store_without_its_shop_is_refused_with_words(signed_in: SignIn) -> None:
    page = administrator(signed_in).post("/admin/sync/salesarea/add/", {"name": "No shop"})

    assert page.status_code == 200
    assert "This field is required" in page.content.decode()
