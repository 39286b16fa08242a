"""A write waits for its session before it marks the order: the wait costs none of its time."""

from __future__ import annotations

from typing import Any

from sync.exchanges import Observer
from sync.jobs import work
from sync.lending import Limits
from sync.models import RemoteHealth, SalesOrder, SyncTask
from sync.remotes import Remotes
from sync.sandbox.sap.connection import connect_in_process
from sync.sap.client import SapClient
from sync.sap.options import SapOptions
from sync.sap.sessions import SapSessions
from tests.test_lending import Slots
from tests.world import POLICY, SAP_LOGON, World

PARAMETERS = {**SAP_LOGON, "passwd": "secret"}


class Marks:
    """A pace that notes, at each wait, whether any order was marked as being written."""

    def __init__(self) -> None:
        self.seen: list[bool] = []

    def wait(self) -> None:
        self.seen.append(SalesOrder.objects.filter(sap_unsettled_until__isnull=False).exists())


def with_limits(world: World, limits: Limits) -> SapSessions:
    def connect(**parameters: Any) -> object:
        return connect_in_process(world.sap, **parameters)

    options = SapOptions(time_zone="Europe/Berlin")
    sessions = SapSessions(connect, PARAMETERS, options, limits=limits)

    def build_sap(observe: Observer) -> SapClient:
        return SapClient(connect, PARAMETERS, options, observe=observe, sessions=sessions)

    world.remotes = Remotes(build_magento=world._magento_client, build_sap=build_sap, policy=POLICY)
    return sessions


def test_a_write_waits_for_nothing_while_its_order_is_marked(world: World) -> None:
    order = world.place()
    marks = Marks()
    with_limits(world, Limits(Slots(1), marks))

    task = world.run(work.push_order(order))

    assert task.state == SyncTask.State.DONE
    before_the_write, of_the_read_back = marks.seen[:3], marks.seen[3:]
    assert before_the_write == [False] * 3  # look up, create, commit
    assert len(of_the_read_back) == 1


def test_with_all_sessions_in_use_the_order_waits_unmarked_and_goes_on_by_itself(
    world: World,
) -> None:
    order = world.place()
    sessions = with_limits(world, Limits(Slots(1), Marks(), patience_seconds=0))

    with sessions.lending():
        task = world.run(work.push_order(order))

    order.refresh_from_db()
    assert (task.state, task.cause) == (SyncTask.State.WAITING, "portal:all-in-use")
    assert order.sap_unsettled_until is None
    assert world.run_until_done(task).state == SyncTask.State.DONE
    assert len(world.sap_books(order)) == 1


def test_no_remote_is_blamed_for_it(world: World) -> None:
    order = world.place()
    sessions = with_limits(world, Limits(Slots(1), Marks(), patience_seconds=0))

    with sessions.lending():
        for _ in range(4):
            world.run(work.push_order(order))

    assert not RemoteHealth.objects.filter(consecutive_failures__gt=0).exists()
