"""Causes that lie with the portal itself, and its waiting."""

from __future__ import annotations

from sync.causes.cause import PORTAL, Cause, Kind, Link, Team


class PortalCause:
    # fmt: off
    REMOTE_AWAY = Cause("remote-away", "A system this needs is in trouble",
        "Look at Connections; what waits goes on by itself when the trouble is over.",
        kind=Kind.UNAVAILABLE, system=PORTAL, owner=Team.ADMINISTRATOR, link=Link.CONNECTIONS)
    HELD = Cause("held", "Held by a person",
        "Release the order, or its customer, on the order's page; what waits then goes on.",
        kind=Kind.HELD, system=PORTAL)
    DATABASE = Cause("portal:database", "The portal's own database does not answer",
        "See that the database runs, then retry.",
        kind=Kind.UNAVAILABLE, system=PORTAL, owner=Team.ADMINISTRATOR)
    ALL_IN_USE = Cause("portal:all-in-use", "All connections the portal may open were in use",
        "It goes on by itself. If it comes often, allow more sessions (SAP_SESSIONS) or "
        "connections (MAGENTO_<CODE>_CONNECTIONS), or run fewer worker threads.",
        kind=Kind.UNAVAILABLE, system=PORTAL, owner=Team.ADMINISTRATOR)
    FAULT = Cause("fault", "A fault in the portal",
        "The worker's log has the details; then retry.",
        kind=Kind.FAULT, system=PORTAL, owner=Team.ADMINISTRATOR)
    OF_ANOTHER_VERSION = Cause("", "Stopped by another version of the portal",
        "Read the message and act on it; a retry says anew what is wrong.",
        kind=Kind.FAULT, system=PORTAL)
    # fmt: on
    # fmt: on
