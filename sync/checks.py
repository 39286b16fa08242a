"""System checks of the settings, reported by ``manage.py check``. Uses no model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

from apprise import Apprise
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from sync.shop_variables import shop_variables
from sync.told import told

STANDIN_SHOP = "demo"
STANDIN_SAP = "sync.sandbox.sap.connect"
KEYS_OF = {
    "oauth": ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    "bearer": ("token",),
    "admin": ("username", "password"),
}
SAP_HOSTS = ("ashost", "mshost", "dest")
ALARM_KINDS = (  # sync.models.Alarm.Kind, which is no model of this room's
    *("fetch", "behind", "no_news", "deliveries", "worker", "scheduler"),
    *("redis", "clock", "remote", "changed", "stopped", "storm"),
)
SAP_NEEDED = ("client", "user", "passwd")


def register_checks() -> None:
    for check in CHECKS:
        register(_of_app(check))


def _of_app(check: Callable[[], Iterator[CheckMessage]]) -> Callable[..., list[CheckMessage]]:
    def run(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[CheckMessage]:
        return list(check())

    run.__name__ = check.__name__
    return run


def check_shops() -> Iterator[CheckMessage]:
    for code, values in settings.MAGENTO.items():
        prefix = shop_variables(code)
        kind = values.get("auth", "oauth")
        if kind not in KEYS_OF:
            yield Error(
                told("{prefix}AUTH is “{kind}”.", prefix=prefix, kind=kind),
                hint=told("Use oauth, bearer or admin."),
                id="sync.E003",
            )
            continue
        for name in ("base_url", *KEYS_OF[kind]):
            if not values.get(name):
                yield Error(
                    told("{name} is not set.", name=f"{prefix}{name.upper()}"),
                    hint=told("Set it, or take “{code}” out of MAGENTO_SHOPS.", code=code),
                    id="sync.E002",
                )


def check_sap() -> Iterator[CheckMessage]:
    if settings.SAP_RFC_CONNECT != STANDIN_SAP:
        given = {name for name, value in settings.SAP_RFC_PARAMETERS.items() if value}
        missing = [name for name in SAP_NEEDED if name not in given and "dest" not in given]
        missing += [] if given.intersection(SAP_HOSTS) else ["ashost"]
        for name in missing:
            yield Error(
                told("SAP_RFC_PARAMETERS has no {name}.", name=name),
                hint=told("Write it as name=value, separated by commas."),
                id="sync.E004",
            )
    try:
        ZoneInfo(settings.SAP_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        yield Error(
            told("SAP_TIME_ZONE is “{zone}”, which is no time zone.", zone=settings.SAP_TIME_ZONE),
            hint=told("Such as Europe/Berlin."),
            id="sync.E006",
        )


def check_times() -> Iterator[CheckMessage]:
    """A call must end before its lease, and the lease before the job."""
    lease = settings.LEASE_SECONDS
    longest_call = max(
        (values["call_timeout_seconds"] for values in settings.MAGENTO.values()), default=0
    )
    calls = [
        ("SAP_RFC_TIMEOUT_SECONDS", settings.SAP_RFC_TIMEOUT_SECONDS),
        ("MAGENTO_…_CALL_TIMEOUT_SECONDS", longest_call),
    ]
    for name, seconds in calls:
        if not 0 < seconds < lease:
            yield Error(
                told(
                    "{name} ({seconds:g}) is not between 0 and LEASE_SECONDS ({lease}).",
                    name=name,
                    seconds=seconds,
                    lease=lease,
                ),
                hint=told("A call must end before another worker may take the task over."),
                id="sync.E005",
            )
    for queue, values in settings.RQ_QUEUES.items():
        if int(str(values.get("DEFAULT_TIMEOUT", lease + 1))) <= lease:
            yield Error(
                told(
                    "The job time-out of the queue “{queue}” is not longer than LEASE_SECONDS.",
                    queue=queue,
                ),
                hint=told("Make DEFAULT_TIMEOUT longer."),
                id="sync.E007",
            )


def check_proxies() -> Iterator[CheckMessage]:
    """Without this check, the first visitor would meet a misspelt network."""
    for one in settings.TRUSTED_PROXIES:
        try:
            ip_network(one if one != "unix" else "127.0.0.1", strict=False)
        except ValueError:
            yield Error(
                told("TRUSTED_PROXIES has “{network}”, which is no network.", network=one),
                hint=told("Such as 10.0.0.0/24, 127.0.0.1, or unix for a socket."),
                id="sync.E009",
            )


def check_alarms() -> Iterator[CheckMessage]:
    """The address itself is a secret, so only its place is told."""
    for name, urls in settings.ALARMS.urls.items():
        for number, url in enumerate(urls, start=1):
            if Apprise.instantiate(url) is None:
                yield Error(
                    f"{name} has something at place {number} that is no address of apprise.",
                    hint="Such as mailtos://user:password@host?from=…&to=…, with blanks between.",
                    id="sync.E012",
                )
    for kind in set(settings.ALARMS.urgent) - set(ALARM_KINDS):
        yield Error(
            f"ALARM_URGENT has “{kind}”.",
            hint=f"Known kinds are {', '.join(ALARM_KINDS)}.",
            id="sync.E013",
        )


def check_parts() -> Iterator[CheckMessage]:
    """Production must have all its parts, and no stand-in beside a real system. ALLOW_MISSING names
    what may be missing on purpose; the demo names all."""
    for name in set(settings.ALLOW_MISSING) - set(settings.PARTS):
        yield Error(
            told("ALLOW_MISSING has “{name}”.", name=name),
            hint=told("Known parts are {parts}.", parts=", ".join(settings.PARTS)),
            id="sync.E010",
        )
    for name, words, hint in _missing_parts():
        if name not in settings.ALLOW_MISSING:
            yield Error(
                words,
                hint=told(
                    "{hint} To start without on purpose, name “{name}” in ALLOW_MISSING; "
                    "“manage.py demo” starts the demo.",
                    hint=hint,
                    name=name,
                ),
                id="sync.E011",
            )


def _missing_parts() -> Iterator[tuple[str, str, str]]:
    if settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
        yield (
            "database",
            told("No database is set: this would be a SQLite file."),
            told("Set DATABASE_URL."),
        )
    if str(settings.REDIS_SOCKET) in settings.REDIS_URL:
        yield (
            "redis",
            told("No Redis is set: this would be the demo's own."),
            told("Set REDIS_URL."),
        )
    if not _secret_key():
        yield "key", told("SECRET_KEY is not set."), told("Set a long random text.")
    shops = set(settings.MAGENTO)
    has_standin_shop, has_shop = STANDIN_SHOP in shops, bool(shops - {STANDIN_SHOP})
    has_standin_sap = settings.SAP_RFC_CONNECT == STANDIN_SAP
    if not has_shop:
        yield (
            "shop",
            told("No shop is set."),
            told("Set MAGENTO_SHOPS and the shop's address and keys."),
        )
    if has_standin_sap:
        yield (
            "sap",
            told("No SAP is set: this would be the stand-in."),
            told("Set SAP_RFC_CONNECT."),
        )
    if has_standin_shop and not has_standin_sap:
        hint = told("Take “{shop}” out of MAGENTO_SHOPS.", shop=STANDIN_SHOP)
        yield "stand-in", told("The stand-in shop's orders would go into a real SAP."), hint
    if has_shop and has_standin_sap:
        yield (
            "stand-in",
            told("A real shop would be told what the stand-in SAP does."),
            told("Set SAP."),
        )


def refuse_to_start() -> None:
    """For processes that run no checks of their own: raises ImproperlyConfigured with every
    error."""
    found = [message for check in CHECKS for message in check() if message.is_serious()]
    if found:
        lines = [f"{message.msg} {message.hint or ''}".strip() for message in found]
        raise ImproperlyConfigured("\n".join(["The portal cannot start:", *lines]))


def check_security() -> Iterator[CheckMessage]:
    """The demo's conveniences must be off where real systems are connected."""
    if has_only_standins():
        return
    if not _secret_key():
        yield Error(
            told("SECRET_KEY is not set."), hint=told("Set a long random text."), id="sync.E001"
        )
    if settings.DEBUG:
        yield Error(
            told("DEBUG is on beside real systems."), hint=told("Set DEBUG=0."), id="sync.E008"
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Warning(
            told("ALLOWED_HOSTS allows every host."), hint=told("Name yours."), id="sync.W001"
        )
    if not settings.SECURE_COOKIES:
        yield Warning(
            told("SECURE_COOKIES is off: cookies travel without HTTPS too."),
            hint=told("Set SECURE_COOKIES=1 behind HTTPS."),
            id="sync.W002",
        )


def has_only_standins() -> bool:
    return set(settings.MAGENTO) <= {STANDIN_SHOP} and settings.SAP_RFC_CONNECT == STANDIN_SAP


def _secret_key() -> str:
    try:
        return str(settings.SECRET_KEY)
    except ImproperlyConfigured:  # Django's own word for an empty one
        return ""


CHECKS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    *(check_shops, check_sap, check_times),
    *(check_proxies, check_parts, check_security, check_alarms),
)
