"""One run of chaos: start everything, hurt it, let it come to rest, judge it."""

from __future__ import annotations

import os
import random
import secrets
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import requests

from sync.sandbox.portal_visitor import Visitor
from tests.chaos import portal_view
from tests.chaos.clerks import SHAPES, Clerks, Script, write_script
from tests.chaos.databases import database
from tests.chaos.events import MOST_ASKING
from tests.chaos.faults import Storm
from tests.chaos.judge import KINDS, Case, Finding, judge, judge_strays
from tests.chaos.options import MANAGE, Options
from tests.chaos.people import People
from tests.chaos.processes import Crew, free_ports
from tests.chaos.sources import MAP_SOURCES, STOCK, judge_sources
from tests.chaos.stand_ins import StandIn, sap_orders, sap_references, web_order
from tests.chaos.wrong_clocks import judge_wrong_clocks, start_wrong_clocks

READY_WITHIN_SECONDS = 90
STEPS_BY_ITSELF_SECONDS = 10
HELD_FROM = 100  # orders; among few, somebody holds the last one all the time
QUIET_SECONDS = 4 * STEPS_BY_ITSELF_SECONDS  # in which something would have moved
Tell = Callable[[str], None]


@dataclass(slots=True)
class Verdict:
    """The result of a run."""

    orders: int = 0
    faults: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing at all was found."""
        return not self.findings

    @property
    def line(self) -> str:
        """The machine-readable line."""
        counts = Counter(one.kind for one in self.findings)
        named = " ".join(f"{kind}={counts[kind]}" for kind in KINDS)
        return f"orders={self.orders} faults={self.faults} {named}"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs."""

    options: Options
    crew: Crew
    portal: str
    shop: StandIn
    sap: StandIn
    database: str
    redis_socket: str

    def flush_redis(self) -> None:
        """Empty Redis, as an operator's mistake does. Raises OSError while it is away."""
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(2)
            wire.connect(self.redis_socket)
            wire.sendall(b"FLUSHALL\r\n")
            wire.recv(64)

    def new_worker(self) -> str:
        """One worker more."""
        number = 1
        while f"worker{number}" in self.crew.processes:
            number += 1
        command = self.options.worker_command or (*MANAGE, "sync_worker")
        self.crew.start(f"worker{number}", command)
        return f"worker{number}"


def perform(options: Options, tell: Tell) -> Verdict:
    """The whole run; tells what happens, the machine-readable line last."""
    tell(
        f"seed={options.seed} orders={options.orders} database={options.database} "
        f"shop={options.shop_version}"
    )
    with staged(options) as stage:
        began = time.monotonic()
        verdict = _hurt(stage, tell)
        minutes = (time.monotonic() - began) / 60
    for one in verdict.findings[:200]:
        tell(f"  {one.kind}: {one.order}: {one.text}")
    tell(f"{verdict.orders / minutes:.0f} orders a minute, {minutes:.1f} minutes in all")
    tell(verdict.line)
    return verdict


