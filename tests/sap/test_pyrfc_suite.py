"""The suite for a real system (tests/pyrfc), run here on a fake pyrfc and the stand-in SAP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.sandbox.sap.http_server import SapServer
from sync.sandbox.sap.system import SapSystem

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).parents[2]
PACKAGES = Path(__file__).parent / "fake_pyrfc"
VALUES = {
    "ASHOST": "sap", "SYSNR": "00", "CLIENT": "100", "USER": "PORTAL", "PASSWD": "secret",
    "ORDER_TYPE": "TA", "SALES_ORGANIZATION": "3000", "DISTRIBUTION_CHANNEL": "20",
    "DIVISION": "00", "SOLD_TO": "10001", "MATERIAL": "S-001", "UNIT": "ST", "CURRENCY": "EUR",
    "PRICE_CONDITION": "PR00",
}  # fmt: skip


def run_suite(package: str, **variables: str) -> str:
    """The last lines pytest prints."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SAP_RFC_TEST_")}
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "tests/pyrfc"],
        cwd=PROJECT,
        env={**clean, "PYTHONPATH": str(PACKAGES / package), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.stdout


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[str]:
    system = SapSystem(tmp_path)
    server = SapServer(system, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()
    thread.join()
    system.close()


def test_without_the_library_the_suite_is_skipped_with_one_line() -> None:
    printed = run_suite("without_library")

    assert "1 skipped" in printed
    assert printed.count("SKIPPED") == 1
    assert "pyrfc cannot be imported with its Connection" in printed


def test_the_suite_passes_on_the_standin(standin: str) -> None:
    given = {f"SAP_RFC_TEST_{name}": value for name, value in VALUES.items()}

    printed = run_suite("complete", PYRFC_FAKE_STANDIN=standin, **given)

    assert " passed" in printed
    assert "failed" not in printed
    assert "skipped" not in printed
