"""The database connection is kept between two tasks, and one that died meanwhile is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections

from sync.jobs import work
from sync.jobs.ask import ask
from sync.jobs.kept_connection import USED_LATELY_SECONDS
from sync.jobs.run import run_task
from sync.models import SyncTask
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)  # a rung bell closes old connections
ON_POSTGRES = pytest.mark.skipif(connection.vendor != "postgresql", reason="a file needs no server")


@pytest.fixture
def kept(world: World) -> Iterator[World]:
    """As the settings have it for PostgreSQL; tests open their connection before."""
    connection.close()
    with (
        mock.patch.dict(connection.settings_dict, CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True),
        mock.patch("sync.jobs.run.remotes_of_this_thread", return_value=world.remotes),
    ):
        yield world
    connection.close()


def run(world: World) -> SyncTask:
    task = ask(work.try_connection(world.shop), origin=SyncTask.Origin.CLICK).task
    run_task(task.pk)
    task.refresh_from_db()
    return task


def backend() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def lost() -> None:
    """As after a restart of the database: the server has closed it, and nobody here knows."""
    if connection.vendor == "postgresql":
        pid, other = backend(), connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        other.close()
    else:
        connection.close()


@ON_POSTGRES
def test_tasks_share_a_connection(kept: World) -> None:
    run(kept)
    before = backend()

    run(kept)

    assert backend() == before


@ON_POSTGRES
def test_of_tasks_that_follow_each_other_only_the_first_asks_whether_the_connection_lives(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr("sync.jobs.kept_connection.monotonic", lambda: moment)
    wanted = (work.try_connection(kept.shop), work.try_connection(), work.check_readiness())
    tasks = [ask(one, origin=SyncTask.Origin.CLICK).task for one in wanted]
    looks: list[int] = []
    with mock.patch.object(connections[connection.alias], "is_usable", return_value=True) as looked:
        for task in tasks:
            run_task(task.pk)
            looks.append(looked.call_count)
            moment += USED_LATELY_SECONDS * len(looks) / 2  # half a second, then a whole one

    assert looks == [looks[0], looks[0], looks[0] + 1]


def test_a_connection_lost_between_two_tasks_fails_neither(kept: World) -> None:
    first = run(kept)
    task = ask(work.try_connection(kept.shop), origin=SyncTask.Origin.CLICK).task
    lost()

    run_task(task.pk)

    task.refresh_from_db()
    assert (first.state, task.state) == (SyncTask.State.DONE, SyncTask.State.DONE)


def test_the_settings_keep_connections_and_look_whether_they_live(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_file = connection.vendor == "sqlite"
    assert connection.settings_dict["CONN_MAX_AGE"] == (0 if is_file else 600)
    assert connection.settings_dict["CONN_HEALTH_CHECKS"] is True
