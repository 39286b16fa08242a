"""``python -m tests.chaos.rehearse``: yesterday's database comes back while orders are under way.

What was done since must be found again. The stand-ins keep what happened: SAP has the orders, the
shop the shipments and invoices. Judged as a run of chaos is: nothing lost, doubled, mailed twice or
left to a person.
"""

from __future__ import annotations

import random
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Sequence

from tests.chaos.clerks import SHAPES, Clerks, write_script
from tests.chaos.command_line import DATABASES, a_parser, tell, what_every_run_is_told
from tests.chaos.databases import dump, restore, rows
from tests.chaos.judge import Finding
from tests.chaos.options import Options
from tests.chaos.processes import Crew
from tests.chaos.run import Stage, Tell, Verdict, come_to_rest, judge_all, staged

PORTAL = ("web", "scheduler", "worker")
STOPS_WITHIN_SECONDS = 20
KNOWN = (
    "SELECT (SELECT count(*) FROM sync_salesorder WHERE sap_read_at IS NOT NULL), "
    "(SELECT count(*) FROM sync_shipment), (SELECT count(*) FROM sync_invoice)"
)
Commands = dict[str, Sequence[str]]


def main(arguments: Sequence[str] | None = None) -> None:
    """One rehearsal for each database; the last line of each is for machines.

    Raises SystemExit when the portal did not find again all that was done since the dump.
    """
    parser = a_parser(
        "Restore yesterday's database under the portal while orders are under way; judge it.",
        orders=24, patience=60.0,
    )  # fmt: skip
    asked = parser.parse_args(arguments)
    if asked.orders < 3:
        parser.error("At least 3 orders are needed: before, between and after.")
    results = [_run(kind, asked) for kind in DATABASES[asked.db]]
    if not all(results):
        sys.exit("The restore was not found again whole: see above.")


def _run(kind: str, asked: Namespace) -> bool:
    with what_every_run_is_told("rehearsal-", kind, asked) as told:
        at_once = max(3, asked.orders // 3)
        return rehearse(Options(**told, workers=2, at_once=at_once, server_time=2.0), tell).is_good


def rehearse(options: Options, tell: Tell) -> Verdict:
    """The whole rehearsal; tells what happens, the machine-readable line last."""
    tell(f"seed={options.seed} orders={options.orders} database={options.database}")
    began = time.monotonic()
    with staged(options) as stage:
        verdict = _play(stage, tell)
    for one in verdict.findings[:200]:
        tell(f"  {one.kind}: {one.order}: {one.text}")
    tell(f"{(time.monotonic() - began) / 60:.1f} minutes in all")
    tell(verdict.line)
    return verdict


def _play(stage: Stage, tell: Tell) -> Verdict:
    """SAP has billed a third of the orders when the database is dumped, two thirds when it is
    restored; the others are anywhere between the shop and their invoice."""
    options = stage.options
    rng = random.Random(options.seed)
    shapes = options.shapes or SHAPES
    scripts = [write_script(rng, shapes, events=0) for _ in range(options.orders)]
    clerks = Clerks(stage.shop, stage.sap, scripts, options.at_once)
    copy = options.directory / "yesterday"
    clerks.thread.start()
    _wait(stage, lambda: len(clerks.finished) >= options.orders // 3)
    dump(stage.database, copy)
    tell(f"dumped: {_known(stage)}")
    _wait(stage, lambda: len(clerks.finished) >= options.orders * 2 // 3)
    before = _counts(stage)
    commands = _stop_portal(stage.crew)
    restore(stage.database, copy)
    stage.flush_redis()
    tell(f"restored: {before[0]} orders in SAP, {before[1]} shipments, {before[2]} invoices were "
         f"known; now {_known(stage)}")  # fmt: skip
    forgot = before[0] > _counts(stage)[0]
    for name, command in commands.items():
        stage.crew.start(name, command)
    come_to_rest(stage, clerks, tell)
    clerks.stop.set()
    clerks.thread.join(60)
    findings = judge_all(stage, clerks.placed, is_hurt=False)
    if not forgot:
        findings.append(Finding("lost", "the rehearsal", "the restored database forgot nothing"))
    return Verdict(len(clerks.placed), 0, findings)


def _wait(stage: Stage, is_so: Callable[[], bool]) -> None:
    """Until it is so, or for as long as the run is patient."""
    deadline = time.monotonic() + stage.options.patience
    while not is_so() and time.monotonic() < deadline:
        stage.crew.keep_up()
        time.sleep(0.2)


def _stop_portal(crew: Crew) -> Commands:
    """End the portal and not the stand-ins; how to start each again."""
    names = [name for name in crew.processes if name.startswith(PORTAL)]
    commands = {name: crew.processes[name].command for name in names}
    for name in names:
        crew.retire(name)
    deadline = time.monotonic() + STOPS_WITHIN_SECONDS
    while _living(crew, names) and time.monotonic() < deadline:
        time.sleep(0.1)
    for name in _living(crew, names):
        crew.kill(name)
        crew.processes[name].running.wait()
    crew.keep_up()
    return commands


def _living(crew: Crew, names: Sequence[str]) -> list[str]:
    return [name for name in names if crew.processes[name].running.poll() is None]


def _counts(stage: Stage) -> tuple[int, ...]:
    return rows(stage.database, KNOWN)[0]


def _known(stage: Stage) -> str:
    in_sap, shipments, invoices = _counts(stage)
    return f"{in_sap} orders in SAP, {shipments} shipments, {invoices} invoices"


if __name__ == "__main__":
    main()
