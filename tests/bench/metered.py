"""The stand-in's connection, which books what it costs itself, since pyrfc does that work in C, and
for how long its calls and units of work keep a session.

Named in SAP_RFC_CONNECT of the measured workers. A logon takes as long as three calls.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.sandbox.sap import connect as connect_standin

LOGON_CALLS = 3
OPENING = {"BAPI_SALESORDER_CREATEFROMDAT2"}  # what follows belongs to its unit of work
_FORMAT = "dd"
_SIZE = struct.calcsize(_FORMAT)
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Seconds:
    """Of CPU in the connection, and of sessions in calls and units of work."""

    cpu: float = 0.0
    in_session: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.cpu + other.cpu, self.in_session + other.in_session)


class Booked:
    """Two numbers of this process that others can read while it runs, and after its end."""

    def __init__(self, directory: Path) -> None:
        file = directory / f"connection-{os.getpid()}"
        if not file.exists():
            file.write_bytes(struct.pack(_FORMAT, 0.0, 0.0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _SIZE)

    def add(self, seconds: Seconds) -> None:
        with _lock:
            total = Seconds(*struct.unpack(_FORMAT, self._map[:_SIZE])) + seconds
            self._map[:_SIZE] = struct.pack(_FORMAT, total.cpu, total.in_session)


_booked: dict[int, Booked] = {}


def booked_seconds(directory: Path) -> Seconds:
    """Of all processes so far."""
    files = directory.glob("connection-*")
    numbers = (Seconds(*struct.unpack(_FORMAT, file.read_bytes())) for file in files)
    return sum(numbers, Seconds())


class Connection:
    """As the stand-in's."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self._open_since = 0.0  # the last call's end, while a unit of work is open

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        cpu, began = time.thread_time(), time.monotonic()
        waited = began - (self._open_since or began)
        self._open_since = 0.0
        try:
            return self._inner.call(name, *args, **kwargs)
        finally:
            ended = time.monotonic()
            self._open_since = ended if name in OPENING else 0.0
            _of_process().add(Seconds(time.thread_time() - cpu, ended - began + waited))


def connect(config: dict[str, Any] | None = None, **params: str) -> Connection:
    time.sleep(LOGON_CALLS * float(os.environ.get("BENCH_SAP_CALL_SECONDS", "0")))
    return Connection(connect_standin(config, **params))


def _of_process() -> Booked:
    """A forked child books under a number of its own."""
    if os.getpid() not in _booked:
        _booked[os.getpid()] = Booked(Path(os.environ["DATA_DIR"]))
    return _booked[os.getpid()]
