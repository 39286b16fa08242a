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
from rq import Callback, Queue, SimpleWorker
from rq.serializers import JSONSerializer
from rq.webhook import Webhook

from sync.jobs import bell
from sync.jobs.rings import Ring, hear_no_commands

pytestmark = pytest.mark.flow  # a server of its own, and RQ's alarm clocks

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
def rung(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    redis.flushall()
    heard: list[int] = []
    monkeypatch.setattr("sync.jobs.run.run_task", heard.append)
    return heard


def work(redis: Redis) -> SimpleWorker:
    """A worker as the command starts it, until nothing is left."""
    queue = Queue("bulk", connection=redis, job_class=Ring, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=redis, job_class=Ring, serializer=JSONSerializer)
    hear_no_commands(worker)
    worker.work(burst=True, logging_level="WARNING")
    assert not queue.get_job_ids()
    return worker


def strangers_queue(redis: Redis) -> Queue:
    return Queue("bulk", connection=redis, serializer=JSONSerializer)


def touch(path: Path) -> str:
    return f"touch {path}"


def test_a_ring_carries_out_its_task(redis: Redis, rung: list[int]) -> None:
    strangers_queue(redis).enqueue(bell.RUN_TASK, 42)

    work(redis)

    assert rung == [42]


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
    redis: Redis, rung: list[int], tmp_path: Path, caplog: Any, asked: tuple[str, Any, Any]
) -> None:
    proof = tmp_path / "proof"
    name, args, kwargs = asked
    strangers_queue(redis).enqueue_call(name, args or [touch(proof)], kwargs)
    strangers_queue(redis).enqueue(bell.RUN_TASK, 7)

    with caplog.at_level(logging.WARNING, logger="sync.jobs.rings"):
        work(redis)

    assert rung == [7]
    assert not proof.exists()
    assert name in caplog.text
    assert "touch" not in caplog.text


def test_a_rightly_named_job_brings_no_callback_and_no_webhook_along(
    redis: Redis, rung: list[int], monkeypatch: pytest.MonkeyPatch
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

    assert (rung, called) == ([42], [])


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
def test_spoilt_jobs_do_not_stop_the_worker(redis: Redis, rung: list[int], data: bytes) -> None:
    spoilt = strangers_queue(redis).enqueue(bell.RUN_TASK, 1)
    redis.hset(
        spoilt.key, mapping={"data": data, "timeout": "never", "created_at": "?", "status": b"\xff"}
    )
    strangers_queue(redis).enqueue(bell.RUN_TASK, 7)

    work(redis)

    assert rung == [7]


def test_a_worker_takes_no_commands_from_redis(redis: Redis, rung: list[int]) -> None:
    worker = work(redis)

    assert worker.pubsub_thread is None


def test_files_of_another_version_do_not_keep_redis_from_starting(redis: Redis) -> None:
    """They lie in its directory: it starts empty beside them, for it is only the bell."""
    assert redis.ping()
