"""A shop's connections: one thread at a time, a write's borrowed before its time runs."""

from __future__ import annotations

import pytest
import responses

from sync.causes.portal import PortalCause
from sync.errors import RemoteUnavailable
from sync.exchanges import Exchange
from sync.lending import Limits
from sync.magento.auth import AdminLogin, BearerToken
from sync.magento.client import MagentoClient
from sync.magento.connections import ShopConnections, new_session
from tests.test_lending import Slots

SHOP = "http://magento.test"


class Turns:
    def __init__(self) -> None:
        self.waited = 0

    def wait(self) -> None:
        self.waited += 1


def connections(turns: Turns | None = None, limit: int = 1) -> ShopConnections:
    limits = Limits(Slots(limit), turns or Turns(), patience_seconds=0)
    return ShopConnections("the shop", limits=limits)


@responses.activate
def test_a_write_waits_for_its_connection_and_turn_before_its_time_runs() -> None:
    responses.post(f"{SHOP}/rest/V1/shipment/7/emails", json=True)
    turns = Turns()
    client = MagentoClient(SHOP, BearerToken("t"), connections=connections(turns))

    with client.holding_connection():
        waited = turns.waited
        client.send_shipment_email(7)

    assert (waited, turns.waited) == (1, 1)


def test_with_all_connections_in_use_nothing_is_sent_nor_recorded_as_sent() -> None:
    seen: list[Exchange] = []
    shared = connections()
    client = MagentoClient(SHOP, BearerToken("t"), observe=seen.append, connections=shared)

    with shared.lending(), pytest.raises(RemoteUnavailable) as caught:
        client.get_order(7)

    assert caught.value.cause is PortalCause.ALL_IN_USE
    assert seen == []


@responses.activate
def test_an_admin_logs_in_once_for_all_threads_and_anew_when_that_is_asked_for() -> None:
    token = responses.post(f"{SHOP}/rest/V1/integration/admin/token", json="t0ken")
    responses.get(f"{SHOP}/rest/V1/modules", json=[])
    url = f"{SHOP}/rest/V1/integration/admin/token"
    login = AdminLogin(url, "admin", "secret", session=new_session())
    clients = [MagentoClient(SHOP, login, connections=connections()) for _ in range(2)]
    for client in clients:
        client.get_modules()
    assert token.call_count == 1

    clients[0].log_on_anew()
    clients[1].get_modules()

    assert token.call_count == 2
