"""The database connection is kept between two tasks, and one that died meanwhile is replaced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from sync.jobs import work
from sync.jobs.ask import ask
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
