"""The open sessions of a process with SAP, lent to one thread at a time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sync.lending import NO_LIMITS, Limits, Pool
from sync.sap.connection import Connect, RfcConnection, open_connection
from sync.sap.options import SapOptions

SECRETS = {"user", "passwd", "lang", "mysapsso2", "x509cert", "trace"}


@dataclass(eq=False, slots=True)
class OpenSession:
    """A connection and its ABAP session."""

    connection: RfcConnection
    has_answered: bool = False
    is_recognised: bool = False

    def close(self) -> None:
        # It is given up either way; a failing close changes nothing.
        with suppress(Exception):
            self.connection.close()


class SapSessions(Pool[OpenSession]):
    """The sessions of one process with one SAP system.

    One that was idle for too long is not used again: gateways and firewalls cut it, and the first
    call on it fails (SAP sheet 13.16).
    """

    def __init__(
        self,
        connect: Connect,
        parameters: Mapping[str, str],
        options: SapOptions,
        *,
        limits: Limits = NO_LIMITS,
    ) -> None:
        logon = dict(parameters)
        self.system: Hashable = (
            connect,
            tuple(sorted((k, str(v)) for k, v in logon.items() if k not in SECRETS)),
        )
        super().__init__(
            "SAP",
            lambda: OpenSession(open_connection(connect, logon)),
            OpenSession.close,
            keep_seconds=options.longest_idle_seconds,
            limits=limits,
        )
