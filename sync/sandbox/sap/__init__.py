"""Stand-in SAP: a small order-to-cash system behind a connection with pyrfc's contract."""

from .connection import Connection, connect, connect_in_process
from .system import SapSystem

__all__ = ["Connection", "SapSystem", "connect", "connect_in_process"]
