"""What the commands share that run the whole portal as processes of its own."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

DATABASES = {"sqlite": ["sqlite"], "postgres": ["postgres"], "both": ["sqlite", "postgres"]}


class RunCommand(BaseCommand):
    """Tells what happens as it happens, and leaves nothing behind."""

    requires_system_checks: list[str] = []
    orders = 24
    patience = 60.0

    def add_arguments(self, parser: CommandParser) -> None:
        """How many orders, which seed, which database, and what stays."""
        parser.add_argument("--orders", type=int, default=self.orders)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--db", choices=sorted(DATABASES), default="sqlite")
        parser.add_argument("--patience", type=float, default=self.patience, metavar="SECONDS")
        parser.add_argument("--ports-from", type=int, default=0, help="0: any free ports")
        parser.add_argument("--keep", action="store_true", help="keep the logs and the books")

    @contextmanager
    def run_in(self, prefix: str, kind: str, options: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """What every run is told, in a directory that is gone afterwards unless it is kept."""
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        directory = Path(tempfile.mkdtemp(prefix=prefix))
        try:
            yield {
                "directory": directory,
                "manage": (sys.executable, str(Path(settings.BASE_DIR) / "manage.py")),
                "database": kind,
                **{name: options[name] for name in ("orders", "seed", "patience", "ports_from")},
            }
        finally:
            if options["keep"]:
                self.tell(f"kept: {directory}")
            else:
                shutil.rmtree(directory, ignore_errors=True)

    def tell(self, line: str) -> None:
        """At once, also into a pipe."""
        self.stdout.write(line)
        self.stdout.flush()