def _hurt(stage: Stage, tell: Tell) -> Verdict:
    options = stage.options
    rng = random.Random(options.seed)
    shapes = options.shapes or SHAPES
    scripts = [
        write_script(rng, shapes, options.deliveries, options.events) for _ in range(options.orders)
    ]
    clerks = Clerks(stage.shop, stage.sap, scripts, options.at_once)
    people = People(
        stage.portal, options.seed, lambda: [one.increment_id for one in clerks.active],
        options.clickers, holds=options.clickers > 0 and options.orders >= HELD_FROM,
    )  # fmt: skip
    storm = Storm(
        rng, stage.crew, stage.shop, stage.sap, options, stage.flush_redis,
        stage.new_worker,
        lambda: portal_view.work_done(stage.database),
    )  # fmt: skip
    if not options.worker_command:
        tell("  " + start_wrong_clocks(stage.crew))
    storm.begin()
    clerks.thread.start()
    people.start()
    _weather(storm, clerks, options.patience, tell)
    people.end()
    storm.calm()
    faults = sum(storm.injected.values())
    tell(f"the storm is over after {faults} faults, {people.clicks} clicks, {people.holds} holds:")
    tell("  " + ", ".join(f"{name} {count}" for name, count in storm.injected.most_common()))
    for refused in people.refused[:10]:
        tell(f"  a click was refused: {refused}")
    come_to_rest(stage, clerks, tell)
    clerks.stop.set()
    clerks.thread.join(60)
    happened = Counter(
        one.event.name for one in clerks.placed if one.event is not None and one.has_happened
    )
    tell("  by hand: " + (", ".join(f"{n} {c}" for n, c in happened.most_common()) or "nothing"))
    findings = judge_all(stage, clerks.placed, is_hurt=bool(storm.injected))
    findings += judge_wrong_clocks(stage.crew, stage.database)
    asked = len(portal_view.left_to_people(stage.database))
    if asked > MOST_ASKING * len(clerks.placed):
        told = f"{asked} of {len(clerks.placed)} orders need a person: more than one in ten"
        findings.append(Finding("needs_hand", "all", told))
    return Verdict(len(clerks.placed), sum(storm.injected.values()), findings)


def _weather(storm: Storm, clerks: Clerks, patience: float, tell: Tell) -> None:
    """Inject until SAP has billed every order, or nothing moves any more."""
    told_at, moved_at, last = time.monotonic(), time.monotonic(), -1
    while not clerks.is_done and time.monotonic() - moved_at < patience:
        storm.tick()
        time.sleep(0.1)
        if len(clerks.placed) + len(clerks.finished) != last:
            last, moved_at = len(clerks.placed) + len(clerks.finished), time.monotonic()
        if time.monotonic() - told_at > 30:
            told_at = time.monotonic()
            tell(
                f"  {len(clerks.placed)} placed, {len(clerks.finished)} billed, "
                f"{sum(storm.injected.values())} faults"
            )


def come_to_rest(stage: Stage, clerks: Clerks, tell: Tell) -> None:
    """Wait until nothing is left to do, or nothing has changed for too long."""
    last: tuple[int, ...] = ()
    changed_at = time.monotonic()
    while time.monotonic() - changed_at < stage.options.patience:
        stage.crew.keep_up()
        tasks = portal_view.open_tasks(stage.database)
        moving = [one for one in tasks if one.state != "needs_attention"]
        asked = len(portal_view.left_to_people(stage.database))
        state = (len(portal_view.unfinished(stage.database)), len(moving), len(clerks.active))
        if clerks.is_done and not asked and state == (0, 0, 0):
            tell("quiet: nothing is left to do")
            return
        is_still = time.monotonic() - changed_at > QUIET_SECONDS and state == last
        if clerks.is_done and asked and is_still and state == (0, 0, 0):
            tell(f"quiet: {asked} orders are left to a person, as is expected")
            return
        if state != last:
            last, changed_at = state, time.monotonic()
        time.sleep(1)
    tell(f"no quiet: {last[0]} orders not complete, {last[1]} tasks open, {last[2]} not billed")


def judge_all(stage: Stage, scripts: list[Script], *, is_hurt: bool) -> list[Finding]:
    """Every order from the books, every open task, and a sample of the pages.

    Where nothing was hurt, nobody has to be asked what became of a capture.
    """
    told = portal_view.claims(stage.database)
    if not is_hurt:
        told = {number: replace(one, asked_about=frozenset()) for number, one in told.items()}
    cases = [
        Case(
            one.increment_id, web_order(stage.shop, one.increment_id),
            sap_orders(stage.sap, one.increment_id), told.get(one.increment_id),
            one.event if one.has_happened else None,
        )
        for one in scripts
    ]  # fmt: skip
    findings = [finding for case in cases for finding in judge(case)]
    known = {one.increment_id for one in scripts}
    findings += judge_strays(
        sap_references(stage.sap), lambda one: one in known or bool(web_order(stage.shop, one))
    )
    findings += judge_sources(stage.shop.get("settings")["stock"], cases)
    tasks = portal_view.open_tasks(stage.database)
    findings += portal_view.judge_tasks(
        [one for one in tasks if not (is_hurt and one.is_left_to_finance)]
    )
    rng = random.Random(stage.options.seed)
    return findings + portal_view.judge_pages(stage.portal, cases, rng, 25)


