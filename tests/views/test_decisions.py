"""People decide on a page that names the consequence, and their reason is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client, override_settings
from django.urls import path

from o2c_portal.urls import urlpatterns as pages
from sync.models import Decision
from sync.views.decisions import Decide, Fact, Question
from sync.views.people import PortalRequest

pytestmark = pytest.mark.django_db


class Anything(Decide):
    permission_required = "sync.sync_orders"

    def question(self, request: PortalRequest, pk: int) -> Question:
        return Question(
            title="Is it so?", subject=f"Order {pk}", button="It is so", back_to="/orders/",
            consequences=["Goods leave."], facts=[Fact("Total", "1.00", "2.00")],
            sides=("Shop", "SAP"), number_label="SAP order", refusal="Decided." if pk == 9 else "",
        )  # fmt: skip

    def decide(self, request: PortalRequest, pk: int, reason: str, number: str) -> str:
        if not number:
            raise ValueError("Please name the SAP order.")
        Decision.keep(Decision.Kind.SAP_ORDER_LINKED, request.user, reason, number=number)
        return "It is done."


urlpatterns = [*pages, path("anything/<int:pk>/", Anything.as_view())]


@pytest.fixture
def visitor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("sales"))
    return client


@override_settings(ROOT_URLCONF=__name__)
def test_the_question_names_consequence_and_both_sides(visitor: Client) -> None:
    page = visitor.get("/anything/1/").content.decode()
    for words in ("Is it so?", "Goods leave.", "1.00", "2.00", "Shop", "SAP order", "It is so"):
        assert words in page


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("given", "told"),
    [({"number": "1"}, "Please give a reason"), ({"reason": "I looked"}, "Please name the SAP")],
)
def test_nothing_is_decided_without_what_it_needs(
    visitor: Client, given: dict[str, str], told: str
) -> None:
    answer = visitor.post("/anything/1/", given)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Decision.objects.exists()


@override_settings(ROOT_URLCONF=__name__)
def test_the_reason_outlives_the_persons_account(visitor: Client) -> None:
    answer = visitor.post("/anything/1/", {"number": "42", "reason": "I looked"})
    assert answer.status_code == 302
    User.objects.all().delete()
    kept = Decision.objects.get()
    assert (kept.number, kept.reason, kept.decided_by_name) == ("42", "I looked", "sales")


@override_settings(ROOT_URLCONF=__name__)
def test_what_is_decided_is_not_asked_again(visitor: Client) -> None:
    assert visitor.get("/anything/9/").status_code == 302
