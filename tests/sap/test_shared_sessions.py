"""SAP sessions shared by threads: one thread at a time, and a unit of work whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest

from sync.causes.portal import PortalCause
from sync.errors import RemoteChanged, RemoteUnavailable, SyncError
from sync.lending import Limits, Unlimited
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from sync.sap.sessions import SapSessions
from tests.sap.builders import PARAMETERS, a_request
from tests.sap.fake_sap import ABAPApplicationError, ABAPRuntimeError, CommunicationError, FakeSap
from tests.test_lending import WAIT, Slots

CREATE, COMMIT = "BAPI_SALESORDER_CREATEFROMDAT2", "BAPI_TRANSACTION_COMMIT"
ROLLBACK, PING = "BAPI_TRANSACTION_ROLLBACK", "STFC_CONNECTION"
SAVED = {"SALESDOCUMENT": "0000000042"}
CUT = CommunicationError("connection closed", 1, "RFC_COMMUNICATION_FAILURE")


class Watched:
    """A connection that notices two threads at once, and remembers what went over it."""

    def __init__(self, connection: Any, all_made: list[Watched]) -> None:
        self._connection, self._is_busy = connection, False
        self.functions: list[str] = []
        self.was_shared = False
        all_made.append(self)

    def call(self, name: str, **parameters: Any) -> Any:
        self.was_shared = self.was_shared or self._is_busy
        self._is_busy = True
        self.functions.append(name)
        try:
            return self._connection.call(name, **parameters)
        finally:
            self._is_busy = False

    def get_connection_attributes(self) -> dict[str, str]:
        return {"sysId": "S4H", "client": "100"}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def sessions_of(sap: FakeSap, made: list[Watched], limits: Limits | None = None) -> SapSessions:
    def connect(**parameters: str) -> Watched:
        return Watched(sap.connect(**parameters), made)

    return SapSessions(connect, PARAMETERS, SapOptions(), limits=limits or at_most(99))


def at_most(sessions: int, pace: Any = None) -> Limits:
    return Limits(Slots(sessions), pace or Unlimited(), WAIT)


def a_client(sessions: SapSessions) -> SapClient:
    return SapClient(lambda: None, {}, SapOptions(), sessions=sessions)


def test_many_threads_over_few_sessions_never_share_one_and_keep_their_units_whole() -> None:
    made: list[Watched] = []
    sap = FakeSap({CREATE: SAVED, COMMIT: {}, ROLLBACK: {}, PING: {}})
    sessions, begin = sessions_of(sap, made, at_most(3)), Barrier(8)

    def work(number: int) -> None:
        client = a_client(sessions)
        begin.wait(WAIT)
        for turn in range(10):
            with client.unit_of_work() as unit:
                unit.create_sales_order(a_request())
                if (turn + number) % 2:
                    unit.commit()
            client.ping()

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(work, number) for number in range(8)]:
            done.result(WAIT)

    assert len(made) <= 3
    assert not any(one.was_shared for one in made)
    for one in made:
        pairs = zip(one.functions, one.functions[1:], strict=False)
        assert {after for name, after in pairs if name == CREATE} <= {COMMIT, ROLLBACK}


def test_between_create_and_commit_nobody_gets_the_session() -> None:
    made: list[Watched] = []
    sessions = sessions_of(FakeSap({CREATE: SAVED, COMMIT: {}, PING: {}}), made)
    one, other = a_client(sessions), a_client(sessions)

    with one.unit_of_work() as unit:
        unit.create_sales_order(a_request())
        other.ping()
        unit.commit()

    assert [name for name in made[0].functions if name != "RFC_SYSTEM_INFO"] == [CREATE, COMMIT]
    assert len(made) == 2


class Thief:
    """A pace at which another thread takes a session whenever a call waits for its turn."""

    def __init__(self) -> None:
        self.sessions: SapSessions | None = None

    def wait(self) -> None:
        if self.sessions is not None:
            self.sessions.take()


def test_a_test_run_is_rolled_back_on_the_session_it_ran_on() -> None:
    made: list[Watched] = []
    thief = Thief()
    sessions = sessions_of(FakeSap({CREATE: {}, ROLLBACK: {}}), made, at_most(99, thief))
    thief.sessions = sessions

    a_client(sessions).simulate_sales_order(a_request())

    (used,) = [one for one in made if CREATE in one.functions]
    assert used.functions[:2] == [CREATE, ROLLBACK]


@pytest.mark.parametrize(
    "answers",
    [
        {CREATE: {}, ROLLBACK: ABAPRuntimeError("", 3, "SOME_DUMP")},
        {CREATE: ABAPApplicationError("", 5, "NOT_FOUND")},
    ],
)
def test_a_test_run_that_failed_leaves_its_session_to_nobody(answers: dict[str, Any]) -> None:
    """It may still hold the document, and the next to commit would save it."""
    made: list[Watched] = []
    sessions = sessions_of(FakeSap({PING: {}, **answers}), made)

    with pytest.raises(SyncError):
        a_client(sessions).simulate_sales_order(a_request())
    a_client(sessions).ping()

    assert len(made) == 2
    assert made[0].is_closed


def test_a_doubtful_session_of_one_thread_is_not_lent_to_another() -> None:
    made: list[Watched] = []
    sessions = sessions_of(FakeSap({CREATE: [CUT], PING: {}}), made)
    one, other = a_client(sessions), a_client(sessions)

    with pytest.raises(RemoteUnavailable), one.unit_of_work() as unit:
        unit.create_sales_order(a_request())
    other.ping()

    assert made[0].is_closed
    assert CREATE not in made[1].functions
    assert (one.is_usable, other.is_usable) == (False, True)


def test_a_read_that_finds_its_session_cut_does_not_try_the_other_idle_ones() -> None:
    """A gateway that restarts cuts all of them; each would cost a try."""
    made: list[Watched] = []
    sap = FakeSap({PING: [{}, {}, {}, CUT, {}]})
    sessions = sessions_of(sap, made)
    clients = [a_client(sessions) for _ in range(3)]
    with clients[0]._session.held(), clients[1]._session.held(), clients[2]._session.held():
        for client in clients:
            client.ping()
    for lent in sessions._idle:
        lent.used_at -= 60

    clients[0].ping()

    assert sap.functions.count(PING) == 5
    assert [one.is_closed for one in made] == [True, True, True, False]


def test_each_session_is_recognised_once_whoever_borrows_it() -> None:
    asked: list[dict[str, str]] = []
    sessions = sessions_of(FakeSap({PING: {}}), [])
    for _ in range(3):
        client = a_client(sessions)
        client.check_system_with(asked.append)
        client.ping()

    assert len(asked) == 1


def test_a_session_of_an_unknown_system_is_lent_to_nobody() -> None:
    made: list[Watched] = []
    sessions = sessions_of(FakeSap({PING: {}}), made)
    wrong = a_client(sessions)

    def refuse(seen: dict[str, str]) -> None:
        raise RemoteChanged("another", cause=PortalCause.FAULT)

    wrong.check_system_with(refuse)
    with pytest.raises(RemoteChanged):
        wrong.ping()

    assert made[0].is_closed
    assert PING not in made[0].functions


class Turns:
    """A pace that notes each wait."""

    def __init__(self) -> None:
        self.waited = 0

    def wait(self) -> None:
        self.waited += 1


def test_a_write_waits_for_its_session_and_turn_before_its_time_runs() -> None:
    turns = Turns()
    sessions = sessions_of(FakeSap({CREATE: SAVED, COMMIT: {}}), [], at_most(1, turns))
    client = a_client(sessions)

    with client.holding_session():
        waited = turns.waited
        with client.unit_of_work() as unit:
            unit.create_sales_order(a_request())
            unit.commit()

    assert (waited, turns.waited) == (2, 2)


def test_while_all_sessions_are_in_use_a_thread_waits_for_the_next() -> None:
    sap = FakeSap({PING: {}})
    sessions, is_held, has_pinged = sessions_of(sap, [], at_most(1)), Event(), []
    first, second = a_client(sessions), a_client(sessions)

    def ping() -> None:
        is_held.set()
        second.ping()
        has_pinged.append(True)

    with ThreadPoolExecutor(1) as threads, first._session.held():
        done = threads.submit(ping)
        assert is_held.wait(WAIT)
        with sessions._changed:
            assert sessions._changed.wait_for(lambda: bool(sessions._queue), WAIT)
        assert not has_pinged

    done.result(WAIT)
    assert len(sap.connections) == 1
