"""The demo's processes and how they are supervised: kept up, and all gone when the demo ends."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1
SUPERVISOR = """\
[supervisord]
nodaemon=true
logfile={logs}/supervisor.log
pidfile={data}/supervisor.pid
childlogdir={logs}
"""
PROGRAM = """
[program:{name}]
command={command}
priority={priority}
autorestart=true
startretries=20
stopasgroup=true
killasgroup=true
stopwaitsecs=20
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=1
"""


def supervisor_config(data: Path, commands: Mapping[str, str]) -> str:
    """The supervisor's configuration; programs start in the order given."""
    logs = _escaped(str(data / "logs"))
    programs = [
        PROGRAM.format(name=name, command=_escaped(command), priority=at, logs=logs)
        for at, (name, command) in enumerate(commands.items(), start=1)
    ]
    return SUPERVISOR.format(data=_escaped(str(data)), logs=logs) + "".join(programs)


def _escaped(value: str) -> str:
    """The supervisor expands ``%(name)s``; a plain per cent sign is written twice."""
    return value.replace("%", "%%")


def start_supervisor(config: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start the supervisor; it ends with this process, however that dies."""
    arguments = [sys.executable, "-m", "supervisor.supervisord", "-c", str(config)]
    return subprocess.Popen(
        arguments,
        env=dict(environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def die_with_parent() -> None:
    """For ``preexec_fn``: the child is told to end when the thread that made it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
            os._exit(1)
