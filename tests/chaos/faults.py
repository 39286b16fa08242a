"""The storm: one fault after another, chosen by a seeded generator."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import requests

from sync.sandbox.shop.gateway import DECLINED, NOT_STORED
from sync.sandbox.shop.odd_answers import ODD_ANSWERS
from tests.chaos.options import Options
from tests.chaos.processes import Crew
from tests.chaos.stand_ins import Books, StandIn

CREATE, COMMIT = "BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"
LOOK_UP = "BAPI_SALESORDER_GETLIST"
SHOP_WRITES = tuple(
    ("shop", operation) for operation in ("ship", "invoice", "ext_order_id", "email", "track")
)
# Calls after which a worker goes on to write: a worker paused there wakes up at the worst moment.
BEFORE_A_WRITE = (("sap", CREATE), ("sap", LOOK_UP), ("shop", "shipments"), ("shop", "invoices"))
IRREVERSIBLE = (
    ("sap", COMMIT), ("sap", CREATE), ("shop", "ship"), ("shop", "invoice"),
    ("shop", "ext_order_id"), ("shop", "track"), ("shop", "email"),
)  # fmt: skip
SAP_LOSSES = (
    ("lost_commit_answer", COMMIT), ("lost_commit_answer", COMMIT), ("drop_after", CREATE),
    ("drop_before", COMMIT), ("drop_before", CREATE), ("drop_before", ""), ("drop_after", ""),
)  # fmt: skip
NOTICE_WITHIN_SECONDS = 6.0
WORK_BETWEEN_FAULTS = 8  # attempts
MOST_ASLEEP = 9  # paused workers at a time
Call = tuple[str, str]  # system, operation


@dataclass(slots=True)
class Storm:
    """Injects faults; ``tick`` is called often and never blocks for long."""

    rng: random.Random
    crew: Crew
    shop: StandIn
    sap: StandIn
    options: Options
    flush_redis: Callable[[], None]
    new_worker: Callable[[], str]
    work_done: Callable[[], int]
    injected: Counter[str] = field(default_factory=Counter)
    _next_at: float = 0.0
    _done_before: int = 0
    _later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def begin(self) -> None:
        """The first fault comes after the usual time."""
        self._next_at = time.monotonic() + self.options.fault_every

    def tick(self) -> None:
        """Do what is due; inject the next fault when its time has come."""
        now = time.monotonic()
        for moment, action in [one for one in self._later if one[0] <= now]:
            self._later.remove((moment, action))
            action()
        self.crew.keep_up()
        if now < self._next_at or not self._has_moved(now):
            return
        allowed = {
            k: w
            for k, w in KINDS.items()
            if not self.options.only or k.__name__ in self.options.only
        }
        kinds, weights = zip(*allowed.items(), strict=True)
        kind = self.rng.choices(kinds, weights)[0]
        try:
            name = kind(self)
        except requests.RequestException:
            name = ""  # a stand-in refuses just now: nothing was injected
        if name:
            self.injected[name] += 1
        self._next_at = time.monotonic() + self.rng.uniform(0.3, 2 * self.options.fault_every - 0.3)

    def _has_moved(self, now: float) -> bool:
        """Whether work was done since the last fault: a portal that is never left alone long
        enough to start a process proves nothing. After a while the storm goes on regardless."""
        done = self.work_done()
        if done < self._done_before + WORK_BETWEEN_FAULTS and now < self._next_at + 60:
            time.sleep(0.3)
            return False
        self._done_before = done
        return True

    def calm(self) -> None:
        """End the storm: faults away, the paused resumed, late actions done."""
        for _moment, action in self._later:
            action()
        self._later.clear()
        for stand_in in (self.shop, self.sap):
            _until_it_answers(stand_in.clear_faults)
        self.crew.keep_up()

    # ---- processes
    def kill_a_worker(self) -> str:
        """At a random moment."""
        names = self.crew.names("worker")
        if not names:
            return ""
        self.crew.kill(self.rng.choice(names))
        return "worker killed"

    def kill_the_scheduler(self) -> str:
        """The other one goes on."""
        names = self.crew.names("scheduler")
        if len(names) < 2:
            return ""
        self.crew.kill(self.rng.choice(names))
        return "scheduler killed"

    def kill_at_a_write(self) -> str:
        """Every worker dies while a remote works on an irreversible call, and works on."""
        chosen = self._one_of(IRREVERSIBLE)
        workers, seconds = self.crew.names("worker"), self.rng.uniform(1, self.options.server_time)
        if chosen is None or not self._caught(chosen, seconds, len(workers)):
            return ""
        for name in workers:
            self.crew.kill(name)
        return f"workers killed at {chosen[1]}"

    def pause_at_a_write(self) -> str:
        """Every worker stalls past its lease just before or in a write; others take over."""
        chosen = self._one_of((*BEFORE_A_WRITE, *BEFORE_A_WRITE, *IRREVERSIBLE))
        workers = self.crew.names("worker")
        asleep = sum(process.is_paused for process in self.crew.processes.values())
        if chosen is None or asleep > MOST_ASLEEP - len(workers):
            return ""
        if not self._caught(chosen, 2.0, len(workers)):
            return ""
        self._pause(workers)
        return f"workers paused at {chosen[1]}"

    def pause_a_worker(self) -> str:
        """At a random moment, past its lease."""
        names = self.crew.names("worker")
        if not names:
            return ""
        self._pause([self.rng.choice(names)])
        return "worker paused"

    def _pause(self, names: list[str]) -> None:
        paused = []
        for name in names:
            self.crew.pause(name)
            paused.append((name, self.crew.processes[name].running.pid))
        for _ in range(self.options.workers - len(self.crew.names("worker"))):
            self.new_worker()  # as many are awake as before, and no more
        seconds = self.options.lease + self.rng.uniform(4, 16)

        def to_each(act: Callable[[str], None]) -> None:
            for name, pid in paused:
                process = self.crew.processes.get(name)
                if process is not None and process.running.pid == pid:
                    act(name)

        now = time.monotonic()
        self._later += [
            (now + seconds, lambda: to_each(self.crew.resume)),
            (now + seconds + 6, lambda: to_each(self.crew.retire)),
        ]

    def _one_of(self, calls: Sequence[Call]) -> Call | None:
        """One of these calls, of those that are to be struck."""
        allowed = [call for call in calls if not self.options.at or call[1] in self.options.at]
        return self.rng.choice(allowed) if allowed else None

    def _caught(self, call: Call, seconds: float, times: int = 1) -> bool:
        """Whether a call was caught while the remote works on it; it works on for ``seconds``.

        With ``times``, as many as come before the first is nearly over.
        """
        system, operation = call
        stand_in = self.shop if system == "shop" else self.sap
        waiting = _calls_left(stand_in.faults(), operation) + times
        stand_in.add_fault("latency", operation=operation, seconds=seconds, times=times)
        caught, deadline = 0, time.monotonic() + NOTICE_WITHIN_SECONDS
        while caught < times and time.monotonic() < deadline:
            before, caught = caught, waiting - _calls_left(stand_in.faults(), operation)
            if caught and not before:
                deadline = time.monotonic() + min(1.0, seconds / 2)
            time.sleep(0.02)
        if not caught:
            stand_in.clear_faults()
        return caught > 0

    # ---- Redis
    def empty_redis(self) -> str:
        """All rings are lost."""
        try:
            self.flush_redis()
        except OSError:
            return ""
        return "Redis emptied"

    def restart_redis(self) -> str:
        """Away for a moment."""
        self.crew.kill("redis")
        return "Redis killed"

    # ---- the remotes
    def shop_refuses(self) -> str:
        """The port is closed."""
        self.shop.add_fault("refuse", seconds=self.rng.uniform(1, 5))
        return "shop refuses"

    def shop_fails(self) -> str:
        """5xx, before anything is done."""
        status = self.rng.choice((500, 502, 503))
        self.shop.add_fault("server_error", times=self.rng.randint(1, 5), status=status)
        return "shop answers 5xx"

    def shop_answers_oddly(self) -> str:
        """A fetch of orders meets a firewall, a web page, an empty list … once, or a few times."""
        answer = self.rng.choice(list(ODD_ANSWERS))
        self.shop.add_fault(
            "odd_answer", operation="orders", answer=answer, times=self.rng.choice((1, 1, 1, 2, 4))
        )
        return f"shop answers {answer}"

    def sap_refuses_a_logon(self) -> str:
        """Once: as a password that is changed on one side first."""
        self.sap.add_fault("logon_refused", times=1)
        return "SAP refuses a logon"

    def shop_loses_an_answer(self) -> str:
        """Before or after the write took effect."""
        kind = self.rng.choice(("drop_before", "drop_after_write", "drop_after_write"))
        chosen = self._one_of(SHOP_WRITES)
        if chosen is None:
            return ""
        self.shop.add_fault(kind, operation=chosen[1], times=self.rng.randint(1, 2))
        return f"shop {kind}"

    def gateway_says_no(self) -> str:
        """Declined, or collected and then forgotten by the shop: the same answer."""
        answer = self.rng.choice((DECLINED, NOT_STORED))
        self.shop.add_fault("gateway", answer=answer, times=1)
        return f"gateway {answer}"

    def shop_is_slow(self) -> str:
        """Longer than the portal waits for an answer, at times."""
        kind = self.rng.choice(("latency", "slow_after_write"))
        seconds = self.rng.uniform(0.5, self.options.server_time)
        chosen = self._one_of((*SHOP_WRITES, ("shop", "orders")))
        if chosen is None:
            return ""
        self.shop.add_fault(
            kind, operation=chosen[1], seconds=seconds, times=self.rng.randint(1, 3)
        )
        return "shop slow"

    def sap_refuses(self) -> str:
        """The port is closed, all sessions are lost."""
        self.sap.add_fault("refuse", seconds=self.rng.uniform(1, 5))
        return "SAP refuses"

    def sap_loses_an_answer(self) -> str:
        """Of a create, a commit, or any call; the work is done or not."""
        lost = [one for one in SAP_LOSSES if not self.options.at or one[1] in self.options.at]
        if not lost:
            return ""
        kind, operation = self.rng.choice(lost)
        self.sap.add_fault(kind, operation=operation, times=self.rng.randint(1, 2))
        return f"SAP {kind}"

    def sap_fails(self) -> str:
        """Short dumps, failed updates, locked documents."""
        kind = self.rng.choice(("dump", "commit_error", "locked"))
        self.sap.add_fault(kind, times=self.rng.randint(1, 2))
        return f"SAP {kind}"

    def sap_is_slow(self) -> str:
        """Longer than the portal waits for an answer, at times."""
        chosen = self._one_of((("sap", CREATE), ("sap", COMMIT), ("sap", LOOK_UP), ("sap", "")))
        if chosen is None:
            return ""
        seconds = self.rng.uniform(0.5, self.options.server_time)
        self.sap.add_fault(
            "latency", operation=chosen[1], seconds=seconds, times=self.rng.randint(1, 3)
        )
        return "SAP slow"


KINDS: dict[Callable[[Storm], str], float] = {
    Storm.kill_a_worker: 4,
    Storm.kill_at_a_write: 4,
    Storm.pause_at_a_write: 3,
    Storm.pause_a_worker: 1,
    Storm.kill_the_scheduler: 1,
    Storm.empty_redis: 2,
    Storm.restart_redis: 1,
    Storm.shop_refuses: 1,
    Storm.shop_fails: 3,
    Storm.shop_answers_oddly: 4,
    Storm.shop_loses_an_answer: 5,
    Storm.gateway_says_no: 1,
    Storm.shop_is_slow: 3,
    Storm.sap_refuses: 1,
    Storm.sap_loses_an_answer: 5,
    Storm.sap_fails: 4,
    Storm.sap_refuses_a_logon: 1,
    Storm.sap_is_slow: 3,
}


def _calls_left(faults: list[Books], operation: str) -> int:
    """How many calls the latency of an operation still waits for; SAP counts up, the shop down."""
    waiting = [one for one in faults if (one["kind"], one["operation"]) == ("latency", operation)]
    return sum(one["times"] - one.get("fired", 0) for one in waiting)


def _until_it_answers(action: Callable[[], None]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            action()
            return
        except requests.RequestException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.3)
