"""Redis can only ring: whatever else it asks of a worker is refused, and the worker works on."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Callback, Queue
from rq.serializers import JSONSerializer
from rq.webhook import Webhook

from sync.jobs import bell
from sync.jobs.rings import Listener, Ring

pytestmark = pytest.mark.flow  # a server of its own, and RQ's alarm clocks

URGENT, NOT_URGENT = True, False
OF_ANOTHER_VERSION = tuple(
    f"{directory}{name}"
    for directory in ("", "redis/")
    for name in ("dump.rdb", "appendonlydir/appendonly.aof.manifest")
)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redis]:
    directory = tmp_path_factory.mktemp("redis")
    for name in OF_ANOTHER_VERSION:
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_bytes(b"REDIS9999 nothing that this server can read")
    socket = directory / "r.sock"
    command = [sys.executable, "-m", "sync.sandbox.embedded_redis", str(directory), str(socket)]
    with subprocess.Popen(command) as server:
        client = Redis(unix_socket_path=str(socket))
        try:
            _wait_for(client, server)
            yield client
        finally:
            client.close()
            server.terminate()


def _wait_for(client: Redis, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            client.ping()
            return
        except RedisError:
            continue
    raise AssertionError("Redis did not start")


@pytest.fixture
def rung(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Each look into the ledger that was rung for: whether it was urgent."""
    redis.flushall()
    heard: list[bool] = []
    monkeypatch.setattr(Listener, "heard", lambda _, is_urgent: heard.append(is_urgent))
    return heard


def work(redis: Redis) -> Listener:
    """A worker as the command starts it, until nothing is left."""
    queues = [
        Queue(name, connection=redis, job_class=Ring, serializer=JSONSerializer)
        for name in ("interactive", "bulk")
    ]
    worker = Listener(queues, connection=redis, job_class=Ring, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="WARNING")
    assert not any(queue.get_job_ids() for queue in queues)
    assert not redis.keys("rq:job:*")
    return worker


def strangers_queue(redis: Redis) -> Queue:
    return Queue("bulk", connection=redis, serializer=JSONSerializer)


def touch(path: Path) -> str:
    return f"touch {path}"


def test_a_ring_has_the_ledger_looked_into(redis: Redis, rung: list[bool]) -> None:
    strangers_queue(redis).enqueue(bell.RUN_TASK, 42)

    work(redis)

    assert rung == [NOT_URGENT]


def test_a_ring_for_a_click_is_heard_first_and_is_urgent(redis: Redis, rung: list[bool]) -> None:
    strangers_queue(redis).enqueue(bell.RUN_TASK, 42)
    Queue("interactive", connection=redis, serializer=JSONSerializer).enqueue(bell.RUN_TASK, 43)

    work(redis)

    assert rung == [URGENT, NOT_URGENT]


def test_many_rings_that_wait_are_one_look(redis: Redis, rung: list[bool]) -> None:
    for pk in range(150):
        strangers_queue(redis).enqueue(bell.RUN_TASK, pk)

    work(redis)

    assert rung == [NOT_URGENT]


def test_what_is_refused_between_rings_is_refused_all_the_same(
    redis: Redis, rung: list[bool], tmp_path: Path, caplog: Any
) -> None:
    proof = tmp_path / "proof"
    strangers_queue(redis).enqueue(bell.RUN_TASK, 1)
    strangers_queue(redis).enqueue("os.system", touch(proof))

    with caplog.at_level(logging.WARNING, logger="sync.jobs.rings"):
        work(redis)

    assert (rung, proof.exists()) == ([NOT_URGENT], False)
    assert "os.system" in caplog.text


@pytest.mark.parametrize(
    "asked",
    [
        ("os.system", [], {}),
        ("subprocess.check_output", [["id"]], {}),
        (bell.RUN_TASK, ["42"], {}),
        (bell.RUN_TASK, [True], {}),
        (bell.RUN_TASK, [42, 43], {}),
        (bell.RUN_TASK, [], {"task_id": 42}),
        (bell.RUN_TASK, [[42]], {}),
        ("sync.jobs.run.run_one", [42, None], {}),
    ],
)
def test_everything_else_is_refused_and_logged_without_its_arguments(
    redis: Redis, rung: list[bool], tmp_path: Path, caplog: Any, asked: tuple[str, Any, Any]
) -> None:
    proof = tmp_path / "proof"
    name, args, kwargs = asked
    strangers_queue(redis).enqueue_call(name, args or [touch(proof)], kwargs)

    with caplog.at_level(logging.WARNING, logger="sync.jobs.rings"):
        work(redis)

    assert rung == []
    assert not proof.exists()
    assert name in caplog.text
    assert "touch" not in caplog.text


def test_a_rightly_named_job_brings_no_callback_and_no_webhook_along(
    redis: Redis, rung: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr("rq.webhook.urlopen", lambda *_, **__: called.append("webhook"))
    monkeypatch.setattr("os.system", lambda *_: called.append("callback"))
    strangers_queue(redis).enqueue(
        bell.RUN_TASK, 42,
        on_success=Callback("os.system"), on_failure=Callback("os.system"),
        webhooks=[Webhook("http://127.0.0.1:9/", "finished")],
    )  # fmt: skip

    work(redis)

    assert (rung, called) == ([NOT_URGENT], [])


@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps((bell.RUN_TASK, None, [42], {})),
        b"\xff\xfe",
        b"",
        zlib.compress(b"[]"),
        json.dumps([["a", "list"], None, [42], {}]).encode(),
        json.dumps([bell.RUN_TASK, "os", [42], {}]).encode(),
        json.dumps([bell.RUN_TASK, None, 42, {}]).encode(),
    ],
)
def test_spoilt_jobs_do_not_stop_the_worker(redis: Redis, rung: list[bool], data: bytes) -> None:
    spoilt = strangers_queue(redis).enqueue(bell.RUN_TASK, 1)
    redis.hset(
        spoilt.key, mapping={"data": data, "timeout": "never", "created_at": "?", "status": b"\xff"}
    )
    strangers_queue(redis).enqueue(bell.RUN_TASK, 7)

    work(redis)

    assert rung == [NOT_URGENT]


def test_a_worker_takes_no_commands_from_redis(redis: Redis, rung: list[bool]) -> None:
    worker = work(redis)

    assert worker.pubsub_thread is None


def test_a_worker_ends_in_order_though_redis_is_away(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = work(redis)
    gone = Redis(unix_socket_path="/nonexistent/redis.sock")
    monkeypatch.setattr(worker, "connection", gone)

    worker.teardown()


def test_files_of_another_version_do_not_keep_redis_from_starting(redis: Redis) -> None:
    """They lie in its directory: it starts empty beside them, for it is only the bell."""
    assert redis.ping()
