"""Alarms on their way: real receivers, failures that are tried again, receivers that hang."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest

from sync import checks
from sync.jobs.alarms import sending, turn, watch
from sync.models import Alarm, AlarmMessage, clock
from tests.receivers import Receiver, chat, mail_server, set_alarms, set_urls

pytestmark = [pytest.mark.flow, pytest.mark.django_db]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def mails() -> Iterator[Receiver]:
    with mail_server() as receiver:
        yield receiver


@pytest.fixture
def chats() -> Iterator[Receiver]:
    with chat() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _addresses(settings: Any, mails: Receiver, chats: Receiver) -> None:
    set_urls(settings, mails.url, chats.url)


def the_next_try(address: str) -> AlarmMessage:
    """Its moment has come."""
    message = AlarmMessage.objects.get(address__contains=address)
    AlarmMessage.objects.filter(pk=message.pk).update(next_try_at=clock.now())
    return message


def test_p1_28_an_alarm_and_its_recovery_reach_mail_and_chat(
    mails: Receiver, chats: Receiver, settings: Any
) -> None:
    set_alarms(settings, workers=0, schedulers=0, pause_seconds=0)
    start = clock.now()
    for minutes in (0, 3):  # Redis is away in these tests
        turn.look(start + minutes * MINUTE)
    assert sending.send() == 0  # they are not due before they were made
    AlarmMessage.objects.update(next_try_at=start)
    assert sending.send() == 2
    turn.note([], start + 4 * MINUTE)
    turn.tell(list(Alarm.objects.all()), start + 4 * MINUTE)
    AlarmMessage.objects.update(next_try_at=start)
    assert sending.send() == 2

    assert [one["to"] for one in mails.received] == ["it@portal.example"] * 2
    lines = mails.received[0]["mail"].get_payload(decode=True).decode().splitlines()
    assert lines[:2] == ["New:", "- Redis does not answer. Nothing is lost; work starts later."]
    assert [one["type"] for one in chats.received] == ["warning", "success"]
    assert chats.received[0]["title"].startswith("O2C portal: Redis does not answer")
    assert "Over:" in chats.received[1]["message"]
    assert sending.send() == 0


def test_what_is_not_delivered_is_tried_again_there_alone(mails: Receiver, chats: Receiver) -> None:
    mails.is_away = True
    turn.test(clock.now())
    AlarmMessage.objects.update(is_test=False)

    assert sending.send() == 1
    message = AlarmMessage.objects.get(address__contains="mailto")
    pauses = []
    for _ in range(6):
        message = the_next_try("mailto")
        asked_at = clock.now()
        sending.send()
        message.refresh_from_db()
        pauses.append((message.next_try_at - asked_at) // MINUTE)
    mails.is_away = False
    the_next_try("mailto")

    assert message.last_error == sending.REFUSED
    assert pauses == [5, 15, 60, 60, 60, 60]
    assert sending.send() == 1
    assert (len(mails.received), len(chats.received)) == (1, 1)
    message.refresh_from_db()
    assert (message.tries, message.last_error) == (8, "")
    assert message.delivered_at is not None


def test_what_could_not_be_delivered_for_days_is_given_up(mails: Receiver) -> None:
    mails.is_away = True
    turn.test(clock.now())
    long_ago = clock.now() - timedelta(days=3)
    AlarmMessage.objects.update(is_test=False, created_at=long_ago)

    sending.send()

    assert AlarmMessage.objects.get(address__contains="mailto").is_given_up


def test_an_address_the_settings_do_not_name_any_more_is_given_up(settings: Any) -> None:
    turn.test(clock.now())
    set_urls(settings)

    assert sending.send() == 0
    assert {one.last_error for one in AlarmMessage.objects.all()} == {sending.UNKNOWN}
    assert all(one.is_given_up for one in AlarmMessage.objects.all())


def test_of_two_processes_that_would_send_one_message_one_does(chats: Receiver) -> None:
    turn.test(clock.now())
    [first] = AlarmMessage.objects.filter(address__contains="json")
    [second] = AlarmMessage.objects.filter(address__contains="json")

    assert (sending._take(first), sending._take(second)) == (True, False)
    sending.send()
    assert chats.received == []  # the first has it for as long as a call may take


def test_a_receiver_that_does_not_answer_is_given_up_in_time(
    chats: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST_SECONDS", 0.05)
    chats.gate.clear()
    turn.test(clock.now())

    sending.send()
    still_there = [one for one in threading.enumerate() if one.name == sending.SENDER]
    chats.gate.set()

    assert AlarmMessage.objects.get(address__contains="json").last_error == sending.REFUSED
    assert still_there
    for thread in still_there:
        thread.join()


def test_an_address_that_fails_is_asked_once_in_a_round_and_holds_up_no_other(
    mails: Receiver, chats: Receiver
) -> None:
    mails.is_away = True
    for _ in range(3):
        turn.test(clock.now())

    assert sending.send() == 3
    assert AlarmMessage.objects.filter(address__contains="mailto", tries=1).count() == 1
    assert len(chats.received) == 3


def test_what_hangs_holds_up_neither_who_watches_nor_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch, "EVERY_SECONDS", 0)
    monkeypatch.setattr(watch, "END_SECONDS", 0.01)
    hangs, may_end = threading.Event(), threading.Event()

    def watched() -> None:
        hangs.set()
        may_end.wait()

    with mock.patch.object(watch, "watch", watched):
        with watch.watching():
            assert hangs.wait(30)
        ended = not may_end.is_set()
        may_end.set()

    assert ended


@pytest.mark.django_db(transaction=True)  # it closes its connection
def test_an_error_while_looking_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    with mock.patch.object(watch, "look", side_effect=ValueError("boom")):
        watch.watch()

    assert "trying again" in caplog.text


def test_without_an_address_nobody_watches(settings: Any) -> None:
    set_urls(settings)
    before = threading.active_count()

    with watch.watching():
        assert threading.active_count() == before


def test_no_address_stands_in_the_log(
    mails: Receiver, chats: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    mails.is_away = chats.is_away = True
    turn.test(clock.now())
    with caplog.at_level(logging.INFO, logger="sync"):
        sending.send()

    assert "was not delivered to ALARM_URLS 2 (json)" in caplog.text
    assert "secret-path" not in caplog.text


def test_the_check_names_the_place_of_what_is_no_address(settings: Any) -> None:
    set_urls(settings, "json://host/", "mialto://user:secret@host")
    set_alarms(settings, urgent=["remote", "storms"])

    found = list(checks.check_alarms())

    assert [one.id for one in found] == ["sync.E012", "sync.E013"]
    assert "place 2" in found[0].msg
    assert "secret" not in str(found)


def test_the_check_knows_every_kind_of_alarm() -> None:
    assert set(checks.ALARM_KINDS) == set(Alarm.Kind.values)
