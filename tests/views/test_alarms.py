"""Alarms on Connections: the test button, who may press it, and what was delivered."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sync.jobs.alarms import sending
from sync.models import AlarmMessage
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, SALES
from tests.builders import a_user
from tests.receivers import chat, set_urls

pytestmark = pytest.mark.django_db
PAGE, TEST = reverse("sync:connections"), reverse("sync:test_alarms")


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(a_user(ADMINISTRATORS))
    return client


def page(client: Client) -> str:
    return " ".join(client.get(PAGE).content.decode().split())


def test_a_test_goes_the_way_of_alarms_and_the_page_says_what_was_delivered(
    admin: Client, settings: Any
) -> None:
    with chat() as works, chat() as refuses:
        refuses.is_away = True
        set_urls(settings, works.url, refuses.url)
        assert "Nothing sent yet." in page(admin)

        answer = admin.post(TEST, follow=True)
        assert "on its way to 2 addresses" in answer.content.decode()
        assert page(admin).count("On its way") == 2
        assert 'hx-trigger="every' in page(admin)
        sending.send()
        shown = page(admin)

    assert "This is a test" in works.received[0]["message"]
    first, second = shown.split("ALARM_URLS 2 (json)")
    assert "Delivered" in first.split("ALARM_URLS 1 (json)")[1]
    assert "Not delivered" in second
    assert sending.REFUSED in second
    assert "secret-path" not in shown
    assert AlarmMessage.objects.get(address__contains=" 2 ").tries == 1  # a test is tried once


def test_an_alarm_that_could_not_be_delivered_is_shown(admin: Client, settings: Any) -> None:
    set_urls(settings, "json://127.0.0.1:9/")
    AlarmMessage.objects.create(
        group="ALARM_URLS", address="ALARM_URLS 1 (json)", subject="SAP is away", body="", tries=2,
        last_error=sending.REFUSED,
    )  # fmt: skip

    shown = page(admin)

    assert "SAP is away" in shown
    assert "1 message could not be delivered and is tried again." in shown


def test_a_second_press_waits_for_the_first(admin: Client, settings: Any) -> None:
    set_urls(settings, "json://127.0.0.1:9/")

    admin.post(TEST)
    answer = admin.post(TEST, follow=True)

    assert "A test is on its way already." in answer.content.decode()
    assert AlarmMessage.objects.count() == 1


def test_without_an_address_the_page_says_so_and_nothing_is_sent(admin: Client) -> None:
    assert "No address is set (ALARM_URLS)" in page(admin)

    answer = admin.post(TEST, follow=True)

    assert "The settings name no address" in answer.content.decode()
    assert not AlarmMessage.objects.exists()


@pytest.mark.parametrize("role", [SALES, LOGISTICS, FINANCE])
def test_only_administrators_may_send_a_test(client: Client, settings: Any, role: str) -> None:
    set_urls(settings, "json://127.0.0.1:9/")
    client.force_login(a_user(role))

    assert client.post(TEST).status_code == 403
    assert not AlarmMessage.objects.exists()


def test_the_page_asks_no_more_for_many_messages(admin: Client, settings: Any) -> None:
    set_urls(settings, *(f"json://127.0.0.1:9/{number}" for number in range(3)))
    page(admin)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(admin)
        return len(queries)

    before = count()
    for number in range(60):
        address = f"ALARM_URLS {number % 3 + 1} (json)"
        AlarmMessage.objects.create(group="ALARM_URLS", address=address, subject="x", tries=1)

    assert count() == before