# ---- starting everything
@contextmanager
def staged(options: Options) -> Iterator[Stage]:
    """Both stand-ins and the portal's processes, with a database of their own."""
    data = options.directory
    (data / "logs").mkdir(parents=True)
    ports = dict(
        zip(("portal", "shop", "sap", "postgres"), free_ports(4, options.ports_from), strict=True)
    )
    with database(options.database, data, ports["postgres"]) as address:
        crew = Crew(data / "logs", _environment(options, ports, address))
        stage = Stage(
            options, crew, f"http://127.0.0.1:{ports['portal']}",
            StandIn(f"http://127.0.0.1:{ports['shop']}"),
            StandIn(f"http://127.0.0.1:{ports['sap']}"), address, str(data / "redis.sock"),
        )  # fmt: skip
        try:
            _prepare(options, crew)
            _start(stage, ports)
            yield stage
        finally:
            crew.end()


def _environment(options: Options, ports: dict[str, int], address: str) -> dict[str, str]:
    data = options.directory
    return {
        **options.environment,
        "DATA_DIR": str(data),
        "STATIC_ROOT": str(data / "static"),
        "DEMO": "true",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": address,
        "REDIS_URL": f"unix://{data / 'redis.sock'}",
        "SHOP_PORT": str(ports["shop"]),
        "SAP_PORT": str(ports["sap"]),
        "PYTHONUNBUFFERED": "1",
    }


def _prepare(options: Options, crew: Crew) -> None:
    for command in (["migrate", "--verbosity=0"], ["seed_demo"],
                    ["shell", "--verbosity=0", "-c", MAP_SOURCES],
                    ["collectstatic", "--verbosity=0", "--no-input"]):  # fmt: skip
        with (crew.logs / "prepare.log").open("ab") as log:
            subprocess.run(
                [*MANAGE, *command], env={**os.environ, **crew.environment}, check=True,
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip


def _start(stage: Stage, ports: dict[str, int]) -> None:
    data, python = stage.options.directory, sys.executable
    stage.crew.start(
        "redis", [python, "-m", "sync.sandbox.embedded_redis", str(data), stage.redis_socket]
    )
    for name in ("shop", "sap"):
        arguments = ["--port", str(ports[name]), "--data", str(data / name)]
        if name == "shop":
            arguments += ["--empty", "--shop-version", stage.options.shop_version]
        stage.crew.start(name, [python, "-m", f"sync.sandbox.{name}", *arguments])
    stage.crew.start(
        "web",
        [python, "-m", "gunicorn", "o2c_portal.wsgi", "--bind", f"127.0.0.1:{ports['portal']}",
         "--worker-class", "gthread", "--workers", "2", "--threads", "6"],
    )  # fmt: skip
    for number in (1, 2):
        stage.crew.start(f"scheduler{number}", [*MANAGE, "sync_scheduler", "--every", "1"])
    for _ in range(stage.options.workers):
        stage.new_worker()
    _until_ready(stage)
    stage.shop.post("settings", stock=STOCK)
    _hurry(stage)


def _until_ready(stage: Stage) -> None:
    waiting = {f"{stage.portal}/readyz", f"{stage.shop.address}/sandbox/health",
               f"{stage.sap.address}/sandbox/health"}  # fmt: skip
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while waiting:
        waiting = {address for address in waiting if not _answers(address)}
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer from {waiting}; see {stage.crew.logs}")
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def _hurry(stage: Stage) -> None:
    """The administrator lets every step run often, on the queue's page."""
    admin = Visitor(stage.portal, "admin")
    for key in sorted(set(admin.links("/queue/", r"/queue/schedules/\d+/"))):
        admin.click(key, is_enabled="on", interval_seconds=STEPS_BY_ITSELF_SECONDS)
