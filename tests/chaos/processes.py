"""The processes of a run: started, killed, paused, and started again when they died."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sync.sandbox.processes import die_with_parent

END_WITHIN_SECONDS = 15.0


@dataclass(slots=True)
class Process:
    """One process of the run, and how to start it again."""

    name: str
    command: Sequence[str]
    running: subprocess.Popen[bytes]
    is_kept_up: bool = True
    is_paused: bool = False
    starts: int = 1


@dataclass(slots=True)
class Crew:
    """All processes of a run. For one thread: children die with the thread that made them."""

    logs: Path
    environment: Mapping[str, str]
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a process that is kept up until it is retired."""
        self.processes[name] = Process(name, command, self._spawn(name, command))

    def names(self, prefix: str) -> list[str]:
        """The living, unpaused processes whose name begins so."""
        return [
            one.name
            for one in self.processes.values()
            if one.name.startswith(prefix) and one.running.poll() is None and not one.is_paused
        ]

    def kill(self, name: str) -> None:
        """End at once, as a power cut does."""
        self._signal(name, signal.SIGKILL)

    def pause(self, name: str) -> None:
        """Freeze, as a stalled machine does."""
        self._signal(name, signal.SIGSTOP)
        self.processes[name].is_paused = True

    def resume(self, name: str) -> None:
        """Go on where it was frozen."""
        self._signal(name, signal.SIGCONT)
        self.processes[name].is_paused = False

    def retire(self, name: str) -> None:
        """Ask to end, and start no other."""
        self.processes[name].is_kept_up = False
        self._signal(name, signal.SIGTERM)

    def keep_up(self) -> None:
        """Start again what has died."""
        for name, process in list(self.processes.items()):
            if process.running.poll() is None:
                continue
            if not process.is_kept_up:
                del self.processes[name]
                continue
            process.running = self._spawn(name, process.command)
            process.is_paused = False
            process.starts += 1

    def end(self) -> None:
        """End all, in the reverse order of their start; none is left behind."""
        for name in [one for one, process in self.processes.items() if process.is_paused]:
            self.resume(name)
        for name in reversed(list(self.processes)):
            self._signal(name, signal.SIGTERM)
        deadline = time.monotonic() + END_WITHIN_SECONDS
        for process in self.processes.values():
            try:
                process.running.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.running.pid, signal.SIGKILL)
                process.running.wait()
        self.processes.clear()

    def _signal(self, name: str, number: signal.Signals) -> None:
        """To its children as well: faketime passes nothing on."""
        running = self.processes[name].running
        if running.poll() is None:
            os.killpg(running.pid, number)

    def _spawn(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                list(command),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )


def free_ports(count: int, wanted: int = 0) -> list[int]:
    """Ports nobody listens on, from ``wanted`` on, or any."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
                found.append(probe.getsockname()[1])
            except OSError:
                pass
        wanted += 1 if wanted else 0
    return found
