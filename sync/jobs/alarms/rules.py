"""When and whom to tell, by the settings: quiet hours, working days, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from o2c_portal.alarm_settings import DAYS
from sync.models import Alarm

EVERYBODY = "ALARM_URLS"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Address:
    """``name`` is for people: the address itself is a secret, except for its kind."""

    group: str
    name: str
    url: str


def is_wanted() -> bool:
    return any(settings.ALARMS.urls.values())


def addresses() -> list[Address]:
    return [address for group in settings.ALARMS.urls for address in addresses_in(group)]


def addresses_in(group: str) -> list[Address]:
    urls = settings.ALARMS.urls[group]
    return [
        Address(group, f"{group} {number} ({url.partition('://')[0][:20]})", url)
        for number, url in enumerate(urls, start=1)
    ]


def group_of(team: str) -> str:
    own = f"{EVERYBODY}_{team.upper()}"
    return own if settings.ALARMS.urls.get(own) else EVERYBODY


def is_quiet(now: datetime) -> bool:
    if not settings.ALARMS.quiet_hours:
        return False
    begins, ends = map(time.fromisoformat, settings.ALARMS.quiet_hours.split("-"))
    at = _local(now).time()
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def is_urgent(kind: str) -> bool:
    return kind in settings.ALARMS.urgent


def lasts_long_enough(alarm: Alarm, now: datetime) -> bool:
    """What has its own limit is told when it is noticed; the rest may be a restart."""
    own = {Alarm.Kind.BEHIND: timedelta(minutes=30)}
    usual = timedelta(seconds=settings.ALARMS.after_seconds)
    at_once = (Alarm.Kind.STOPPED, Alarm.Kind.STORM, Alarm.Kind.DELIVERIES, Alarm.Kind.NO_NEWS)
    wanted = timedelta(0) if alarm.kind in at_once else own.get(Alarm.Kind(alarm.kind), usual)
    return now - alarm.noticed_at >= wanted


def is_due_again(alarm: Alarm, now: datetime) -> bool:
    again = timedelta(hours=settings.ALARMS.again_hours)
    return bool(again) and alarm.told_at is not None and now - alarm.told_at >= again


def deliveries_deadline(now: datetime) -> datetime | None:
    """The last moment at which SAP should have had a delivery of its day; None: not asked for."""
    if not settings.ALARMS.deliveries_by or not settings.ALARMS.working_days:
        return None
    by = time.fromisoformat(settings.ALARMS.deliveries_by)
    local = _local(now)
    for days in range(8):
        moment = datetime.combine(local.date() - days * DAY, by, tzinfo=local.tzinfo)
        if moment <= now and _is_working_day(moment):
            return moment
    return None


def has_no_news(since: datetime, now: datetime) -> bool:
    """Days off do not count."""
    allowed = timedelta(hours=settings.ALARMS.no_news_hours)
    if not allowed or now - since <= allowed:
        return False
    off = sum(not _is_working_day(day) for day in _days(_local(since), _local(now)))
    return now - since > allowed + off * DAY


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    """As many as there may be holidays between: what is older is over in any case."""
    for number in range(min((last.date() - first.date()).days + 1, 366)):
        yield last - number * DAY


def _is_working_day(moment: datetime) -> bool:
    return DAYS[moment.weekday()] in settings.ALARMS.working_days


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment, timezone.get_default_timezone())
