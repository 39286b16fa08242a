"""A whole call ends in its time, however slowly the shop sends."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sync.errors import OutcomeUnknown, RemoteUnavailable
from sync.magento.auth import BearerToken
from sync.magento.client import MagentoClient
from sync.magento.connections import ShopConnections, new_session
from sync.magento.transport import TimeLimits
from sync.reading import Read

pytestmark = pytest.mark.flow  # waits on real connections for as long as the clock says
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"items": [], "total_count": 0}'


@contextmanager
def a_shop_that(
    answers: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """A server whose answers are what ``answers`` sends; its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_serve, args=(server, answers, tls), daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _serve(
    server: socket.socket, answers: Callable[[socket.socket], None], tls: ssl.SSLContext | None
) -> None:
    with suppress(OSError):
        while True:
            connection, _address = server.accept()
            if tls is not None:
                connection = tls.wrap_socket(connection, server_side=True)
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
        assert client.search_shipments(1) == Read()


# ---- with TLS, as every real shop is reached -----------------------------------------------------
KEYS = Path(__file__).with_name("made_up_shop.pem")  # made for these tests, known to nobody


def our_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(KEYS)
    return context


def client_over_tls(address: str, call: float) -> MagentoClient:
    session, limits = new_session(), TimeLimits(connect=5, read=5, call=call)
    session.verify = False  # the certificate is our own, and its days are not the matter here
    connections = ShopConnections("the shop", lambda: session)
    return MagentoClient(address, BearerToken("t"), limits=limits, connections=connections)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_calls_over_tls_are_answered_on_one_connection() -> None:
    made = []

    def answer(connection: socket.socket) -> None:
        made.append(connection)
        for _ in range(2):
            connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
            connection.recv(65536)

    with a_shop_that(answer, our_tls()) as address:
        client = client_over_tls(address, call=60)
        assert [client.search_shipments(1) for _ in range(2)] == [Read(), Read()]
        assert len(made) == 1
        client.log_on_anew()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_shop_that_drips_over_tls_frees_its_worker() -> None:
    dripping = drips(HEAD + b"Content-Length: 9999\r\n\r\n")

    with a_shop_that(dripping, our_tls()) as address, pytest.raises(RemoteUnavailable) as caught:
        client_over_tls(address, call=0.4).search_shipments(1)

    assert caught.value.cause_key == "magento:lost"


def test_a_handshake_that_never_ends_frees_its_worker() -> None:
    record = b"\x16\x03\x03\x40\x00"  # a part of the handshake, of which more is to come
    with a_shop_that(drips(record)) as address, pytest.raises(RemoteUnavailable):
        client_over_tls(address.replace("http:", "https:"), call=0.4).search_shipments(1)
