"""A client of the recorded shop, with what it told the ledger."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from sync.exchanges import SENT, Exchange
from sync.magento.auth import BearerToken
from sync.magento.client import MagentoClient


@pytest.fixture
def shop() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def ledger() -> list[Exchange]:
    return []


@pytest.fixture
def client(ledger: list[Exchange]) -> MagentoClient:
    def keep(exchange: Exchange) -> None:
        if exchange.outcome != SENT:  # told again once it has ended
            ledger.append(exchange)

    return MagentoClient("http://magento.test", BearerToken("t0ken"), observe=keep)
