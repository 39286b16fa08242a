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
"""

from __future__ import annotations

from typing import ClassVar

from sync.causes.cause import Cause, Kind
from sync.causes.orders import OrderCause
from sync.teams import Team


class SyncError(Exception):
    """A sync step failed: ``message`` says what happened, to which document, without a secret or
    customer data; ``remedy`` says what to do where the cause's own is not meant.

    ``detail`` parts what one repair does not clear. ``retry_after`` is what the remote itself asked
    for; ``settles_after`` is our own: until then a write may still be running, and nothing can be
    concluded. Both are seconds from now.
    """

    kind: ClassVar[Kind]
    settles_after: float | None = None
    remote_is_unfit: ClassVar[bool] = False  # it answers, and not as it should, to everybody
    logon_is_refused: ClassVar[bool] = False  # each further try of anybody could lock the user
    sap_message: tuple[str, str] = ("", "")  # class and number of the message that SAP refused with

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
        """Of which remote it speaks."""
        return self.cause.system

    @property
    def cause_key(self) -> str:
        """What the tasks share that stopped for the same reason."""
        return self.cause.key(self.detail)

    @property
    def remote_is_away(self) -> bool:
        """Whether the remote does not answer, whatever it is asked for. One that answers, but not
        for one document, is not away: others go on."""
        return self.cause.means_remote_is_away


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
    """The portal's user was refused: one caller tries for all from now on."""

    logon_is_refused = True


class UnexpectedRecord(SyncError):
    """A remote record lacks a field, or carries a value, that we rely on."""

    kind = Kind.UNEXPECTED


class MappingMissing(SyncError):
    """A mapping entry is missing; ``mapping`` names the table, ``key`` the missing entry."""

    kind = Kind.MAPPING_MISSING

    def __init__(self, message: str, *, mapping: str, key: str, reference: str = "") -> None:
        cause = OrderCause.MAPPING_MISSING
        super().__init__(message, cause=cause, detail=f"{mapping}:{key}", reference=reference)
        self.mapping = mapping
        self.key = key


class RecordsDisagree(SyncError):
    """Both sides were read and differ; a person must decide which one is right."""

    kind = Kind.DISAGREE


class RemoteChanged(SyncError):
    """The remote is not the one it was: the same numbers may mean other documents there."""

    kind = Kind.CHANGED


class LeaseLost(Exception):
    """Another worker may have taken the task over: nothing more may be written. Nobody's failure:
    the run ends, and whoever has the task goes on."""
