"""The world of ``tests.world`` with several workers, a time of its own, and stormy wires."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sync.exchanges import Observer
from sync.jobs import breaker, schedule
from sync.jobs.run import run_one
from sync.jobs.sweep import sweep
from sync.management.commands.seed_demo import create_mappings
from sync.models import SalesOrder, Shop, Step, StepSchedule, SyncTask
from sync.policy import policy_from_settings
from sync.remotes import Remotes
from sync.sandbox.sap.connection import connect_in_process
from sync.sandbox.sap.system import SapSystem
from sync.sandbox.shop.app import create_app
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from tests.properties import people
from tests.properties.storm import Act, Storm, StormConnection, StormLine
from tests.properties.virtual_time import VirtualTime
from tests.wire import Killed, Line
from tests.world import SAP_LOGON, World

WAITS = (1, 20, 125, 310, 700)  # seconds: a moment, a retry, a settled write, a lease, a probe
SETTLE = timedelta(seconds=120)  # as in production
SHOP_TABLES = ("order", "order_item", "shipment", "invoice", "creditmemo", "mail", "sequence")
SAP_TABLES = (
    "document", "order_index", "flow", "number_range", "update_request", "user_lock",
)  # fmt: skip


@dataclass(eq=False)
class Worker:
    """A process: its clients, its wires, and the sessions it holds in SAP."""

    name: str
    remotes: Remotes
    line: StormLine
    sessions: list[StormConnection] = field(default_factory=list)

    def die(self) -> None:
        """SAP notices that the connection is gone."""
        for session in self.sessions:
            session.close()


@dataclass(repr=False)
class StormyWorld(World):
    """Verbs for what happens; each is safe at any moment, also while a worker stalls."""

    time: VirtualTime = field(default_factory=VirtualTime)
    person: User | None = None
    idle: list[Worker] = field(default_factory=list)
    busy: list[Worker] = field(default_factory=list)
    workers: int = 0
    done: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.storm = Storm(self.time, self.act)
        super().__post_init__()

    # ---- workers
    def a_worker(self) -> Worker:
        """One that has nothing to do, or a new one."""
        if self.idle:
            return self.idle.pop()
        self.workers += 1
        line = StormLine(self.storm)
        worker = Worker(f"worker-{self.workers}", self.remotes, line)
        worker.remotes = Remotes(
            build_magento=lambda shop, observe: self._magento_on(line, shop, observe),
            build_sap=lambda observe: self._sap_on(worker, observe),
            policy=replace(policy_from_settings(), magento_settle=SETTLE, sap_settle=SETTLE),
        )
        return worker

    def carry_out(self, pk: int) -> None:
        """Some worker takes a task, and may die over it."""
        worker = self.a_worker()
        self.busy.append(worker)
        try:
            run_one(pk, worker.remotes)
        except Killed:
            worker.die()
        else:
            self.idle.append(worker)
        finally:
            self.busy.remove(worker)

    def worker_name(self) -> str:
        """Who is at work at this moment."""
        return self.busy[-1].name

    def due(self) -> list[int]:
        """The tasks that are due, in the order in which the sweep rings for them."""
        tasks = SyncTask.objects.due(timezone.now()).order_by("priority", "id")
        return list(tasks.values_list("pk", flat=True))

    # ---- what happens
    def act(self, act: Act) -> None:
        """Let it happen; what is not possible now does not."""
        self.done.append(act)
        own: dict[str, Callable[[int], None]] = {
            "run": self.run_some, "work": self.work_all, "tick": self.tick, "sweep": self.sweep,
            "wait": self.wait, "cut": lambda _: self.sap.drop_all_sessions(),
            "arrive": self.arrive, "restart": lambda _: self.restart(), "round": self.round,
            "insist": self.insist,
        }  # fmt: skip
        if act.verb in own:
            own[act.verb](act.number)
        else:
            people.VERBS[act.verb](self, act.number)

    def run_some(self, number: int) -> None:
        """One task that is due, any."""
        if due := self.due():
            self.carry_out(due[number % len(due)])

    def work_all(self, number: int) -> None:
        """Up to so many tasks that are due, in order."""
        for pk in self.due()[: 2 + number % 8]:
            self.carry_out(pk)

    def tick(self, _number: int = 0) -> None:
        """The scheduler: every step looks for work; remotes that are away are tried."""
        StepSchedule.objects.update(next_run_at=timezone.now())
        schedule.tick()
        breaker.probe()

    def round(self, _number: int = 0) -> None:
        """Everything goes its usual way: the schedules look, workers work, clerks act."""
        self.wait(0)
        self.tick()
        self.work_all(6)
        self.work_all(6)
        people.clerks_go_on(self)

    def insist(self, _number: int = 0) -> None:
        """Somebody presses every button there is, and work begins at once."""
        for number in range(2 + 2 * len(self.orders())):
            people.click(self, number)
        self.work_all(6)

    def sweep(self, number: int = 0) -> None:
        """One sweep, or two at once."""
        for _ in range(1 + number % 2):
            sweep()

    def wait(self, number: int) -> None:
        """Time passes; servers come to the end of what they still work on."""
        until = self.time() + timedelta(seconds=WAITS[number % len(WAITS)])
        self.storm.happen(until)
        self.time.go_to(until)

    def arrive(self, number: int) -> None:
        """A server comes to the end of a call nobody waits for any more."""
        if self.storm.late:
            self.storm.finish(self.storm.late[number % len(self.storm.late)])

    def restart(self) -> None:
        """The idle workers are replaced."""
        for worker in self.idle:
            worker.die()
        self.idle.clear()

    # ---- the end
    def calm(self) -> None:
        """The storm is over: nothing fails any more, and what was sent has arrived."""
        self.storm.armed.clear()
        self.sap.faults.clear()
        self.app.extensions["shop_faults"].clear()
        self.wait(2)
        people.release_all(self)

    # ---- clients
    def _magento_on(self, line: StormLine, shop: Shop, observe: Observer) -> Any:
        self.line = line
        return self._magento_client(shop, observe)

    def _sap_on(self, worker: Worker, observe: Observer) -> SapClient:
        def connect(**parameters: Any) -> Any:
            session = StormConnection(connect_in_process(self.sap, **parameters), worker.line)
            worker.sessions.append(session)
            return session

        options = SapOptions(time_zone="Europe/Berlin")
        return SapClient(connect, {**SAP_LOGON, "passwd": self.password}, options, observe=observe)

    # ---- examples
    @contextmanager
    def fresh(self) -> Iterator[None]:
        """Empty books on all sides for one example; nothing of it is left."""
        self._empty_books()
        self.time.start_again()
        self.storm.armed.clear()
        self.storm.late.clear()
        self.storm.struck = 0
        self.idle.clear()
        self.done.clear()
        with transaction.atomic():
            try:
                yield
            finally:
                transaction.set_rollback(True)

    def _empty_books(self) -> None:
        self.sap.drop_all_sessions()
        self.sap.faults.clear()
        self.app.extensions["shop_faults"].clear()
        with self.stand_in.store.writing() as found:
            for table in SHOP_TABLES:
                found.rows(f'DELETE FROM "{table}"')
        with self.sap.store.transaction():
            for table in SAP_TABLES:
                self.sap.store._db.execute(f"DELETE FROM {table}")

    def orders(self) -> list[SalesOrder]:
        """The web orders the portal knows."""
        return list(SalesOrder.objects.order_by("pk"))


@contextmanager
def a_stormy_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StormyWorld]:
    """Both stand-ins and the portal in virtual time."""
    time = VirtualTime()
    time.rule(monkeypatch)
    app = create_app(tmp_path / "shop", clock=time, seed=False)
    app.testing = True
    shop = Shop.objects.create(code="demo", name="Demo shop", amount_tolerance=Decimal("0.01"))
    create_mappings(shop)
    schedule.create_missing_schedules()
    StepSchedule.objects.filter(step=Step.CHECK_COMPLETENESS).update(is_enabled=False)
    sap = SapSystem(tmp_path / "sap", now=time)
    world = StormyWorld(app, sap, shop, Line(), [timedelta(0)], time=time)
    world.person = User.objects.create_user("impatient")
    monkeypatch.setattr("sync.jobs.run.worker_name", world.worker_name)
    yield world
    with suppress(Exception):
        world.restart()
    app.extensions["shop"].store.close()
    sap.close()
