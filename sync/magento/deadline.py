"""A limit for one whole HTTP call: connecting, sending and reading together.

The time-outs of a socket begin anew with every byte, so a shop that drips one byte every few
seconds would keep its worker for ever. A timer cuts the connection of the call under way instead.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar


class Deadline:
    """One call's time; whatever connection it uses is cut when that time is over."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection too. A duplicate of its descriptor is kept: the handshake of TLS
        gives the original to another object, and that one refuses to be duplicated itself."""
        with self._lock:
            self._sockets.append(socket.socket(fileno=os.dup(connection.fileno())))
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        """The time is over: whoever sends or reads on these connections is woken by an error."""
        self.is_over = True
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        """The call came back by itself."""
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()


_under_way: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Around one call; ``is_over`` says afterwards whether it was cut."""
    deadline = Deadline()
    timer = threading.Timer(seconds, deadline.cut)
    timer.daemon = True
    timer.start()
    token = _under_way.set(deadline)
    try:
        yield deadline
    finally:
        _under_way.reset(token)
        timer.cancel()
        deadline.end()


def watch(connection: socket.socket | None) -> None:
    """Told by the transport which connection the call under way uses."""
    deadline = _under_way.get()
    if deadline is not None and connection is not None:
        deadline.watch(connection)
