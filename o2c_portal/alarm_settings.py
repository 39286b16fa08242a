"""The settings of alarms, read for o2c_portal.settings; docs/metrics.md explains them."""

from __future__ import annotations

from dataclasses import dataclass

from environs import Env, validate

GROUPS = ("ALARM_URLS", "ALARM_URLS_SALES", "ALARM_URLS_LOGISTICS", "ALARM_URLS_FINANCE")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
URGENT = ("fetch", "worker", "scheduler", "clock", "remote", "changed", "storm")
HOUR = r"([01]\d|2[0-3]):[0-5]\d"


@dataclass(frozen=True, slots=True)
class AlarmSettings:
    """``urls`` by the setting they stand in, as apprise writes them: secrets. A team without its
    own is told at ALARM_URLS, as everybody is of what no team owns."""

    urls: dict[str, list[str]]
    language: str
    after_seconds: int  # what is over sooner is not told
    pause_seconds: int  # between two messages to one address
    again_hours: float  # while it lasts; 0: told once
    quiet_hours: str
    urgent: tuple[str, ...]  # values of sync.models.Alarm.Kind, told in quiet hours too
    stopped_minutes: int  # work that waits for a person for so long
    storm_tasks: int  # so many of a team are told at once
    no_news_hours: float  # nothing changed in a shop; days off do not count; 0: never
    deliveries_by: str
    working_days: tuple[str, ...]
    workers: int  # processes; fewer are an alarm
    schedulers: int


def alarm_settings(env: Env) -> AlarmSettings:
    def number(name: str, default: int) -> int:
        return env.int(name, default, validate=validate.Range(min=0))

    def hours(name: str, default: float) -> float:
        return env.float(name, default, validate=validate.Range(min=0))

    quiet = validate.Regexp(rf"^({HOUR}-{HOUR})?$")
    hour, days = validate.Regexp(rf"^({HOUR})?$"), validate.ContainsOnly(DAYS)
    return AlarmSettings(
        urls={name: env.str(name, "").split() for name in GROUPS},
        language=env.str("ALARM_LANGUAGE", "en", validate=validate.OneOf(["en", "de"])),
        after_seconds=number("ALARM_AFTER_SECONDS", 120),
        pause_seconds=number("ALARM_PAUSE_SECONDS", 300),
        again_hours=hours("ALARM_AGAIN_HOURS", 24.0),
        quiet_hours=env.str("ALARM_QUIET_HOURS", "", validate=quiet),
        urgent=tuple(env.list("ALARM_URGENT", list(URGENT))),
        stopped_minutes=number("ALARM_STOPPED_MINUTES", 240),
        storm_tasks=number("ALARM_STORM_TASKS", 50),
        no_news_hours=hours("ALARM_NO_NEWS_HOURS", 24.0),
        deliveries_by=env.str("ALARM_DELIVERIES_BY", "", validate=hour),
        working_days=tuple(env.list("ALARM_WORKING_DAYS", list(DAYS[:5]), validate=days)),
        workers=number("ALARM_WORKERS", 1),
        schedulers=number("ALARM_SCHEDULERS", 1),
    )
