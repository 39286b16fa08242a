"""``python -m tests.chaos``: orders through the whole cycle under faults, judged from the books."""

from __future__ import annotations

import shlex
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence

from sync.sandbox.shop.versions import NEWER, VERSIONS
from tests.chaos.clerks import SHAPES
from tests.chaos.command_line import DATABASES, a_parser, tell, what_every_run_is_told
from tests.chaos.events import SHARE
from tests.chaos.options import Options
from tests.chaos.run import perform

SHOPS = {**{name: [name] for name in VERSIONS}, "both": list(VERSIONS)}


def main(arguments: Sequence[str] | None = None) -> None:
    """One run for each database and version; the last line of each is for machines.

    Raises SystemExit when anything was lost, doubled, wrong, stuck or untrue.
    """
    asked = _parser().parse_args(arguments)
    results = [
        _run(kind, version, asked)
        for kind in DATABASES[asked.db]
        for version in SHOPS[asked.shop_version]
    ]
    if not all(results):
        sys.exit("Chaos found something: see above.")


def _parser() -> ArgumentParser:
    parser = a_parser(
        "Push orders through the whole cycle while processes and remotes fail; judge the books.",
        orders=300, patience=150.0,
    )  # fmt: skip
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
    parser.add_argument(
        "--only", type=_names, default=frozenset(), help="kinds of faults, by comma; see faults.py"
    )
    parser.add_argument(
        "--at", type=_names, default=frozenset(), help="calls where faults strike, by comma"
    )
    parser.add_argument("--shapes", type=_shapes, default=(), help="of orders, by comma")
    parser.add_argument("--deliveries", type=int, default=0, help="of each order; 0: 1 to 3")
    parser.add_argument(
        "--events", type=float, default=SHARE, metavar="SHARE",
        help="of the orders to which people do something by hand; see events.py",
    )  # fmt: skip
    parser.add_argument("--clickers", type=int, default=2, help="people of each role")
    parser.add_argument("--worker-command", default="", help="for tests: another worker")
    return parser


def _names(wanted: str) -> frozenset[str]:
    return frozenset(filter(None, wanted.split(",")))


def _shapes(wanted: str) -> tuple[str, ...]:
    """Raises ArgumentTypeError for a shape no order has."""
    chosen = tuple(filter(None, wanted.split(",")))
    if unknown := set(chosen) - set(SHAPES):
        known = ", ".join(SHAPES)
        raise ArgumentTypeError(f"no such shape: {', '.join(sorted(unknown))}; known: {known}")
    return chosen


def _run(kind: str, version: str, asked: Namespace) -> bool:
    with what_every_run_is_told("chaos-", kind, asked) as told:
        wanted = Options(
            **told,
            shop_version=version,
            workers=asked.workers,
            at_once=asked.at_once,
            fault_every=asked.fault_every,
            lease=asked.lease,
            server_time=asked.server_time,
            only=asked.only,
            at=asked.at,
            shapes=asked.shapes,
            deliveries=asked.deliveries,
            events=asked.events,
            clickers=asked.clickers,
            worker_command=tuple(shlex.split(asked.worker_command)),
        )
        return perform(wanted, tell).is_good


if __name__ == "__main__":
    main()
