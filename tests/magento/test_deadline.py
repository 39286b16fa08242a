"""A whole call ends in its time, however slowly the shop sends."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from sync.errors import OutcomeUnknown, RemoteUnavailable
from sync.magento.auth import BearerToken
from sync.magento.client import MagentoClient
from sync.magento.transport import TimeLimits

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"items": [], "total_count": 0}'


@contextmanager
def a_shop_that(answers: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server whose answers are what ``answers`` sends; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, answers), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(server: socket.socket, answers: Callable[[socket.socket], None]) -> None:
    with suppress(OSError):
        while True:
            connection, _address = server.accept()
            with connection, suppress(OSError):
                connection.recv(65536)
                answers(connection)


def drips(beginning: bytes) -> Callable[[socket.socket], None]:
    """Sends ``beginning``, then a blank whenever the caller has waited a little: without end."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(beginning)
        connection.settimeout(0.05)
        while True:
            try:
                if not connection.recv(1):
                    return  # the caller has hung up
            except TimeoutError:
                connection.sendall(b" ")

    return answer


def client_of(address: str) -> MagentoClient:
    limits = TimeLimits(connect=5, read=5, call=0.4)
    return MagentoClient(address, BearerToken("t"), limits=limits)


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200",
        HEAD + b"X-Slow: ",
        HEAD + b"Content-Length: 9999\r\n\r\n",
        HEAD + b"\r\n" + BODY,
    ],
    ids=["status", "headers", "body", "body without a length"],
)
def test_a_shop_that_drips_frees_its_worker(beginning: bytes) -> None:
    with a_shop_that(drips(beginning)) as address, pytest.raises(RemoteUnavailable) as caught:
        client_of(address).search_shipments(1)

    assert type(caught.value) is RemoteUnavailable


def test_a_write_that_drips_has_an_unknown_outcome() -> None:
    with a_shop_that(drips(HEAD)) as address, pytest.raises(OutcomeUnknown):
        client_of(address).set_ext_order_id(1, "0004711000")


def test_a_call_in_its_time_is_answered() -> None:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)

    with a_shop_that(answer) as address:
        limits = TimeLimits(connect=5, read=5, call=60)
        client = MagentoClient(address, BearerToken("t"), limits=limits)
        assert client.search_shipments(1) == []
