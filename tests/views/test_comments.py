"""Comments on an order: who, when and what; shown as written, and in no log."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from sync.models import OrderComment
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from sync.views.order_comments import MOST_SHOWN
from tests.builders import a_sales_order, a_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def page(key: int) -> str:
    return reverse("sync:comment_order", args=[key])


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE, ADMINISTRATORS])
def test_a_comment_is_kept_and_shown_with_who_and_when(signed_in: SignIn, role: str) -> None:
    order, client = a_sales_order(), signed_in(role)
    assert page(order.pk) in client.get(order.get_absolute_url()).content.decode()

    answer = client.post(page(order.pk), {"text": "Customer wants <b>one</b> parcel"})

    assert answer.headers["Location"] == order.get_absolute_url()
    kept = OrderComment.objects.get()
    assert kept.written_by is not None
    told = client.get(order.get_absolute_url()).content.decode()
    assert "Customer wants &lt;b&gt;one&lt;/b&gt; parcel" in told
    assert kept.written_by_name in told


def test_everybody_reads_and_who_has_no_role_cannot_write(signed_in: SignIn) -> None:
    order, reader = a_sales_order(), signed_in()
    OrderComment.keep(order, a_user(), "Call first")

    told = reader.get(order.get_absolute_url()).content.decode()

    assert "Call first" in told
    assert page(order.pk) not in told
    assert reader.post(page(order.pk), {"text": "Me too"}).status_code == 403


@pytest.mark.parametrize("text", ["", "   ", "x" * (OrderComment.LONGEST + 1)])
def test_what_cannot_be_kept_is_shown_again(signed_in: SignIn, text: str) -> None:
    answer = signed_in(SALES).post(page(a_sales_order().pk), {"text": text})

    assert answer.status_code == 400
    assert text.strip()[:100] in answer.content.decode()
    assert not OrderComment.objects.exists()


def test_a_comment_is_in_no_log(signed_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    order = a_sales_order()

    with caplog.at_level(logging.DEBUG):
        signed_in(SALES).post(page(order.pk), {"text": "Jane Doe moved house"})

    shown = [one.getMessage() for one in caplog.records if one.name != "django.db.backends"]
    assert not [line for line in shown if "Jane Doe" in line]
    assert "Jane Doe" not in repr(OrderComment.objects.get())


def test_the_page_of_an_order_shows_the_newest_and_leads_to_all(signed_in: SignIn) -> None:
    order, client = a_sales_order(), signed_in(SALES)
    for number in range(MOST_SHOWN + 1):
        OrderComment.keep(order, a_user(), f"Comment no. {number}.")

    told = client.get(order.get_absolute_url()).content.decode()

    assert "Comment no. 0." not in told
    assert f"Comment no. {MOST_SHOWN}." in told
    assert "Show all comments" in told
    assert "Comment no. 0." in client.get(page(order.pk)).content.decode()


def test_an_unknown_order_takes_no_comment(signed_in: SignIn) -> None:
    assert signed_in(SALES).post(page(99), {"text": "Hello"}).status_code == 404
