"""A time limit for one whole HTTP call: connecting, sending and reading together.

A socket's time-out begins anew with every byte, so a shop that sends one byte every few seconds
would hold its worker for ever. A timer cuts the connection of such a call instead.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar


class Deadline:
    """The time limit of one call; cuts every connection the call uses when time is up."""

    def __init__(self) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection too. We keep a duplicate of its descriptor: the TLS handshake hands
        the original to another object, which cannot be duplicated."""
        with self._lock:
            self._sockets.append(socket.socket(fileno=os.dup(connection.fileno())))
        if self.is_over:
            self.cut()

    def cut(self) -> None:
        """Time is up: whoever sends or reads on these connections is woken by an error."""
        self.is_over = True
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        with self._lock:
            for one in self._sockets:
                one.close()
            self._sockets.clear()


_under_way: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Wrap one call; afterwards ``is_over`` says whether it was cut."""
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
    """The transport calls this with the connection that the current call uses."""
    deadline = _under_way.get()
    if deadline is not None and connection is not None:
        deadline.watch(connection)
