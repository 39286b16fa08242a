"""Every way a sync can fail, sorted by who has to act next.

SyncError
  RemoteUnavailable        the machine: the same call may work later
    OutcomeUnknown         the machine: look before sending again
  RemoteRejected           a person: the remote understood and said no
  RemoteMisconfigured      an administrator: credentials, address, permissions
  UnexpectedRecord         a person: a remote record we cannot read
  MappingMissing           sales or an administrator: an entry in the mappings
  RecordsDisagree          a person: both sides answered, and they differ
  RemoteChanged            an administrator: is this still the shop, or the SAP, it was?
  LeaseLost                nobody: another worker has taken the task over
"""

from __future__ import annotations

NO_MAPPING = {"mapping_table": "", "mapping_key": "", "mapping_field": ""}


class SyncError(Exception):
    """A sync step failed. Subclasses say who has to act.

    ``retry_after`` is what the remote itself asked for; ``settles_after`` is our own: until then a
    write may still be running, and nothing can be concluded. Both are seconds from now.
    ``remote_is_away`` and ``remote_is_unfit`` say that the failure speaks of the remote as a
    whole: it does not answer, or not as it should, whatever it is asked for. A remote that answers,
    but not for one document, is neither: others go on. ``logon_is_refused``: each further try of
    anybody could lock the portal's user.
    """

    settles_after: float | None = None
    remote_is_away = False
    remote_is_unfit = False
    logon_is_refused = False

    def __init__(
        self,
        message: str = "",
        *,
        system: str = "",
        reference: str = "",
        cause_key: str = "",
        retry_after: float | None = None,
        remote_is_away: bool | None = None,
    ) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        if remote_is_away is not None:
            self.remote_is_away = remote_is_away
        self.system = system
        self.reference = reference
        self.cause_key = cause_key
        self.retry_after = retry_after

    @property
    def message(self) -> str:
        """What happened, in words a person can act on; never a secret or customer data."""
        return str(self.args[0])

    @property
    def mapping_columns(self) -> dict[str, str]:
        """The task's columns for the mapping entry it waits for: most failures wait for none."""
        return NO_MAPPING


class RemoteUnavailable(SyncError):
    """The remote did not answer properly; the same call may work later."""

    remote_is_away = True


class OutcomeUnknown(RemoteUnavailable):
    """A write was sent and the reply got lost; look before sending again."""


class RemoteRejected(SyncError):
    """The remote understood the request and said no; a person must look."""


class RemoteMisconfigured(SyncError):
    """Credentials, address or permissions are wrong; an operator must fix settings."""

    remote_is_unfit = True


def logon_refused(message: str, *, system: str = "", cause_key: str) -> RemoteMisconfigured:
    """The error of a logon that was refused: one caller tries for all from now on."""
    error = RemoteMisconfigured(message, system=system, cause_key=cause_key)
    error.logon_is_refused = True
    return error


class UnexpectedRecord(SyncError):
    """A remote record lacks a field, or carries a value, that we rely on."""


class MappingMissing(SyncError):
    """An entry of a ``MappingTable`` is missing; with ``field``, one that is there lacks it."""

    def __init__(
        self, message: str, table: str, key: str, field: str = "", *, reference: str = ""
    ) -> None:
        super().__init__(message, reference=reference, cause_key=f"mapping:{table}:{key}")
        self.table = table
        self.key = key
        self.field = field

    @property
    def mapping_columns(self) -> dict[str, str]:
        """Where the entry is to be added."""
        return {
            "mapping_table": self.table,
            "mapping_key": self.key[:255],
            "mapping_field": self.field,
        }


class RecordsDisagree(SyncError):
    """Both sides were read and differ; a person must decide which one is right."""


class RemoteChanged(SyncError):
    """The remote is not the one it was: the same numbers may mean other documents there."""


class LeaseLost(SyncError):
    """Another worker has taken this task over; nothing more may be written."""
