"""Causes that lie with the portal itself, and its waiting."""

from __future__ import annotations

from sync.causes.cause import PORTAL, Cause, Kind, Link, Team

ADMINISTRATOR = Team.ADMINISTRATOR


class PortalCause:
    """One row each."""

    # fmt: off
    REMOTE_AWAY = Cause("remote-away", Kind.UNAVAILABLE, PORTAL, ADMINISTRATOR,
        "A system this needs is in trouble",
        "Look at Connections; what waits goes on by itself when the trouble is over.",
        Link.CONNECTIONS)
    DATABASE = Cause("portal:database", Kind.UNAVAILABLE, PORTAL, ADMINISTRATOR,
        "The portal's own database does not answer", "See that the database runs, then retry.")
    FAULT = Cause("fault", Kind.FAULT, PORTAL, ADMINISTRATOR,
        "A fault in the portal", "The worker's log has the details; then retry.")
    OF_ANOTHER_VERSION = Cause("", Kind.FAULT, PORTAL, None,
        "Stopped by another version of the portal",
        "Read the message and act on it; a retry says anew what is wrong.")
    # fmt: on
