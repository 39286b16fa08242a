"""Sends messages by apprise, outside any transaction, and tries again what was not delivered."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType

from sync.jobs.alarms import rules
from sync.models import AlarmMessage, clock
from sync.told import told

logger = logging.getLogger(__name__)

AT_ONCE = 20
LONGEST_SECONDS = 60  # for one message, however the receiver drips
SENDER = "sends an alarm"
LEASE = timedelta(minutes=10)  # nobody else sends it meanwhile
PAUSES = [timedelta(minutes=one) for one in (1, 5, 15, 60)]  # the last one again and again
TOO_OLD = timedelta(days=2)
REFUSED = told("The receiver did not answer, or did not accept it.")
UNKNOWN = told("The settings name no such address, or it is none.")


def send() -> int:
    """Returns how many were delivered."""
    now = clock.now()
    waiting = AlarmMessage.objects.filter(ended_at=None, next_try_at__lte=now)
    delivered, failed = 0, set[str]()
    # Newest first: after a day without a mail server the present comes before the past.
    for message in waiting.order_by("-id")[:AT_ONCE]:
        if message.address in failed or not _take(message):
            continue  # an address that hangs costs its time once in a round
        if _send(message):
            delivered += 1
        else:
            failed.add(message.address)
    return delivered


def _take(message: AlarmMessage) -> bool:
    """Only one of several processes succeeds."""
    as_read = AlarmMessage.objects.filter(
        pk=message.pk, ended_at=None, next_try_at=message.next_try_at
    )
    message.tries += 1
    taken = as_read.update(next_try_at=clock.now() + LEASE, tries=message.tries)
    return bool(taken)


def _send(message: AlarmMessage) -> bool:
    url = {one.name: one.url for one in rules.addresses()}.get(message.address)
    error = UNKNOWN if url is None else _error_of(url, message)
    _note(message, error, clock.now())
    if error:
        logger.warning("an alarm was not delivered to %s: %s", message.address, error)
    return not error


def _error_of(url: str, message: AlarmMessage) -> str:
    """Empty where the receiver has accepted it. What apprise says of a failure is not kept: it
    names the address."""
    errors: list[str] = []
    # Not one of apprise's threads: those would be waited for when the process ends.
    sender = threading.Thread(
        target=lambda: errors.append(_notify(url, message)), name=SENDER, daemon=True
    )
    sender.start()
    sender.join(LONGEST_SECONDS)
    return errors[0] if errors else REFUSED


def _notify(url: str, message: AlarmMessage) -> str:
    receiver = Apprise(asset=AppriseAsset(async_mode=False, service_timeout=0))
    if not receiver.add(url):
        return UNKNOWN
    kind = NotifyType.INFO if message.is_test else NotifyType.WARNING
    sent = receiver.notify(
        title=f"O2C portal: {message.subject}",
        body=message.body,
        body_format=NotifyFormat.TEXT,
        notify_type=NotifyType.SUCCESS if message.is_good else kind,
    )
    return "" if sent else REFUSED


def _note(message: AlarmMessage, error: str, now: datetime) -> None:
    mine = AlarmMessage.objects.filter(pk=message.pk, tries=message.tries)
    if not error:
        mine.update(delivered_at=now, ended_at=now, last_error="")
    elif error == UNKNOWN or message.is_test or now - message.created_at > TOO_OLD:
        mine.update(ended_at=now, last_error=error)
    else:
        pause = PAUSES[min(message.tries, len(PAUSES)) - 1]
        mine.update(next_try_at=now + pause, last_error=error)
