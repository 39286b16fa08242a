"""What is alarmed, to whom, when and how often; moments are given, so no test waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sync.causes.cause import Team
from sync.jobs import prune
from sync.jobs.alarms import turn
from sync.jobs.alarms.conditions import Condition
from sync.models import (
    Alarm,
    AlarmMessage,
    FetchHealth,
    OutboundDelivery,
    ProcessHeartbeat,
    PullWatermark,
    RemoteHealth,
    RemoteIdentity,
    SalesOrder,
    Step,
    StepSchedule,
    SyncTask,
    clock,
)
from tests.builders import a_delivery, a_sales_order, a_shop, a_stopped_task, a_worker
from tests.receivers import set_alarms, set_urls

pytestmark = pytest.mark.django_db
Kind = Alarm.Kind
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 1, 14, 12, tzinfo=UTC)
SAP_AWAY = Condition(Kind.REMOTE, "remote:sap", {"system": "sap", "trouble": "x", "since": ""})
NO_WORKER = Condition(Kind.WORKER, "worker", {"count": 0, "wanted": 1})


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    set_urls(
        settings, "json://it.invalid/", "mailto://it.invalid/", sales=["json://sales.invalid/"]
    )
    set_alarms(settings, workers=0, schedulers=0)


def stopped_for(team: str, cause: str = "bad_key") -> Condition:
    facts = {"count": 3, "cause": cause, "steps": ["push_order"], "since": WEDNESDAY.isoformat()}
    return Condition(Kind.STOPPED, f"stopped:{team}:{cause}", facts, team)


def look_at(found: Sequence[Condition], now: datetime) -> list[AlarmMessage]:
    """One look at this moment; the messages it makes to the first address of each group."""
    before = set(AlarmMessage.objects.values_list("pk", flat=True))
    turn.note(found, now)
    turn.tell(list(Alarm.objects.filter(closed_at=None)), now)
    return list(AlarmMessage.objects.exclude(pk__in=before).filter(address__contains=" 1 ("))


def kinds_now() -> set[str]:
    """Without Redis, which is away in these tests."""
    turn.look(clock.now())
    return set(Alarm.objects.filter(ended_at=None).values_list("kind", flat=True)) - {"redis"}


# ---- Telling ------------------------------------------------------------------------------------
def test_p1_28_silence_is_told_once_again_after_a_day_and_when_it_is_over() -> None:
    start = WEDNESDAY
    assert look_at([SAP_AWAY], start) == []  # it may be a restart
    [first] = look_at([SAP_AWAY], start + 2 * MINUTE)
    for minutes in (3, 10, 600):
        assert look_at([SAP_AWAY], start + minutes * MINUTE) == []
    [again] = look_at([SAP_AWAY], start + DAY + 2 * MINUTE)
    [over] = look_at([], start + DAY + HOUR)

    assert "SAP" in first.subject
    assert again.body.startswith("Still so:")
    assert over.subject.startswith("over: SAP")
    assert (first.is_good, again.is_good, over.is_good) == (False, False, True)
    assert look_at([], start + 2 * DAY) == []
    assert Alarm.objects.get().closed_at is not None


def test_what_is_over_sooner_is_not_told_at_all() -> None:
    look_at([SAP_AWAY], WEDNESDAY)

    assert look_at([], WEDNESDAY + MINUTE) == []
    assert look_at([], WEDNESDAY + HOUR) == []
    assert not AlarmMessage.objects.exists()


def test_a_message_goes_to_every_address_of_its_group_without_the_address_in_the_row() -> None:
    look_at([SAP_AWAY], WEDNESDAY)
    look_at([SAP_AWAY], WEDNESDAY + HOUR)

    rows = AlarmMessage.objects.order_by("id")
    assert [one.address for one in rows] == ["ALARM_URLS 1 (json)", "ALARM_URLS 2 (mailto)"]
    assert "invalid" not in str(list(rows.values()))


def test_p1_28_a_storm_is_one_digest_with_counts() -> None:
    many = [stopped_for(Team.FINANCE, f"cause_{n}") for n in range(40)] + [SAP_AWAY]
    look_at(many, WEDNESDAY - HOUR)
    AlarmMessage.objects.all().delete()
    Alarm.objects.update(told_at=None)

    [digest] = look_at(many, WEDNESDAY)

    assert digest.subject == "41 alarms"
    assert "- 40 × Work has stopped" in digest.body
    assert len(digest.body.splitlines()) == 3


def test_what_comes_right_after_a_message_is_gathered_into_the_next() -> None:
    [_first] = look_at([stopped_for(Team.FINANCE)], WEDNESDAY)
    found = [stopped_for(Team.FINANCE)]
    for minute in (1, 2, 3, 4):
        found.append(stopped_for(Team.FINANCE, f"cause_{minute}"))
        assert look_at(found, WEDNESDAY + minute * MINUTE) == []

    [digest] = look_at(found, WEDNESDAY + 5 * MINUTE)

    assert digest.subject == "4 alarms"


def test_failures_go_to_their_owner_and_to_everybody_s_addresses_where_a_team_has_none() -> None:
    sent = look_at([stopped_for(Team.SALES), stopped_for(Team.LOGISTICS)], WEDNESDAY)

    told = {one.group: one.subject for one in sent}
    assert set(told) == {"ALARM_URLS_SALES", "ALARM_URLS"}
    assert "Sales" in told["ALARM_URLS_SALES"]
    assert "Logistics" in told["ALARM_URLS"]


def test_p1_28_in_quiet_hours_only_what_is_urgent_is_told_and_the_rest_in_the_morning(
    settings: Any,
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # 21:00 UTC is 22:00 there
    set_alarms(settings, quiet_hours="22:00-06:30")
    night = datetime(2026, 1, 14, 21, tzinfo=UTC)
    wrong = [SAP_AWAY, stopped_for(Team.FINANCE)]
    look_at(wrong, night)

    [urgent] = look_at(wrong, night + 2 * MINUTE)
    [over] = look_at([stopped_for(Team.FINANCE)], night + HOUR)
    assert look_at([stopped_for(Team.FINANCE)], night + 8 * HOUR + 29 * MINUTE) == []
    [morning] = look_at([stopped_for(Team.FINANCE)], night + 8 * HOUR + 30 * MINUTE)

    assert "SAP" in urgent.subject
    assert over.is_good
    assert "Finance" in morning.subject


def test_what_came_and_went_in_the_night_is_told_in_the_morning(settings: Any) -> None:
    set_alarms(settings, quiet_hours="20:00-06:00")
    night = datetime(2026, 1, 14, 23, tzinfo=UTC)
    look_at([stopped_for(Team.FINANCE)], night)
    assert look_at([], night + HOUR) == []

    [morning] = look_at([], night + 7 * HOUR)

    assert morning.is_good
    assert morning.body.startswith("Was so, and is over:")
    assert "14 Jan 2026 23:00" in morning.body


def test_of_two_schedulers_that_have_read_the_same_one_tells() -> None:
    look_at([SAP_AWAY, NO_WORKER], WEDNESDAY)
    first, second = (list(Alarm.objects.filter(closed_at=None)) for _ in range(2))
    now = WEDNESDAY + 5 * MINUTE

    with_message = turn.tell(first, now)
    AlarmMessage.objects.update(created_at=WEDNESDAY - DAY)  # no pause hides a second message
    without = turn.tell(second, now)

    assert (with_message, without) == (2, 0)  # two addresses, one message


def test_of_two_schedulers_one_tells_what_is_over() -> None:
    look_at([SAP_AWAY], WEDNESDAY)
    look_at([SAP_AWAY], WEDNESDAY + HOUR)
    turn.note([], WEDNESDAY + 2 * HOUR)
    first, second = (list(Alarm.objects.filter(closed_at=None)) for _ in range(2))
    now = WEDNESDAY + 2 * HOUR

    with_message = turn.tell(first, now)
    AlarmMessage.objects.update(created_at=WEDNESDAY - DAY)

    assert (with_message, turn.tell(second, now)) == (2, 0)


def test_of_two_schedulers_that_notice_the_same_one_notes_it() -> None:
    seen: list[str] = []

    def another_was_quicker(execute: Any, sql: str, *args: Any) -> Any:
        if sql.startswith("INSERT") and not seen:
            seen.append(sql)
            Alarm.objects.create(kind=Kind.REMOTE, key="remote:sap")
        return execute(sql, *args)

    with connection.execute_wrapper(another_was_quicker):
        turn.note([SAP_AWAY], WEDNESDAY)

    assert (len(seen), Alarm.objects.count()) == (1, 1)


def test_alarms_are_told_in_their_language_and_time_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    facts = {"system": "magento:demo", "since": WEDNESDAY.isoformat()}

    [sent] = look_at([Condition(Kind.NO_NEWS, "no_news:demo", facts)], WEDNESDAY)

    assert sent.subject == "Shop demo: no order has changed since 14 Jan 2026 13:00."


# ---- What is wrong ------------------------------------------------------------------------------
def test_where_all_is_well_nothing_is_noted() -> None:
    a_worker()

    assert kinds_now() == set()


def test_p1_28_a_fetch_that_is_silent_is_an_alarm_until_it_succeeds() -> None:
    shop = a_shop()
    StepSchedule.objects.create(step=Step.PULL_ORDERS)
    health = FetchHealth.objects.create(
        step=Step.PULL_ORDERS, reference="demo", shop=shop, last_good_at=clock.now() - HOUR
    )

    assert kinds_now() == {"fetch"}

    health.last_good_at = clock.now()
    health.save()
    assert kinds_now() == set()


def test_a_system_in_trouble_is_told_and_not_its_silent_fetches_too() -> None:
    StepSchedule.objects.create(step=Step.PULL_DELIVERIES)
    long_ago = clock.now() - HOUR
    FetchHealth.objects.create(step=Step.PULL_DELIVERIES, reference="sap", last_good_at=long_ago)
    RemoteHealth.objects.create(
        system="sap", kind=RemoteHealth.Kind.AWAY, opened_at=long_ago, failing_since=long_ago,
        last_error="user JANE@EXAMPLE.COM",
    )  # fmt: skip

    assert kinds_now() == {"remote"}
    assert "JANE" not in str(list(Alarm.objects.values()))


def test_a_system_that_looks_like_another_is_an_alarm() -> None:
    RemoteIdentity.objects.create(system="sap", known={}, seen={}, noticed_at=clock.now())

    assert kinds_now() == {"changed"}


def test_p1_28_a_watermark_that_stays_behind_newer_orders_is_told_after_half_an_hour() -> None:
    now = clock.now()
    order = a_sales_order(placed_at=now - HOUR)
    mark = PullWatermark.objects.create(shop=order.shop, updated_at=now - 2 * HOUR)
    assert kinds_now() == {"behind"}
    [alarm] = Alarm.objects.filter(kind="behind")

    assert turn.tell([alarm], now + 29 * MINUTE) == 0
    assert turn.tell([alarm], now + 31 * MINUTE) == 2

    mark.updated_at = now  # it moves beyond the order
    mark.save()
    assert kinds_now() == set()


def test_a_watermark_that_moves_is_no_alarm_however_far_behind_it_is() -> None:
    now = clock.now()
    order = a_sales_order(placed_at=now - HOUR)
    read_until = now - 9 * HOUR
    mark = PullWatermark.objects.create(shop=order.shop, updated_at=read_until)
    for number in range(6):
        turn.look(now + number * 20 * MINUTE)
        mark.updated_at = read_until + (number + 1) * HOUR
        mark.save()

    assert Alarm.objects.filter(kind="behind", ended_at=None).exists()
    assert not AlarmMessage.objects.filter(body__contains="the fetch of orders").exists()


@pytest.mark.parametrize(
    ("now", "kinds"),
    [
        (datetime(2026, 1, 14, 12, tzinfo=UTC), ["no_news"]),  # Wednesday; changed on Monday
        (datetime(2026, 1, 13, 9, tzinfo=UTC), []),  # Tuesday
    ],
)
def test_a_shop_in_which_nothing_changes_is_an_alarm(now: datetime, kinds: list[str]) -> None:
    PullWatermark.objects.create(shop=a_shop(), updated_at=datetime(2026, 1, 12, 10, tzinfo=UTC))
    turn.look(now)

    assert list(Alarm.objects.filter(kind="no_news").values_list("kind", flat=True)) == kinds


def test_a_weekend_without_orders_is_no_alarm() -> None:
    friday = datetime(2026, 1, 9, 17, tzinfo=UTC)
    PullWatermark.objects.create(shop=a_shop(), updated_at=friday)
    turn.look(datetime(2026, 1, 12, 16, tzinfo=UTC))

    assert not Alarm.objects.filter(kind="no_news").exists()


@pytest.mark.parametrize(
    ("now", "is_wrong"),
    [
        (datetime(2026, 1, 14, 12, 59, tzinfo=UTC), False),  # Wednesday, 13:59 in Berlin
        (datetime(2026, 1, 14, 13, 1, tzinfo=UTC), True),
        (datetime(2026, 1, 15, 6, 0, tzinfo=UTC), True),  # until one comes, over night too
    ],
)
def test_p1_28_no_delivery_on_a_working_day_by_the_hour_that_is_set(
    settings: Any, now: datetime, is_wrong: bool
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    set_alarms(settings, deliveries_by="14:00")
    a_delivery(created_date=datetime(2026, 1, 13, tzinfo=UTC).date())
    turn.look(now)

    assert Alarm.objects.filter(kind="deliveries").exists() is is_wrong


def test_a_delivery_of_today_ends_the_alarm_and_a_weekend_begins_none(settings: Any) -> None:
    set_alarms(settings, deliveries_by="14:00")
    delivery = a_delivery(created_date=datetime(2026, 1, 8, tzinfo=UTC).date())
    friday = datetime(2026, 1, 9, 15, tzinfo=UTC)
    turn.look(friday)
    assert Alarm.objects.filter(kind="deliveries", ended_at=None).exists()

    OutboundDelivery.objects.filter(pk=delivery.pk).update(created_date=friday.date())
    turn.look(friday + HOUR)
    turn.look(friday + 2 * DAY)  # Sunday

    assert not Alarm.objects.filter(kind="deliveries", ended_at=None).exists()


def test_too_few_workers_and_schedulers_are_alarms(settings: Any) -> None:
    set_alarms(settings, workers=1, schedulers=1)
    assert kinds_now() == {"worker", "scheduler"}

    a_worker()
    assert kinds_now() == {"scheduler"}

    a_worker(kind=ProcessHeartbeat.Kind.SCHEDULER)
    assert kinds_now() == set()


def test_a_wrong_clock_is_an_alarm() -> None:
    a_worker(clock_skew_seconds=400)

    assert kinds_now() == {"clock"}


def test_redis_away_is_an_alarm() -> None:
    turn.look(clock.now())

    assert list(Alarm.objects.values_list("kind", flat=True)) == ["redis"]


def test_p1_28_work_nobody_takes_care_of_is_told_by_team_and_cause_alone() -> None:
    long_ago = clock.now() - 5 * HOUR
    order = a_sales_order(customer_name="Jane Doe", increment_id="000123456")
    a_stopped_task(Step.PUSH_ORDER, order, finished_at=long_ago, error_message="Jane Doe")
    a_stopped_task(Step.PUSH_ORDER, a_sales_order(), finished_at=clock.now() - HOUR)

    assert kinds_now() == {"stopped"}
    [alarm] = Alarm.objects.filter(kind="stopped")
    assert (alarm.team, alarm.facts["count"]) == ("Sales", 1)
    message = AlarmMessage.objects.filter(group="ALARM_URLS_SALES").get()
    assert "Sales: 1 stopped" in message.body
    assert not {"Jane", "000123456"} & set(message.body.replace(",", " ").split())


def test_p1_28_much_that_stops_at_once_is_told_at_once(settings: Any) -> None:
    set_alarms(settings, storm_tasks=3)
    for _ in range(3):
        a_stopped_task(Step.PUSH_ORDER, a_sales_order(), finished_at=clock.now() - MINUTE)

    assert kinds_now() == {"storm"}
    assert AlarmMessage.objects.filter(group="ALARM_URLS_SALES").count() == 1

    SyncTask.objects.update(finished_at=clock.now() - 3 * HOUR)  # it is not over by waiting
    assert kinds_now() == {"storm"}
    SyncTask.objects.all()[0].delete()
    assert kinds_now() == set()


# ---- What it costs, what is kept ----------------------------------------------------------------
def test_a_look_asks_no_more_for_a_hundred_stopped_tasks_than_for_one() -> None:
    PullWatermark.objects.create(shop=a_shop(), updated_at=clock.now())
    a_stopped_task(Step.PUSH_ORDER, a_sales_order())
    kinds_now()

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            kinds_now()
        return len(queries)

    before = count()
    orders = [a_sales_order() for _ in range(20)]
    for order in orders:
        a_stopped_task(Step.PUSH_ORDER, order)
    PullWatermark.objects.create(shop=a_shop("second"), updated_at=clock.now())
    kinds_now()  # what has changed is written once

    assert SyncTask.objects.count() == 21
    assert SalesOrder.objects.count() == 21
    assert count() == before


def test_alarms_that_are_over_and_their_messages_go_by_age_and_what_lasts_stays(
    settings: Any,
) -> None:
    settings.LEDGER_KEEP_DAYS = 90
    look_at([SAP_AWAY, NO_WORKER], WEDNESDAY - 91 * DAY)
    look_at([SAP_AWAY, NO_WORKER], WEDNESDAY - 91 * DAY + HOUR)
    look_at([NO_WORKER], WEDNESDAY - 91 * DAY + 2 * HOUR)
    long_ago = clock.now() - 91 * DAY
    Alarm.objects.update(noticed_at=long_ago)
    AlarmMessage.objects.update(created_at=long_ago, ended_at=long_ago)

    changed = {pruning.name: count for pruning, count in prune.prune_all()}

    assert (changed["alarms"], changed["alarm_messages"]) == (1, 4)
    assert [one.key for one in Alarm.objects.all()] == ["worker"]
