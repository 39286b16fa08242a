"""Rehearses the restore of yesterday's database, with real processes, judged from the books."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from sync.management.run_command import DATABASES, RunCommand
from sync.sandbox.chaos.options import Options
from sync.sandbox.chaos.rehearsal import rehearse


class Command(RunCommand):
    """Exits 0 only when the portal found again all that was done since the dump."""

    help = "Restore yesterday's database under the portal while orders are under way; judge it."

    def handle(self, *args: Any, **options: Any) -> None:
        """One rehearsal for each database; the last line of each is for machines."""
        if options["orders"] < 3:
            raise CommandError("At least 3 orders are needed: before, between and after.")
        results = [self._run(kind, options) for kind in DATABASES[options["db"]]]
        if not all(results):
            raise CommandError("The restore was not found again whole: see above.")

    def _run(self, kind: str, options: dict[str, Any]) -> bool:
        with self.run_in("rehearsal-", kind, options) as shared:
            at_once = max(3, options["orders"] // 3)
            wanted = Options(**shared, workers=2, at_once=at_once, server_time=2.0)
            return rehearse(wanted, self.tell).is_good
