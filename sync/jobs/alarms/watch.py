"""Looks and sends in a thread of its own: a slow mail server delays neither work nor schedules."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from sync.jobs.alarms import rules
from sync.jobs.alarms.sending import send
from sync.jobs.alarms.turn import look
from sync.models import clock

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10
END_SECONDS = 5  # whoever is sent to when the process ends is not waited for any longer


@contextmanager
def watching() -> Iterator[None]:
    """Watch while the block runs, where the settings name an address."""
    if not rules.is_wanted():
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_watch_until, args=(stop,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(END_SECONDS)


def _watch_until(stop: threading.Event) -> None:
    while not stop.wait(EVERY_SECONDS):
        watch()


def watch() -> None:
    """Whatever happens, the next round looks again: whoever alarms must not fall silent."""
    try:
        look(clock.now())
        send()
    except Exception:
        logger.exception("alarms could not be looked for; trying again")
    finally:
        connection.close()
