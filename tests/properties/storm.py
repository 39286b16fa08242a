"""Wires that fail as real ones do: killed workers, lost and late answers, workers that stall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sync.fence import refuse_if_late, sending_within
from sync.sandbox.sap.connection import Connection
from sync.sandbox.sap.exceptions import RFCLibError, communication_failure
from tests.properties.virtual_time import VirtualTime
from tests.wire import Killed, Line, WiredConnection

SAP_WRITES = ("BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT")
LONGEST = timedelta(seconds=119)  # a server works on; below both settle times
FOR_OTHERS = 10**9  # seconds: the fence of a stalled worker is not that of the others

KINDS = (
    "kill before", "kill after", "kill late", "lose before", "lose after", "lose late",
    "stall before", "stall after", "cut sessions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person, a clerk or a machine does; ``number`` chooses among what is there."""

    verb: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens at the ``at``-th remote call (or write) from now; others act ``meanwhile``."""

    kind: str
    at: int
    only_writes: bool
    meanwhile: tuple[Act, ...] = ()


@dataclass(slots=True)
class LateWrite:
    """A call nobody waits for any more, that a server still works on."""

    deadline: datetime
    carry_out: Callable[[], Any]


@dataclass
class Storm:
    """The trouble that is armed, and the writes that are still to take effect."""

    time: VirtualTime
    act: Callable[[Act], None]
    armed: list[tuple[Trouble, list[int]]] = field(default_factory=list)
    late: list[LateWrite] = field(default_factory=list)
    struck: int = 0

    def arm(self, trouble: Trouble) -> None:
        """Let it happen ``at`` calls from now."""
        self.armed.append((trouble, [trouble.at]))

    def strike(self, is_write: bool) -> Trouble | None:
        """Count one call; the trouble that happens to it."""
        found: Trouble | None = None
        for entry in list(self.armed):
            trouble, left = entry
            if trouble.only_writes and not is_write:
                continue
            left[0] -= 1
            if left[0] <= 0 and found is None:
                self.armed.remove(entry)
                found = trouble
        self.struck += found is not None
        return found

    def stall(self, trouble: Trouble) -> None:
        """A worker stands still; the others go on."""
        with sending_within(FOR_OTHERS):
            for act in trouble.meanwhile:
                self.act(act)

    def happen(self, until: datetime) -> None:
        """Late writes take effect by their deadline at the latest."""
        for write in sorted(self.late, key=lambda one: one.deadline):
            if write.deadline <= until:
                self.time.go_to(write.deadline)
                self.finish(write)

    def finish(self, write: LateWrite) -> None:
        """The server comes to the end of a call."""
        self.late.remove(write)
        write.carry_out()


class StormLine(Line):
    """One worker's wires to both remotes."""

    def __init__(self, storm: Storm) -> None:
        super().__init__()
        self._storm = storm
        self.detach: Callable[[], Callable[[], Any]] | None = None

    def carry(self, name: str, call: Callable[[], Any]) -> Any:
        """Do one remote call, with whatever happens to it."""
        if self.is_dead:
            raise Killed
        is_sap = " " not in name
        is_write = name in SAP_WRITES if is_sap else not name.startswith("GET ")
        detach, self.detach = self.detach, None
        trouble = self._storm.strike(is_write)
        if trouble is None:
            return self._send(call, is_sap)
        how, _, when = trouble.kind.partition(" ")
        if how == "stall":
            return self._stall(trouble, call, is_sap, when)
        if how == "cut":
            self._storm.act(Act("cut"))
            return self._send(call, is_sap)
        if when == "after":
            self._send(call, is_sap)
        elif when == "late" and is_write:
            self._leave(detach() if detach else call)
        if how == "kill":
            self.is_dead = True
            raise Killed
        raise communication_failure("cut") if is_sap else ConnectionResetError("cut")

    def _send(self, call: Callable[[], Any], is_sap: bool) -> Any:
        if not is_sap:
            refuse_if_late()  # as the product's adapter does when the bytes leave
        return call()

    def _stall(self, trouble: Trouble, call: Callable[[], Any], is_sap: bool, when: str) -> Any:
        if when == "before" and not is_sap:
            self._storm.stall(trouble)
            return self._send(call, is_sap)
        answer = self._send(call, is_sap)
        self._storm.stall(trouble)
        return answer

    def _leave(self, carry_out: Callable[[], Any]) -> None:
        deadline = self._storm.time() + LONGEST
        self._storm.late.append(LateWrite(deadline, carry_out))


class StormConnection(WiredConnection):
    """An RFC connection whose session may outlive it, while SAP still works on a call."""

    def __init__(self, connection: Connection, line: StormLine) -> None:
        super().__init__(connection, line)
        self._storm_line = line

    def call(self, func_name: str, *args: Any, **parameters: Any) -> Any:
        """One function module."""
        self._storm_line.detach = partial(self._detach, func_name, parameters)
        return super().call(func_name, *args, **parameters)

    def _detach(self, func_name: str, parameters: dict[str, Any]) -> Callable[[], None]:
        """Take the session away from the client; SAP goes on with it alone."""
        given = {key: value for key, value in parameters.items() if key != "options"}
        connection = self._connection
        wire = connection._filled(connection._module(func_name), given, set())
        transport, connection._transport = connection._transport, None
        assert transport is not None

        def carry_out() -> None:
            try:
                transport.call(func_name, wire, None)
            except RFCLibError:
                return  # nobody is there to hear it
            finally:
                transport.close()

        return carry_out
