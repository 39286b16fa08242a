"""The stand-in's connection, which books what it costs itself: pyrfc does that work in C.

Named in SAP_RFC_CONNECT of the measured workers. A logon takes as long as three calls.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
import time
from pathlib import Path
from typing import Any

from sync.sandbox.sap import connect as connect_standin

LOGON_CALLS = 3
_SIZE = struct.calcsize("d")
_lock = threading.Lock()


class Booked:
    """One number of this process that others can read while it runs, and after its end."""

    def __init__(self, directory: Path) -> None:
        file = directory / f"connection-cpu-{os.getpid()}"
        if not file.exists():
            file.write_bytes(struct.pack("d", 0.0))
        with file.open("r+b") as opened:
            self._map = mmap.mmap(opened.fileno(), _SIZE)

    def add(self, seconds: float) -> None:
        with _lock:
            (before,) = struct.unpack("d", self._map[:_SIZE])
            self._map[:_SIZE] = struct.pack("d", before + seconds)


_booked: dict[int, Booked] = {}


def booked_seconds(directory: Path) -> float:
    """Of all processes so far."""
    files = directory.glob("connection-cpu-*")
    return sum(float(struct.unpack("d", file.read_bytes())[0]) for file in files)


class Connection:
    """As the stand-in's, whose CPU time is booked apart."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return self._inner.call(*args, **kwargs)
        finally:
            _of_process().add(time.thread_time() - began)


def connect(config: dict[str, Any] | None = None, **params: str) -> Connection:
    time.sleep(LOGON_CALLS * float(os.environ.get("BENCH_SAP_CALL_SECONDS", "0")))
    return Connection(connect_standin(config, **params))


def _of_process() -> Booked:
    """A forked child books under a number of its own."""
    if os.getpid() not in _booked:
        _booked[os.getpid()] = Booked(Path(os.environ["DATA_DIR"]))
    return _booked[os.getpid()]
