"""What people see of the money, and the one capture that finance may ask for again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from sync.causes.cause import Cause
from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.forms.mappings import PaymentForm
from sync.models import Decision, PaymentMapping, Step, SyncTask
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import (
    a_billing_document,
    a_shop,
    a_stopped_task,
    an_invoice,
    an_order_in_sap,
)
from tests.clicked import queue_clicks

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
WAYS_TO_STOP = [
    PaperCause.NOBODY_COLLECTS, PaperCause.CAPTURE_UNKNOWN, PaperCause.OTHER_CAPTURE_UNKNOWN,
    PaperCause.NOTHING_COLLECTED,
]  # fmt: skip


def stopped(cause: Cause = PaperCause.CAPTURE_UNKNOWN) -> SyncTask:
    """An invoice whose capture has stopped for this cause."""
    order = an_order_in_sap(payment_method="cardgateway", payment_standing="authorised")
    return a_stopped_task(
        Step.PUSH_INVOICE,
        order,
        billing_document=a_billing_document(order),
        error=RecordsDisagree("The bank may have paid.", cause=cause),
    )


@pytest.mark.parametrize("role", [FINANCE, ADMINISTRATORS])
def test_finance_has_a_payment_captured_again_with_its_reason(signed_in: SignIn, role: str) -> None:
    task, client = stopped(), signed_in(role)
    assert "Capture again" in client.get(f"/tasks/{task.pk}/").content.decode()
    asked = client.get(f"/tasks/{task.pk}/capture-again/").content.decode()
    assert "the customer pays twice" in asked

    answer = client.post(f"/tasks/{task.pk}/capture-again/", {"reason": "Nothing at the bank"})

    assert answer.status_code == 302
    task.refresh_from_db()
    kept = Decision.objects.get()
    assert (task.state, kept.kind) == (SyncTask.State.WAITING, Decision.Kind.CAPTURE_AGAIN)
    assert (kept.sales_order, kept.billing_document) == (task.sales_order, task.billing_document)


@pytest.mark.parametrize("role", [SALES, LOGISTICS])
def test_others_neither_see_nor_reach_it(signed_in: SignIn, role: str) -> None:
    task, client = stopped(), signed_in(role)

    page = client.get(f"/tasks/{task.pk}/").content.decode()

    assert f"/tasks/{task.pk}/capture-again/" not in page
    assert client.post(f"/tasks/{task.pk}/capture-again/", {"reason": "why"}).status_code == 403
    assert not Decision.objects.exists()


def test_it_is_asked_for_no_other_trouble_and_only_once(signed_in: SignIn) -> None:
    other, client = stopped(PaperCause.NOTHING_COLLECTED), signed_in(FINANCE)
    task = stopped()
    url = f"/tasks/{task.pk}/capture-again/"
    client.post(url, {"reason": "Nothing at the bank"})

    client.post(url, {"reason": "Nothing at the bank"})
    client.post(f"/tasks/{other.pk}/capture-again/", {"reason": "Nothing at the bank"})

    assert Decision.objects.count() == 1


@pytest.mark.parametrize("cause", WAYS_TO_STOP)
def test_every_stop_over_money_is_told_to_finance_in_its_own_words(
    signed_in: SignIn, cause: Cause
) -> None:
    stopped(cause)

    page = unescape(signed_in(FINANCE).get("/attention/").content.decode())

    assert '<span class="tag tag--ours">Finance</span>' in page
    assert cause.headline in page
    assert cause.remedy in page


def test_who_collects_is_asked_for_under_master_data(signed_in: SignIn) -> None:
    task, client = stopped(PaperCause.NOBODY_COLLECTS), signed_in(SALES)
    order = task.sales_order
    assert order is not None
    PaymentMapping.objects.create(shop=order.shop, method="cardgateway", payment_terms="0001")
    assert "cardgateway" in client.get("/master-data/").content.decode()

    client.post("/master-data/payment/", {
        "place": f"payment-{order.shop_id}-cardgateway", "shop": order.shop_id,
        "method": "cardgateway", "payment_terms": "0001", "release": "authorized",
        "collected_by": "shop",
    })  # fmt: skip
    queue_clicks()

    task.refresh_from_db()
    assert PaymentMapping.objects.get().collected_by == "shop"
    assert task.state == SyncTask.State.WAITING


@pytest.mark.parametrize(
    ("release", "collected_by", "is_taken"),
    [
        ("authorized", "", False), ("authorized", "shop", True),
        ("authorized", "elsewhere", True), ("paid", "", True), ("always", "", True),
    ],
)  # fmt: skip
def test_orders_are_not_taken_on_an_authorisation_that_nobody_collects(
    release: str, collected_by: str, is_taken: bool
) -> None:
    form = PaymentForm({
        "shop": a_shop().pk, "method": "cardgateway", "payment_terms": "0001",
        "release": release, "collected_by": collected_by,
    })  # fmt: skip

    assert form.is_valid() is is_taken
    assert is_taken or "Say who collects the money" in str(form.errors["collected_by"])


@pytest.mark.parametrize(
    ("standing", "captured", "words"),
    [
        ("authorised", "0", "Authorised, not collected"),
        ("captured", "119.00", "Captured"),
        ("paid_offline", "0", "Paid offline"),
        ("booked_only", "0", "Marked as paid, not collected by the shop"),
    ],
)
def test_the_pages_say_where_the_money_is(
    signed_in: SignIn, standing: str, captured: str, words: str
) -> None:
    order = an_order_in_sap(payment_standing=standing, captured_amount=Decimal(captured))
    document = a_billing_document(order)
    an_invoice(order, document, transaction_id="CAP-1" if captured != "0" else "")
    client = signed_in(FINANCE)

    for url in (order.get_absolute_url(), document.get_absolute_url()):
        page = client.get(url).content.decode()
        assert words in page
    assert ("CAP-1" in page) == (captured != "0")
    is_collected = standing in {"captured", "paid_offline"}
    assert ("Not collected by the shop" in page) is not is_collected
