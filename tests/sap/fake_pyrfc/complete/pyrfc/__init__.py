"""pyrfc 3.3.1 as it imports with the NW RFC SDK; its connections lead to the stand-in SAP.

``PYRFC_FAKE_STANDIN`` names the stand-in's address.
"""

from __future__ import annotations

import os
from typing import Any

from sync.sandbox.sap import connect
from sync.sandbox.sap.exceptions import CommunicationError, RFCError, RFCLibError

__all__ = ["CommunicationError", "Connection", "RFCError", "RFCLibError"]


def Connection(config: dict[str, Any] | None = None, **params: str) -> Any:
    """As ``pyrfc.Connection``."""
    for name, value in params.items():
        if type(value) is not str:
            # The real one frees uninitialised pointers here and takes the process with it.
            raise SystemError(f"parameter {name} would have killed the process")
    return connect(config, standin_url=os.environ["PYRFC_FAKE_STANDIN"], **params)
