"""The files for an installation are ones that systemd, nginx and compose understand."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

DEPLOY = Path(settings.BASE_DIR) / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
PROXY = "/etc/nginx/snippets/o2c-portal-proxy.conf"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as on a machine where the portal's programs are there."""
    folder = tmp_path_factory.mktemp("units")
    program = folder / "program"
    program.write_text("#!/bin/sh\n", "utf-8")
    program.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text("utf-8")
        (folder / unit.name).write_text(
            re.sub(r"/opt/o2c-portal/\.venv/bin/\w+", str(program), text), "utf-8"
        )
    return folder


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_unit(unit: Path, installed: Path) -> None:
    told = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", str(installed / unit.name)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    of_ours = [line for line in told.stderr.splitlines() if "o2c-portal" in line]
    assert (told.returncode, of_ours) == (0, [])


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_understands_the_example(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=portal",
         "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "chain")],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx" / "o2c-portal.conf").read_text("utf-8")
    for there, here in {
        "/etc/ssl/o2c-portal/fullchain.pem": tmp_path / "chain",
        "/etc/ssl/o2c-portal/privkey.pem": tmp_path / "key",
        PROXY: DEPLOY / "nginx" / "o2c-portal-proxy.conf",
    }.items():
        assert there in site
        site = site.replace(there, str(here))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{ {site} }}\n", "utf-8"
    )

    told = subprocess.run(
        ["nginx", "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert told.returncode == 0, told.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_no_service_runs_as_root(unit: Path) -> None:
    if unit.suffix == ".service":
        assert "\nUser=o2c-portal\n" in unit.read_text("utf-8")
    assert "\nUSER o2c-portal\n" in (DEPLOY / "Containerfile").read_text("utf-8")


def test_the_worker_is_given_as_long_as_the_longest_call_takes() -> None:
    worker = (DEPLOY / "systemd" / "o2c-portal-worker@.service").read_text("utf-8")
    [given] = re.findall(r"TimeoutStopSec=(\d+)", worker)

    assert int(given) > max(120, settings.SAP_RFC_TIMEOUT_SECONDS)
