"""Signs of life of workers and the scheduler, written to the database while they run."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError, connection

from sync.models import ProcessHeartbeat, clock

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10


@dataclass(slots=True)
class Crew:
    """What a process tells of its threads, and what it does with each sign of life."""

    threads: int = 1
    busy: Callable[[], int] = lambda: 0
    tend: Callable[[], None] = lambda: None


def process_name(kind: ProcessHeartbeat.Kind) -> str:
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"


@contextmanager
def beating(kind: ProcessHeartbeat.Kind, crew: Crew | None = None) -> Iterator[None]:
    """Beat in the background while the block runs; remove the row afterwards."""
    name, crew = process_name(kind), crew or Crew()
    stop = threading.Event()
    beat(name, kind, crew)
    crew.tend()
    thread = threading.Thread(target=_beat_until, args=(stop, name, kind, crew), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        ProcessHeartbeat.objects.filter(name=name).delete()


def beat(name: str, kind: ProcessHeartbeat.Kind, crew: Crew | None = None) -> None:
    """Write one sign of life, and delete rows of processes long gone."""
    skew = clock.skew().total_seconds()
    now = clock.now()
    crew = crew or Crew()
    told = {
        "beat_at": now,
        "clock_skew_seconds": skew,
        "threads": crew.threads,
        "busy_threads": crew.busy(),
    }
    ProcessHeartbeat.objects.update_or_create(
        name=name, defaults=told, create_defaults={"kind": kind, **told}
    )
    ProcessHeartbeat.objects.filter(beat_at__lt=now - 20 * ProcessHeartbeat.ALIVE_FOR).delete()


def _beat_until(stop: threading.Event, name: str, kind: ProcessHeartbeat.Kind, crew: Crew) -> None:
    while not stop.wait(EVERY_SECONDS):
        try:
            beat(name, kind, crew)
            crew.tend()
        except (DatabaseError, InterfaceError):
            logger.warning("no sign of life could be written", exc_info=True)
        finally:
            connection.close()
