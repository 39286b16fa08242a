"""Finance decides on the shop's invoice with both documents side by side; links show everywhere."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.models import BillingDocument, Decision, Invoice, SalesOrder, Step, SyncTask
from tests.builders import (
    a_billing_document,
    a_delivery,
    a_shipment,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)

SignIn = Callable[..., Client]
FINANCE, SALES = "Finance", "Sales"
pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> SalesOrder:
    return an_order_in_sap()


@pytest.fixture
def renewed(order: SalesOrder) -> BillingDocument:
    """A document that replaces a cancelled one the shop has invoiced, and is not equal to it."""
    old = a_billing_document(order, is_cancelled=True, payer="0000100001")
    an_invoice(order, old, increment_id="000000042")
    new = a_billing_document(order, gross_value=Decimal("124.00"), payer="0000100002")
    a_stopped_task(
        Step.PUSH_INVOICE, order, billing_document=new,
        error=RecordsDisagree("Not equal.", cause=PaperCause.BILLING_RENEWED),
    )  # fmt: skip
    return new


def link(document: BillingDocument) -> str:
    return f"/invoices/{document.pk}/link/"


def test_both_documents_stand_side_by_side(signed_in: SignIn, renewed: BillingDocument) -> None:
    client = signed_in(FINANCE)
    assert link(renewed) in client.get(renewed.get_absolute_url()).content.decode()

    page = client.get(link(renewed)).content.decode()

    old = BillingDocument.objects.get(is_cancelled=True)
    for words in (f"{old}, cancelled", f"{renewed}, new", "119.00", "124.00", "0000100002",
                  "000000042", "gets no mail"):  # fmt: skip
        assert words in page


def test_what_finance_decides_is_kept_and_work_goes_on(
    signed_in: SignIn, renewed: BillingDocument, order: SalesOrder
) -> None:
    answer = signed_in(FINANCE).post(link(renewed), {"reason": "Agreed with the customer."})

    assert answer.status_code == 302
    kept = Decision.objects.get()
    assert (kept.kind, kept.number) == (Decision.Kind.INVOICE_LINKED, "000000042")
    assert (kept.sales_order, kept.billing_document) == (order, renewed)
    assert SyncTask.objects.get().state == SyncTask.State.WAITING
    assert signed_in(FINANCE).get(link(renewed)).status_code == 302  # nothing to decide any more


def test_without_a_reason_nothing_is_decided(signed_in: SignIn, renewed: BillingDocument) -> None:
    assert signed_in(FINANCE).post(link(renewed), {}).status_code == 400
    assert not Decision.objects.exists()


def test_an_invoice_the_shop_does_not_have_is_refused(
    signed_in: SignIn, renewed: BillingDocument
) -> None:
    Invoice.objects.update(billing_document=None)  # the portal has forgotten which it was
    reason = {"reason": "I looked."}
    client = signed_in(FINANCE)

    assert client.post(link(renewed), {**reason, "number": "7"}).status_code == 400
    assert client.post(link(renewed), {**reason, "number": "000000042"}).status_code == 302


def test_sales_may_not_decide(signed_in: SignIn, renewed: BillingDocument) -> None:
    client = signed_in(SALES)

    assert client.get(link(renewed)).status_code == 403
    assert link(renewed) not in client.get(renewed.get_absolute_url()).content.decode()


def test_an_invoice_for_two_documents_shows_with_both(signed_in: SignIn, order: SalesOrder) -> None:
    documents = [a_billing_document(order), a_billing_document(order)]
    invoice = an_invoice(order, documents[0], increment_id="000000077", is_made_by_hand=True)
    invoice.further_documents.add(documents[1])
    client = signed_in(FINANCE)

    for document in documents:
        page = client.get(document.get_absolute_url()).content.decode()
        assert "000000077" in page
        assert str(documents[0]) in page
        assert str(documents[1]) in page
    listed = client.get("/invoices/").content.decode()
    assert listed.count("000000077") == 2
    assert "000000077" not in client.get("/invoices/?in_shop=missing").content.decode()
    for query in ("in_shop=present", "q=000000077"):
        found = client.get(f"/invoices/?{query}").content.decode()
        assert all(str(document) in found for document in documents)


def test_resending_a_further_document_mails_its_invoice(
    signed_in: SignIn, order: SalesOrder
) -> None:
    documents = [a_billing_document(order), a_billing_document(order)]
    an_invoice(order, documents[0], is_made_by_hand=True).further_documents.add(documents[1])

    signed_in(FINANCE).post(f"/invoices/{documents[1].pk}/resend/")
    keys = [document.pk for document in documents]
    signed_in(FINANCE).post("/invoices/resend/", {"selected": keys, "confirmed": "1"})

    assert SyncTask.objects.filter(step=Step.SEND_INVOICE).count() == 1


def test_a_shipment_for_two_deliveries_shows_with_both(
    signed_in: SignIn, order: SalesOrder
) -> None:
    deliveries = [a_delivery(order), a_delivery(order)]
    shipment = a_shipment(order, deliveries[0], increment_id="000000088", is_made_by_hand=True)
    shipment.further_deliveries.add(deliveries[1])
    client = signed_in("Logistics")

    page = client.get(deliveries[1].get_absolute_url()).content.decode()
    assert "000000088" in page
    found = client.get("/deliveries/?shop_shipment=yes").content.decode()
    assert all(str(delivery) in found for delivery in deliveries)
    missing = client.get("/deliveries/?shop_shipment=no").content.decode()
    assert not any(str(delivery) in missing for delivery in deliveries)
