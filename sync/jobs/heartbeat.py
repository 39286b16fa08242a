"""Signs of life of workers and the scheduler, written to the database while they run."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, InterfaceError, connection

from sync.models import ProcessHeartbeat, clock

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10


@contextmanager
def beating(kind: ProcessHeartbeat.Kind) -> Iterator[None]:
    """Beat in the background while the block runs; remove the row afterwards."""
    name = f"{kind}@{socket.gethostname()}:{os.getpid()}"
    stop = threading.Event()
    beat(name, kind)
    thread = threading.Thread(target=_beat_until, args=(stop, name, kind), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        ProcessHeartbeat.objects.filter(name=name).delete()


def beat(name: str, kind: ProcessHeartbeat.Kind) -> None:
    """Write one sign of life, and delete rows of processes long gone."""
    skew = clock.skew().total_seconds()
    now = clock.now()
    told = {"beat_at": now, "clock_skew_seconds": skew}
    ProcessHeartbeat.objects.update_or_create(
        name=name, defaults=told, create_defaults={"kind": kind, **told}
    )
    ProcessHeartbeat.objects.filter(beat_at__lt=now - 20 * ProcessHeartbeat.ALIVE_FOR).delete()


def _beat_until(stop: threading.Event, name: str, kind: ProcessHeartbeat.Kind) -> None:
    while not stop.wait(EVERY_SECONDS):
        try:
            beat(name, kind)
        except (DatabaseError, InterfaceError):
            logger.warning("no sign of life could be written", exc_info=True)
        finally:
            connection.close()
