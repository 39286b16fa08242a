"""The fence: a write that would leave too late is not sent at all."""

from __future__ import annotations

from unittest import mock

import pytest

from sync.errors import LeaseLost
from sync.fence import refuse_if_late, sending_within
from sync.magento.fenced_adapter import _FencedConnection, _FencedTlsConnection
from tests.sap.builders import a_client, a_request
from tests.sap.fake_sap import FakeSap, message

CREATE, COMMIT = "BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"
SAVED = {"SALESDOCUMENT": "0000004711", "RETURN": [message("S", "V1", "311", "", "4711")]}


def test_a_write_in_time_passes_and_what_is_no_write_of_an_order_always_does() -> None:
    refuse_if_late()
    with sending_within(60):
        refuse_if_late()


@pytest.mark.parametrize("connection_class", [_FencedConnection, _FencedTlsConnection])
def test_p0_07_no_byte_reaches_the_shop_too_late(connection_class: type) -> None:
    connection = connection_class("shop.test")
    connection.sock = mock.Mock()

    with sending_within(-1), pytest.raises(LeaseLost):
        connection.send(b"POST /rest/V1/order/1/ship HTTP/1.1")

    connection.sock.sendall.assert_not_called()


def test_p0_07_nothing_is_created_in_sap_too_late() -> None:
    sap = FakeSap({CREATE: SAVED})

    with sending_within(-1), pytest.raises(LeaseLost), a_client(sap).unit_of_work() as unit:
        unit.create_sales_order(a_request())

    assert CREATE not in sap.functions


def test_p0_07_nothing_is_committed_in_sap_too_late() -> None:
    sap = FakeSap({CREATE: SAVED})
    client = a_client(sap)

    with client.unit_of_work() as unit:
        unit.create_sales_order(a_request())
        with sending_within(-1), pytest.raises(LeaseLost):
            unit.commit()

    assert sap.functions == [CREATE]
    assert not client.is_usable
