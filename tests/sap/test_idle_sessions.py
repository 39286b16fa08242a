"""A connection that was idle may have been cut by a gateway: reads get over it (sheet 13.16)."""

from __future__ import annotations

from datetime import date

import pytest

from sync.errors import OutcomeUnknown, RemoteUnavailable
from sync.sap import bapi
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from tests.sap.builders import PARAMETERS, a_request
from tests.sap.fake_sap import CommunicationError, FakeSap

LIST, PING = "BAPI_SALESORDER_GETLIST", "STFC_CONNECTION"
CREATE = "BAPI_SALESORDER_CREATEFROMDAT2"
CUT = CommunicationError("connection closed", 1, "RFC_COMMUNICATION_FAILURE")


class Clock:
    """The session's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moved = Clock()
    monkeypatch.setattr("sync.sap.bapi.time.monotonic", moved.monotonic)
    return moved


def search(client: SapClient) -> None:
    client.search_sales_orders(
        "1", sold_to="1", sales_organization="1000", created_from=date(2026, 1, 1)
    )


def test_a_read_that_finds_an_idle_connection_cut_is_repeated_once(clock: Clock) -> None:
    sap = FakeSap({LIST: [{}, CUT, {}]})
    client = SapClient(sap.connect, PARAMETERS, SapOptions())
    search(client)
    clock.now += bapi.SHORT_IDLE_SECONDS + 1

    search(client)

    assert (sap.functions.count(LIST), len(sap.connections)) == (3, 2)


def test_the_connection_test_gets_over_a_cut_as_well(clock: Clock) -> None:
    sap = FakeSap({LIST: {}, PING: [CUT, {}]})
    client = SapClient(sap.connect, PARAMETERS, SapOptions())
    search(client)
    clock.now += bapi.SHORT_IDLE_SECONDS + 1

    client.ping()

    assert sap.functions.count(PING) == 2


def test_a_read_that_is_cut_twice_fails(clock: Clock) -> None:
    sap = FakeSap({LIST: [{}, CUT, CUT]})
    client = SapClient(sap.connect, PARAMETERS, SapOptions())
    search(client)
    clock.now += bapi.SHORT_IDLE_SECONDS + 1

    with pytest.raises(RemoteUnavailable):
        search(client)

    assert sap.functions.count(LIST) == 3


def test_a_cut_in_the_midst_of_work_is_no_idle_connection(clock: Clock) -> None:
    sap = FakeSap({LIST: [{}, CUT]})
    client = SapClient(sap.connect, PARAMETERS, SapOptions())
    search(client)

    with pytest.raises(RemoteUnavailable):
        search(client)

    assert sap.functions.count(LIST) == 2


def test_a_write_is_never_repeated_here(clock: Clock) -> None:
    sap = FakeSap({LIST: [{}], CREATE: [CUT]})
    client = SapClient(sap.connect, PARAMETERS, SapOptions())
    search(client)
    clock.now += bapi.SHORT_IDLE_SECONDS + 1

    with pytest.raises(OutcomeUnknown), client.unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert sap.functions.count(CREATE) == 1


def test_a_connection_idle_for_too_long_is_not_used_again(clock: Clock) -> None:
    sap = FakeSap({LIST: {}})
    client = SapClient(sap.connect, PARAMETERS, SapOptions(longest_idle_seconds=60))
    search(client)
    clock.now += 61

    search(client)

    assert [one.is_closed for one in sap.connections] == [True, False]


def test_the_connection_of_a_unit_of_work_is_kept_however_long_it_takes(clock: Clock) -> None:
    sap = FakeSap({CREATE: {"SALESDOCUMENT": "0000000042"}})
    client = SapClient(sap.connect, PARAMETERS, SapOptions(longest_idle_seconds=60))

    with client.unit_of_work() as unit:
        unit.create_sales_order(a_request())
        clock.now += 600
        unit.commit()

    assert len(sap.connections) == 1
