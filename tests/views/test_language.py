"""The reader's language: chosen in the menu with a plain form, kept with the page, before and after
signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from sync.causes.portal import PortalCause
from sync.models import Step
from sync.roles import ADMINISTRATORS, SALES
from tests.builders import a_failure, a_sales_order, a_task

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
SWITCH = re.compile(r'action="/language/".*?name="next" value="([^"]*)".*?value="(\w\w)"', re.S)


def switch_on(page: str) -> dict[str, str]:
    """What the form of the menu sends without any script."""
    found = SWITCH.search(page)
    assert found is not None
    return {"next": found[1].replace("&amp;", "&"), "language": found[2]}


def test_the_switch_in_the_menu_keeps_page_and_filters(signed_in: SignIn) -> None:
    client = signed_in(SALES)
    url = "/orders/?stage=to_sync&search=519"

    sent = switch_on(client.get(url).content.decode())
    answer = client.post("/language/", sent)

    assert answer.headers["Location"] == url
    assert '<html lang="de"' in client.get(url).content.decode()
    assert switch_on(client.get(url).content.decode())["language"] == "en"
    assert int(answer.cookies["django_language"]["max-age"]) > timedelta(days=300).total_seconds()


def test_the_language_is_chosen_before_signing_in(client: Client) -> None:
    page = "/accounts/login/?next=/orders/"

    answer = client.post("/language/", switch_on(client.get(page).content.decode()))

    assert answer.headers["Location"] == page
    assert '<html lang="de"' in client.get(page).content.decode()


def test_a_page_that_answers_a_form_is_left_for_the_one_it_came_from(signed_in: SignIn) -> None:
    client, order = signed_in(SALES), a_sales_order()
    asked = client.post(f"/orders/{order.pk}/hold/", {"reason": "", "next": "/orders/?search=1"})

    assert switch_on(asked.content.decode())["next"] == "/orders/?search=1"


def test_what_is_refused_before_anything_else_speaks_the_readers_language(client: Client) -> None:
    with translation.override("en"):  # as an earlier request of the same thread left it
        answer = client.get("/orders/?search=%00", headers={"Accept-Language": "de"})

    assert answer.status_code == 400
    assert '<html lang="de"' in answer.content.decode()


def test_what_waits_for_an_absent_system_names_no_time_of_its_own(signed_in: SignIn) -> None:
    away = a_failure(PortalCause.REMOTE_AWAY, "SAP is away; this waits until it answers again.")
    later = timezone.now() + timedelta(minutes=10)
    order = a_sales_order()
    a_task(Step.PUSH_ORDER, order, not_before=later, **away)
    client = signed_in(ADMINISTRATORS, SALES)

    queue = client.get("/queue/").content.decode()
    rows = client.get("/orders/").content.decode()
    page = client.get(order.get_absolute_url()).content.decode()

    assert "once it answers" in queue
    assert "next try" not in queue
    assert "Next try" not in rows
    assert "It waits: SAP is away; this waits until it answers again." in page
    assert "tries again at" not in page
