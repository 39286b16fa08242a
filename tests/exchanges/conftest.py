"""The stand-in shop and the client, for the exchanges to be played on both."""

from __future__ import annotations

from tests.magento.conftest import client, ledger, shop
from tests.sandbox.shop.conftest import caller, empty_caller, seeded

__all__ = ["caller", "client", "empty_caller", "ledger", "seeded", "shop"]
