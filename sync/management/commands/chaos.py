"""Runs chaos: real processes under faults, judged from the books of both stand-ins."""

from __future__ import annotations

import shlex
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError, CommandParser

from sync.management.run_command import DATABASES, RunCommand
from sync.sandbox.chaos.clerks import SHAPES
from sync.sandbox.chaos.events import SHARE
from sync.sandbox.chaos.options import Options
from sync.sandbox.chaos.run import perform
from sync.sandbox.shop.versions import NEWER, VERSIONS

SHOPS = {**{name: [name] for name in VERSIONS}, "both": list(VERSIONS)}


def _shapes(wanted: str) -> tuple[str, ...]:
    """Raises ArgumentTypeError for a shape no order has."""
    chosen = tuple(filter(None, wanted.split(",")))
    if unknown := set(chosen) - set(SHAPES):
        known = ", ".join(SHAPES)
        raise ArgumentTypeError(f"no such shape: {', '.join(sorted(unknown))}; known: {known}")
    return chosen


class Command(RunCommand):
    """Exits 0 only when nothing was lost, doubled, wrong, stuck or untrue."""

    help = "Push orders through the whole cycle while processes and remotes fail; judge the books."
    orders = 300
    patience = 150.0

    def add_arguments(self, parser: CommandParser) -> None:
        """How many orders, which seed, which database."""
        super().add_arguments(parser)
        parser.add_argument(
            "--shop-version", choices=sorted(SHOPS), default=NEWER.name,
            help="the Magento version the stand-in shop plays",
        )  # fmt: skip
        parser.add_argument("--workers", type=int, default=3)
        parser.add_argument("--at-once", type=int, default=40, help="orders under way at a time")
        parser.add_argument("--fault-every", type=float, default=4.0, metavar="SECONDS")
        parser.add_argument("--lease", type=int, default=15, metavar="SECONDS")
        parser.add_argument(
            "--server-time", type=float, default=7.0, metavar="SECONDS",
            help="the longest a stand-in is made to work on a call",
        )  # fmt: skip
        parser.add_argument("--only", default="", help="kinds of faults, by comma; see faults.py")
        parser.add_argument("--at", default="", help="calls where faults strike, by comma")
        parser.add_argument("--shapes", type=_shapes, default=(), help="of orders, by comma")
        parser.add_argument("--deliveries", type=int, default=0, help="of each order; 0: 1 to 3")
        parser.add_argument(
            "--events", type=float, default=SHARE, metavar="SHARE",
            help="of the orders to which people do something by hand; see events.py",
        )  # fmt: skip
        parser.add_argument("--clickers", type=int, default=2, help="people of each role")
        parser.add_argument("--worker-command", default="", help="for tests: another worker")

    def handle(self, *args: Any, **options: Any) -> None:
        """One run for each database and version; the last line of each is for machines."""
        results = [
            self._run(kind, version, options)
            for kind in DATABASES[options["db"]]
            for version in SHOPS[options["shop_version"]]
        ]
        if not all(results):
            raise CommandError("Chaos found something: see above.")

    def _run(self, kind: str, version: str, options: dict[str, Any]) -> bool:
        with self.run_in("chaos-", kind, options) as shared:
            wanted = Options(
                **shared,
                shop_version=version,
                workers=options["workers"],
                at_once=options["at_once"],
                fault_every=options["fault_every"],
                lease=options["lease"],
                server_time=options["server_time"],
                only=frozenset(filter(None, options["only"].split(","))),
                at=frozenset(filter(None, options["at"].split(","))),
                shapes=options["shapes"],
                deliveries=options["deliveries"],
                events=options["events"],
                clickers=options["clickers"],
                worker_command=tuple(shlex.split(options["worker_command"])),
            )
            return perform(wanted, self.tell).is_good
