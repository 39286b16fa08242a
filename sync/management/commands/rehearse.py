"""Rehearses the restore of yesterday's database, with real processes, judged from the books."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.management.commands.chaos import DATABASES
from sync.sandbox.chaos.options import Options
from sync.sandbox.chaos.rehearsal import rehearse


class Command(BaseCommand):
    """Exits 0 only when the portal found again all that was done since the dump."""

    help = "Restore yesterday's database under the portal while orders are under way; judge it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """How many orders, which seed, which database."""
        parser.add_argument("--orders", type=int, default=24)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--db", choices=sorted(DATABASES), default="sqlite")
        parser.add_argument("--patience", type=float, default=60.0, metavar="SECONDS")
        parser.add_argument("--ports-from", type=int, default=0, help="0: any free ports")
        parser.add_argument("--keep", action="store_true", help="keep the logs and the books")

    def handle(self, *args: Any, **options: Any) -> None:
        """One rehearsal for each database; the last line of each is for machines."""
        if options["orders"] < 3:
            raise CommandError("At least 3 orders are needed: before, between and after.")
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left behind
        results = [self._run(kind, options) for kind in DATABASES[options["db"]]]
        if not all(results):
            raise CommandError("The restore was not found again whole: see above.")

    def _run(self, kind: str, options: dict[str, Any]) -> bool:
        directory = Path(tempfile.mkdtemp(prefix="rehearsal-"))
        try:
            wanted = Options(
                directory=directory,
                manage=(sys.executable, str(Path(settings.BASE_DIR) / "manage.py")),
                orders=options["orders"],
                seed=options["seed"],
                database=kind,
                workers=2,
                at_once=max(3, options["orders"] // 3),
                patience=options["patience"],
                ports_from=options["ports_from"],
                server_time=2.0,
            )
            return rehearse(wanted, self._tell).is_good
        finally:
            if options["keep"]:
                self._tell(f"kept: {directory}")
            else:
                shutil.rmtree(directory, ignore_errors=True)

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
