"""Faults on demand: what is done, what is answered, and how often."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3

from sync.sandbox.shop.odd_answers import ODD_ANSWERS
from tests.sandbox.shop.conftest import Caller


def fault(caller: Caller, **wanted: Any) -> None:
    assert caller.http.post("/sandbox/faults", json=wanted).status_code == 200


def shipped(caller: Caller, order_id: int) -> bool:
    order = caller.shop.get("order", order_id)
    return bool(order["items"][0]["qty_shipped"])


def test_a_connection_dropped_before_does_nothing(caller: Caller) -> None:
    number = caller.place("simple")["entity_id"]
    fault(caller, kind="drop_before", times=1, operation="ship")

    with pytest.raises(ConnectionResetError):
        caller.post(f"order/{number}/ship")

    assert not shipped(caller, number)


def test_a_connection_dropped_after_the_write_leaves_the_shipment(caller: Caller) -> None:
    number = caller.place("simple")["entity_id"]
    fault(caller, kind="drop_after_write", times=1, operation="ship")

    with pytest.raises(ConnectionResetError):
        caller.post(f"order/{number}/ship")

    assert shipped(caller, number)


@pytest.mark.parametrize(("status", "kind"), [(500, "application/json"), (503, "text/html")])
def test_a_server_error_does_nothing(caller: Caller, status: int, kind: str) -> None:
    number = caller.place("simple")["entity_id"]
    fault(caller, kind="server_error", times=1, status=status)

    answer = caller.call("POST", f"order/{number}/ship", {})

    assert (answer.status_code, answer.mimetype) == (status, kind)
    assert not shipped(caller, number)


def test_a_fault_strikes_as_often_as_asked_and_only_its_operation(caller: Caller) -> None:
    fault(caller, kind="server_error", times=2, operation="orders")

    seen = [caller.call("GET", "invoices?searchCriteria=&fields=total_count").status_code]
    seen += [caller.call("GET", "orders/1").status_code for _ in range(3)]

    assert seen == [200, 500, 500, 200]


@pytest.mark.parametrize("answer", list(ODD_ANSWERS))
def test_something_else_may_answer_a_search_and_nothing_but_a_search(
    caller: Caller, answer: str
) -> None:
    number = caller.place("simple")["entity_id"]
    fault(caller, kind="odd_answer", times=1, operation="orders", answer=answer)

    read = caller.get(f"orders/{number}")
    odd = caller.call("GET", "orders?searchCriteria=")
    search = caller.get("orders?searchCriteria=")

    assert read["entity_id"] == number
    assert (odd.status_code, odd.text) == (ODD_ANSWERS[answer][0], ODD_ANSWERS[answer][3])
    assert search["total_count"] > 0


def test_a_fault_without_times_lasts_until_it_is_taken_away(caller: Caller) -> None:
    fault(caller, kind="server_error")
    assert [caller.call("GET", "orders/1").status_code for _ in range(3)] == [500] * 3

    caller.http.delete("/sandbox/faults")

    assert caller.call("GET", "orders/1").status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "earthquake"},
        {"kind": "latency"},
        {"kind": "latency", "seconds": "x"},
        {"kind": "odd_answer", "answer": "thunder"},
    ],
)
def test_a_fault_that_cannot_be_is_refused(caller: Caller, wanted: dict[str, Any]) -> None:
    answer = caller.http.post("/sandbox/faults", json=wanted)

    assert answer.status_code == 400
    assert answer.get_json()["error"]


def test_maintenance_answers_with_a_page(caller: Caller) -> None:
    caller.http.post("/sandbox/settings", json={"maintenance": True})

    answer = caller.call("GET", "orders/1")

    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "Retry-After" not in answer.headers


class Process:
    """The shop as a process on a free port."""

    def __init__(self, data: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "sync.sandbox.shop", "--port", str(port)]
        self.process = subprocess.Popen([*command, "--data", str(data)], stderr=subprocess.PIPE)
        assert self.process.stderr is not None
        self.process.stderr.readline()  # says where it listens, once it is about to

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        """One request, tried until the port is open."""
        with requests.Session() as session:
            retry = requests.adapters.HTTPAdapter(max_retries=urllib3.Retry(8, backoff_factor=0.1))
            session.mount("http://", retry)
            return session.request(method, f"{self.url}{path}", timeout=20, **more)

    def token(self) -> dict[str, str]:
        """The admin's Authorization header."""
        sent = {"username": "admin", "password": "demo-admin-1"}
        token = self.call("POST", "/rest/V1/integration/admin/token", json=sent).json()
        return {"Authorization": f"Bearer {token}"}

    def end(self, number: int) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    running = Process(tmp_path)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


@pytest.mark.flow
def test_the_process_drops_closes_its_port_and_survives_a_kill(
    process: Process, tmp_path: Path
) -> None:
    headers = process.token()
    number = process.call("POST", "/sandbox/orders", json={}).json()["orders"][0]["entity_id"]
    drop = {"kind": "drop_after_write", "times": 1, "operation": "invoice"}
    process.call("POST", "/sandbox/faults", json=drop)
    with pytest.raises(requests.ConnectionError):
        requests.post(
            f"{process.url}/rest/V1/order/{number}/invoice", json={}, headers=headers, timeout=20
        )
    process.call("POST", "/sandbox/faults", json={"kind": "refuse", "seconds": 0.5})
    process.call("GET", "/sandbox/health")
    process.end(signal.SIGKILL)

    again = Process(tmp_path)

    path = f"/rest/V1/orders/{number}?fields=state"
    assert again.call("GET", path, headers=headers).json()["state"] in ("processing", "complete")
    assert again.end(signal.SIGTERM) == 0
