"""Prunes the ledger now, as the scheduler does little by little."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync.jobs.prune import PRUNINGS, outlook, prune_all
from sync.models import clock


class Command(BaseCommand):
    """Any number may run, beside the scheduler, while people and workers work."""

    help = "Remove payloads and finished rounds that are older than the settings keep them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell rows and bytes")

    def handle(self, *args: Any, **options: Any) -> None:
        with clock.going_by_the_database():
            if options["dry_run"]:
                self._tell()
                return
            for pruning, changed in prune_all():
                self.stdout.write(f"{pruning.says}: {changed} rows")

    def _tell(self) -> None:
        for pruning in PRUNINGS:
            found = outlook(pruning)
            size = f"{found.payload_bytes:,} bytes of payloads"
            self.stdout.write(f"{pruning.says}: {found.rows} rows, {size}")
