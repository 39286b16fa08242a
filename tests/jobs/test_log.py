"""What the log says, in which form, and what it never says."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from o2c_portal.log_lines import JsonLines, PlainLines
from sync.jobs import work
from sync.log_context import being_done, doing
from sync.models import SyncTask
from tests.world import World


def a_record(message: str, *args: object, **fields: Any) -> logging.LogRecord:
    return logging.LogRecord("sync.jobs", logging.INFO, "x.py", 1, message, args, None, **fields)


def events(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [json.loads(line) for line in caplog.handler.stream.getvalue().splitlines()]


@pytest.fixture
def as_json(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.handler.setFormatter(JsonLines())
    caplog.set_level(logging.DEBUG)
    return caplog


def test_json_is_one_object_a_line_with_what_is_being_done() -> None:
    with doing(task=7, step="push_order"):
        line = JsonLines().format(a_record("took %s\nand more", "it"))

    assert "\n" not in line
    event = json.loads(line)
    assert (event["message"], event["task"], event["step"]) == (
        "took it\nand more",
        7,
        "push_order",
    )
    assert (event["level"], event["logger"]) == ("info", "sync.jobs")
    assert event["time"].endswith("+00:00")


def test_an_exception_stays_within_its_line() -> None:
    try:
        raise ValueError("odd")
    except ValueError as error:
        record = a_record("failed")
        record.exc_info = (type(error), error, error.__traceback__)

    event = json.loads(JsonLines().format(record))

    assert "ValueError: odd" in event["exception"]


def test_nobody_writes_a_second_line_through_an_address() -> None:
    line = PlainLines().format(a_record("refused %s", "/x\n2026-01-01 ERROR forged"))

    assert line.count("\n") == 0


def test_what_is_being_done_ends_with_it() -> None:
    with doing(request="a"), doing(task=1):
        assert being_done() == {"request": "a", "task": 1}

    assert being_done() == {}


@pytest.mark.django_db
def test_a_request_has_a_line_without_its_query_and_an_id(
    client: Client, as_json: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/accounts/login/?next=/orders/%3Fq%3Djane@example.com")

    [event] = [one for one in events(as_json) if one["logger"] == "sync.access"]
    assert event["message"].startswith("GET /accounts/login/ 200 ")
    assert event["request"] == answer["X-Request-ID"]
    assert "jane" not in as_json.text


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "is_kept"), [("abc-12345", True), ("x\ny", False), ("a", False)])
def test_a_proxy_s_request_id_is_kept_if_it_looks_like_one(
    client: Client, given: str, is_kept: bool
) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})

    assert (answer["X-Request-ID"] == given) is is_kept


@pytest.mark.django_db
def test_a_task_s_lines_carry_its_key_and_step_and_no_person(
    world: World, as_json: pytest.LogCaptureFixture
) -> None:
    order = world.place()

    task = world.run(work.push_order(order))

    told = [one for one in events(as_json) if one.get("task") == task.pk]
    assert [one["message"].split(" after")[0] for one in told][:1] == ["took it"]
    assert told[-1]["message"].startswith(f"left it {SyncTask.State.DONE} after ")
    assert {one["step"] for one in told} == {"push_order"}
    assert order.customer_email not in as_json.text
    assert order.customer_name.split()[-1] not in as_json.text


@pytest.mark.parametrize("name", ["oauthlib", "requests_oauthlib", "urllib3"])
def test_libraries_that_write_keys_at_debug_are_kept_quiet(name: str) -> None:
    assert settings.LOGGING["loggers"][name] == {"level": "WARNING"}
