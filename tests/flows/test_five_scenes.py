"""The five scenes through real processes: portal, queue, workers, both stand-ins, over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest
import requests

from sync.sandbox.scenes import perform
from tests.running_demo import ROOT, RunningDemo, a_running_demo

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningDemo]:
    with a_running_demo() as running:
        yield running


def test_the_demo_says_where_everything_is(demo: RunningDemo) -> None:
    assert f"Portal ready at {demo.portal}" in demo.said.splitlines()
    assert demo.shop in demo.said
    assert demo.sap in demo.said
    for name in ("sales", "logistics", "finance", "admin"):
        assert f"{name} / {name}-demo" in demo.said


@pytest.mark.parametrize("shape", ["simple", "bundle-dynamic", "eur", "virtual", "downloadable"])
def test_p2_44_the_five_scenes_work_by_hand(demo: RunningDemo, shape: str) -> None:
    seen: list[str] = []

    played = perform(demo.play(shape=shape), seen.append)

    assert played, "\n".join(seen)


def test_the_five_scenes_work_with_the_older_magento(demo: RunningDemo) -> None:
    seen: list[str] = []

    played = perform(demo.play(shape="coupon", shop_version="2.4.7"), seen.append)

    assert played, "\n".join(seen)
    settings = requests.get(f"{demo.shop}/sandbox/settings", timeout=20).json()
    assert settings["version"] == "2.4.8"  # as before


def test_p1_20_the_five_scenes_work_by_themselves(demo: RunningDemo) -> None:
    seen: list[str] = []

    played = perform(demo.play(shape="coupon", by_hand=False), seen.append)

    assert played, "\n".join(seen)


def test_a_killed_worker_is_replaced_and_its_work_done(demo: RunningDemo) -> None:
    workers = subprocess.run(
        ["pgrep", "-f", f"{ROOT}/manage.py sync_worker"], capture_output=True, text=True, check=True
    ).stdout.split()
    own = [pid for pid in map(int, workers) if _belongs_to(pid, demo)]
    os.kill(own[0], signal.SIGKILL)
    seen: list[str] = []

    played = perform(demo.play(), seen.append)

    assert played, "\n".join(seen)


def test_ctrl_c_leaves_no_process_behind() -> None:
    with a_running_demo() as demo:
        pids = [pid for pid in _all_pids() if _belongs_to(pid, demo)]

    assert pids
    assert [pid for pid in pids if _belongs_to(pid, demo)] == []
    with pytest.raises(requests.ConnectionError):
        requests.get(demo.portal, timeout=2)


def _all_pids() -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid="], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def _belongs_to(pid: int, demo: RunningDemo) -> bool:
    """Whether a process was started with this demo's directory in its environment."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as environment:  # noqa: PTH123 - a pseudo file
            return f"DATA_DIR={demo.environment['DATA_DIR']}".encode() in environment.read()
    except OSError:
        return False
