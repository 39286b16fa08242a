"""A 400 that only says that something was busy passes by itself, for writes too."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from sync.jobs import work
from tests import wire
from tests.world import World

BUSY = [
    "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found",
    "Mollie API: 503 Service Unavailable",
    "cURL error 28: Operation timed out after 30000 milliseconds",
]


def refuse_once(monkeypatch: pytest.MonkeyPatch, message: str, ending: str) -> None:
    """The shop's next answer to a call whose address ends so is a 400 with this message."""
    real, left = wire.WsgiAdapter.send, [1]

    def send(self: Any, request: Any, *args: Any, **more: Any) -> requests.Response:
        if not left[0] or not request.url.endswith(ending):
            return real(self, request, *args, **more)
        left[0] -= 1
        made = requests.Response()
        made.status_code, made._content = 400, json.dumps({"message": message}).encode()
        made.headers["Content-Type"] = "application/json"
        made.request, made.url = request, request.url
        return made

    monkeypatch.setattr(wire.WsgiAdapter, "send", send)


@pytest.mark.parametrize("message", BUSY)
def test_a_shipment_refused_because_something_was_busy_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    refuse_once(monkeypatch, message, "/ship")

    assert world.run(world.shipment_of(order, number)).state == "waiting"
    assert world.ship(order, number).state == "done"


def test_a_real_refusal_still_stops_for_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.into_sap()
    (number,) = world.dispatch(order)
    world.run(work.pull_deliveries(order))
    refuse_once(monkeypatch, "Shipment Document Validation Error(s): 5035 is no quantity", "/ship")

    assert world.run(world.shipment_of(order, number)).state == "needs_attention"
