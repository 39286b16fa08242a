"""Every way a sync can fail: one class for each kind. Why it failed says the cause (sync.causes).

SyncError
  RemoteUnavailable        the machine: the same call may work later
    OutcomeUnknown         the machine: look before sending again
  RemoteRejected           a person: the remote understood and said no
  RemoteMisconfigured      an administrator: credentials, address, permissions
    LogonRefused           an administrator, before the portal's user is locked
  UnexpectedRecord         a person: a remote record we cannot read
  MappingMissing           sales or an administrator: an entry in the mappings
  RecordsDisagree          a person: both sides answered, and they differ
  RemoteChanged            an administrator: is this still the shop, or the SAP, it was?
  OrderHeld                whoever releases what a person has held
"""

from __future__ import annotations

from typing import ClassVar

from sync.causes.cause import Cause, Kind, Team
from sync.causes.orders import OrderCause
from sync.mapping_tables import MappingTable, MissingEntry


class SyncError(Exception):
    """A sync step failed. ``message`` says what happened, to which document, without a secret or
    customer data; ``remedy`` replaces the cause's own.

    ``detail`` separates failures that need their own repair. ``retry_after`` is what the remote
    itself asked for; ``settles_after`` is our own: until then a write may still be running, and
    nothing can be concluded. Both are seconds from now.
    """

    kind: ClassVar[Kind]
    settles_after: float | None = None
    remote_is_unfit: ClassVar[bool] = False  # it answers, but wrongly, to everybody
    logon_is_refused: ClassVar[bool] = False  # any further try could lock the user

    def __init__(
        self,
        message: str,
        *,
        cause: Cause,
        detail: str = "",
        reference: str = "",
        remedy: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.cause = cause
        self.detail = detail
        self.reference = reference
        self.headline = cause.headline
        self.remedy = remedy or cause.remedy
        self.owner: Team | None = cause.owner
        self.retry_after = retry_after

    @property
    def system(self) -> str:
        return self.cause.system

    @property
    def cause_key(self) -> str:
        return self.cause.key(self.detail)

    @property
    def remote_is_away(self) -> bool:
        """Whether the remote does not answer at all. One that fails for one document only is not
        away: other documents go on."""
        return self.cause.means_remote_is_away

    @property
    def own_columns(self) -> dict[str, str]:
        """The task's columns that only errors of this class fill."""
        return {}


class RemoteUnavailable(SyncError):
    """The remote did not answer properly; the same call may work later."""

    kind = Kind.UNAVAILABLE


class OutcomeUnknown(RemoteUnavailable):
    """A write was sent and the reply got lost; look before sending again."""

    kind = Kind.OUTCOME_UNKNOWN


class RemoteRejected(SyncError):
    """The remote understood the request and said no; a person must look."""

    kind = Kind.REJECTED


class RemoteMisconfigured(SyncError):
    """Credentials, address or permissions are wrong; an operator must fix settings."""

    kind = Kind.MISCONFIGURED
    remote_is_unfit = True


class LogonRefused(RemoteMisconfigured):
    """The portal's user was refused: from now on only one caller tries, for all."""

    logon_is_refused = True


class UnexpectedRecord(SyncError):
    """A remote record lacks a field, or carries a value, that we rely on."""

    kind = Kind.UNEXPECTED


class MappingMissing(SyncError):
    """An entry of a ``MappingTable`` is missing, or with ``field`` an entry lacks that field."""

    kind = Kind.MAPPING_MISSING

    def __init__(
        self, message: str, table: MappingTable, key: str, field: str = "", *, reference: str = ""
    ) -> None:
        self.entry = entry = MissingEntry(table, key, field)
        super().__init__(
            message,
            cause=OrderCause.MAPPING_MISSING,
            detail=f"{table}:{key}",
            reference=reference,
            remedy=entry.remedy,
        )
        self.headline = f"Missing {entry.description} {entry.named_key}"
        self.owner = table.facts.team

    @property
    def own_columns(self) -> dict[str, str]:
        table, key, field = self.entry
        return {"mapping_table": table, "mapping_key": key[:255], "mapping_field": field}


class RecordsDisagree(SyncError):
    """Both sides were read and differ; a person must decide which one is right."""

    kind = Kind.DISAGREE


class RemoteChanged(SyncError):
    """The remote is not the one it was: the same numbers may mean other documents there."""

    kind = Kind.CHANGED


class OrderHeld(SyncError):
    """A person has held the order, or its customer, before the write left: nothing was sent."""

    kind = Kind.HELD


class LeaseLost(Exception):
    """Another worker may have taken over the task: nothing more may be written. This is no failure:
    the run ends, and whoever has the task goes on."""
