"""One look: what is wrong is noted, what is over is ended, and what is to be told becomes messages.

Several processes may look at the same time. Every moment of an alarm is set only while it still is
as it was read, in the transaction that creates the messages: so one of them tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from sync.jobs.alarms import rules
from sync.jobs.alarms.conditions import Condition, conditions
from sync.jobs.alarms.words import News, message, test_message
from sync.models import Alarm, AlarmMessage


def look(now: datetime) -> int:
    """Returns how many messages are new."""
    note(conditions(now), now)
    return tell(list(Alarm.objects.filter(closed_at=None)), now)


def note(found: Sequence[Condition], now: datetime) -> None:
    wrong = {one.key: one for one in found}
    lasting = {one.key: one for one in Alarm.objects.filter(ended_at=None)}
    Alarm.objects.bulk_create(
        [
            Alarm(kind=one.kind, key=key, team=one.team, facts=one.facts, noticed_at=now)
            for key, one in wrong.items()
            if key not in lasting
        ],
        ignore_conflicts=True,  # another process has just noted it
    )
    changed = [
        one for key, one in lasting.items() if key in wrong and one.facts != wrong[key].facts
    ]
    for alarm in changed:
        alarm.facts = wrong[alarm.key].facts
    Alarm.objects.bulk_update(changed, ["facts"])
    gone = [alarm for key, alarm in lasting.items() if key not in wrong]
    over = Alarm.objects.filter(pk__in=[one.pk for one in gone], ended_at=None)
    over.update(ended_at=now)
    short = [one.pk for one in gone if not rules.lasts_long_enough(one, now)]
    Alarm.objects.filter(pk__in=short, told_at=None, closed_at=None).update(closed_at=now)


def tell(alarms: Sequence[Alarm], now: datetime) -> int:
    """One message for each group of addresses, and no sooner than a while after its last one."""
    is_quiet = rules.is_quiet(now)
    due: dict[str, list[tuple[str, Alarm]]] = defaultdict(list)
    for alarm in alarms:
        part = _part_of(alarm, now)
        if part and (rules.is_urgent(alarm.kind) or not is_quiet):
            due[rules.group_of(alarm.team)].append((part, alarm))
    if not due:
        return 0
    pause = now - timedelta(seconds=settings.ALARMS.pause_seconds)
    recent = AlarmMessage.objects.filter(created_at__gt=pause, is_test=False)
    told = set(recent.values_list("group", flat=True))
    return sum(_tell(group, found, now) for group, found in due.items() if group not in told)


def test(now: datetime) -> int:
    """A message to every address, sent as all others are."""
    return _create(rules.addresses(), test_message(now), now, is_test=True)


def _part_of(alarm: Alarm, now: datetime) -> str:
    if alarm.ended_at is not None:
        return "over" if alarm.told_at else "passed"
    if alarm.told_at is None:
        return "new" if rules.lasts_long_enough(alarm, now) else ""
    return "again" if rules.is_due_again(alarm, now) else ""


def _tell(group: str, due: Sequence[tuple[str, Alarm]], now: datetime) -> int:
    with transaction.atomic():
        news = News()
        for part, alarm in due:
            if _take(alarm, now):
                news.add(part, alarm)
        if not news.parts:
            return 0
        addresses = rules.addresses_in(group)
        return _create(addresses, message(news), now, is_good=news.is_good)


def _take(alarm: Alarm, now: datetime) -> bool:
    """Only one of several that read it as it is succeeds."""
    as_read = Alarm.objects.filter(
        pk=alarm.pk, told_at=alarm.told_at, ended_at=alarm.ended_at, closed_at=None
    )
    if alarm.ended_at is not None:
        return bool(as_read.update(told_at=now, closed_at=now))
    return bool(as_read.update(told_at=now))


def _create(
    addresses: Sequence[rules.Address],
    text: tuple[str, str],
    now: datetime,
    *,
    is_good: bool = False,
    is_test: bool = False,
) -> int:
    subject, body = text
    messages = [
        AlarmMessage(
            group=one.group, address=one.name, subject=subject, body=body,
            is_good=is_good, is_test=is_test, created_at=now, next_try_at=now,
        )
        for one in addresses
    ]  # fmt: skip
    return len(AlarmMessage.objects.bulk_create(messages))
