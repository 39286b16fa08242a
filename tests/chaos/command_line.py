"""What the command lines of a run and of a rehearsal share."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DATABASES = {"sqlite": ["sqlite"], "postgres": ["postgres"], "both": ["sqlite", "postgres"]}


def a_parser(description: str, *, orders: int, patience: float) -> ArgumentParser:
    """How many orders, which seed, which database, and what stays."""
    parser = ArgumentParser(description=description)
    parser.add_argument("--orders", type=int, default=orders)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--db", choices=sorted(DATABASES), default="sqlite")
    parser.add_argument("--patience", type=float, default=patience, metavar="SECONDS")
    parser.add_argument("--ports-from", type=int, default=0, help="0: any free ports")
    parser.add_argument("--keep", action="store_true", help="keep the logs and the books")
    return parser


@contextmanager
def what_every_run_is_told(prefix: str, kind: str, asked: Namespace) -> Iterator[dict[str, Any]]:
    """Its share of the options, in a directory that is gone afterwards unless it is kept."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    directory = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield {
            "directory": directory,
            "database": kind,
            **{name: getattr(asked, name) for name in ("orders", "seed", "patience", "ports_from")},
        }
    finally:
        if asked.keep:
            tell(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


def tell(line: str) -> None:
    """At once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
