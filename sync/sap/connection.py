"""Opening a connection to SAP; the only importer of pyrfc."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

from sync.errors import RemoteMisconfigured, RemoteUnavailable, SyncError, logon_refused

SYSTEM = "sap"
INVALID_PARAMETER = 20


class RfcConnection(Protocol):
    """What we use of pyrfc's connection; the stand-in keeps the same contract."""

    def call(self, name: str, /, **parameters: Any) -> dict[str, Any]:
        """Call a function module."""

    def get_function_description(self, name: str, /) -> Any:
        """The interface of a function module."""

    def get_connection_attributes(self) -> Mapping[str, Any]:
        """Who is connected to what, as told at the logon."""

    def close(self) -> None:
        """End the ABAP session."""


Connect = Callable[..., Any]


def connect(**parameters: str) -> Any:
    """Open a connection through pyrfc."""
    try:
        # Imported late: the SDK behind pyrfc is absent in development and CI. Asking for the class,
        # not the package, is the test: `import pyrfc` succeeds without the library.
        from pyrfc import Connection
    except ImportError as exc:
        raise RemoteMisconfigured(
            "SAP's RFC library is not installed. Install the SAP NW RFC SDK 7.50, set "
            "SAPNWRFC_HOME, make its lib folder known to the loader, and run "
            "pip install -r requirements-pyrfc.txt.",
            system=SYSTEM,
            cause_key="sap:pyrfc-missing",
        ) from exc
    return Connection(**parameters)


def exact_parameters(parameters: Mapping[str, str | None]) -> dict[str, str]:
    """Connection parameters as exact ``str``: anything else kills the process inside pyrfc."""
    exact = {}  # str() would leave a subclass of str as it is
    for name, value in parameters.items():
        if value is None:
            continue
        if not isinstance(value, str):
            raise RemoteMisconfigured(
                f"The SAP connection parameter {name} must be text.", system=SYSTEM
            )
        exact[str.__str__(name)] = str.__str__(value)
    return exact


def open_connection(connect: Connect, parameters: Mapping[str, str | None]) -> RfcConnection:
    """Open; a failure here is safe to repeat, since nothing was called yet."""
    exact = exact_parameters(parameters)
    try:
        return cast(RfcConnection, connect(**exact))
    except SyncError:
        raise
    except Exception as exc:
        error = _opening_error(exc)
        if error is None:
            raise
        raise error from exc


def class_names(exc: BaseException) -> set[str]:
    """Names of the exception's classes: pyrfc and the stand-in share names, not classes."""
    return {ancestor.__name__ for ancestor in type(exc).__mro__}


def _opening_error(exc: Exception) -> SyncError | None:
    """Who must act on a failed opening; ``None`` for what is no remote failure at all."""
    names, code = class_names(exc), getattr(exc, "code", None)
    if "LogonError" in names or "ExternalAuthorizationError" in names:
        return logon_refused(
            "SAP refused the logon. Check user, password, client and language, and whether the "
            "user is locked in SAP.",
            system=SYSTEM,
            cause_key="sap:logon",
        )
    if code == INVALID_PARAMETER or (names & {"RFCError"} and "RFCLibError" not in names):
        return RemoteMisconfigured(
            "SAP's RFC library refused the connection parameters. Check host, system number and "
            "client.",
            system=SYSTEM,
            cause_key="sap:connection-parameters",
        )
    if "RFCLibError" in names or isinstance(exc, OSError):
        return RemoteUnavailable(
            "SAP could not be reached.", system=SYSTEM, cause_key="sap:unreachable"
        )
    return None
