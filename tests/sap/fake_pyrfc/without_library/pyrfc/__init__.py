"""pyrfc 3.3.1 as it imports without the NW RFC SDK: only the exception classes (pyrfc sheet 1)."""

from __future__ import annotations

import sys

sys.stdout.write("libsapnwrfc.so: cannot open shared object file: No such file or directory\n")


class RFCError(Exception):
    """Raised by pyrfc itself."""


class RFCLibError(RFCError):
    """Raised by SAP's library."""


class CommunicationError(RFCLibError):
    """The network."""
