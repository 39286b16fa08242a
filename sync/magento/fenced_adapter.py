"""Sends HTTP requests; checks the fence as their bytes leave, and tells the deadline the
connection."""

from __future__ import annotations

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from sync.fence import refuse_if_late
from sync.magento.deadline import watch


class _FencedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        """Watched before anything is sent on it, including the TLS handshake."""
        made = super()._new_conn()
        watch(made)
        return made

    def send(self, data: Any) -> None:
        """Connecting may have taken long, so the fence is checked after it."""
        if self.sock is None:
            self.connect()
        else:
            watch(self.sock)
        refuse_if_late()
        super().send(data)


class _FencedTlsConnection(_FencedConnection, HTTPSConnection):
    """As without TLS."""


class _FencedPool(HTTPConnectionPool):
    ConnectionCls = _FencedConnection


class _FencedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _FencedTlsConnection


class FencedAdapter(HTTPAdapter):
    """Raises ``LeaseLost`` instead of sending too late."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more)
        self.poolmanager.pool_classes_by_scheme = {"http": _FencedPool, "https": _FencedTlsPool}
