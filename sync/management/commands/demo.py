"""Runs the whole demo: Redis, both stand-ins, workers, scheduler and web, until Ctrl-C."""

from __future__ import annotations

import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.checks import STANDIN_SAP, STANDIN_SHOP, has_only_standins
from sync.management.commands.seed_demo import PEOPLE
from sync.sandbox.processes import start_supervisor, supervisor_config
from sync.shop_variables import shop_variables

READY_WITHIN_SECONDS = 120


class Command(BaseCommand):
    help = "Run the portal with a stand-in shop, a stand-in SAP and an embedded Redis."
    requires_system_checks: list[
        str
    ] = []  # they are for production; the processes it starts run them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--place-every", type=int, default=120, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        data: Path = settings.DATA_DIR.resolve()
        (data / "logs").mkdir(parents=True, exist_ok=True)
        ports = {name: int(os.environ.get(name, default)) for name, default in PORTS.items()}
        refuse_taken_ports(ports)
        os.environ.update(stand_ins())
        os.environ["DEMO"] = "true"
        os.environ["SECRET_KEY"] = secret_key(data / "secret_key")
        settings.SECRET_KEY = os.environ["SECRET_KEY"]
        call_command("migrate", verbosity=0)
        call_command("seed_demo")
        call_command("collectstatic", verbosity=0, interactive=False)
        config = data / "supervisor.conf"
        config.write_text(supervisor_config(data, commands(data, ports, options)))
        supervisor = start_supervisor(config, os.environ)
        stop = self._stop_on_signal()
        try:
            self._announce(supervisor, stop, ports, data)
            while not stop.wait(0.5) and supervisor.poll() is None:
                pass
        finally:
            end(supervisor)

    def _stop_on_signal(self) -> threading.Event:
        stop = threading.Event()

        def note(signum: int, frame: FrameType | None) -> None:
            stop.set()

        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wanted, note)
        return stop

    def _announce(
        self,
        supervisor: subprocess.Popen[bytes],
        stop: threading.Event,
        ports: dict[str, int],
        data: Path,
    ) -> None:
        addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        waiting = {
            f"{addresses['PORTAL_PORT']}/readyz",
            f"{addresses['SHOP_PORT']}/sandbox/health",
            f"{addresses['SAP_PORT']}/sandbox/health",
        }
        for _ in range(READY_WITHIN_SECONDS * 4):
            waiting = {address for address in waiting if not answers(address)}
            if not waiting or stop.wait(0.25):
                break
            if supervisor.poll() is not None:
                raise CommandError(f"The demo could not be started; see {data / 'logs'}.")
        if stop.is_set():
            return
        if waiting:
            raise CommandError(f"No answer from {', '.join(waiting)}; see {data / 'logs'}.")
        lines = [
            f"Portal ready at {addresses['PORTAL_PORT']}",
            f"Stand-in shop    {addresses['SHOP_PORT']}",
            f"Stand-in SAP     {addresses['SAP_PORT']}",
            *(f"Login            {name} / {name}-demo" for name in PEOPLE),
            *told_of_real_systems(),
            "Ctrl-C stops everything; the data stays for the next start.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


PORTS = {"PORTAL_PORT": "8000", "SHOP_PORT": "8001", "SAP_PORT": "8002"}


def commands(data: Path, ports: dict[str, int], options: dict[str, Any]) -> dict[str, str]:
    """Each process of the demo and its command line, in starting order."""
    manage = [str(Path(settings.BASE_DIR) / "manage.py")]
    shop = ["--port", str(ports["SHOP_PORT"]), "--data", str(data / "shop")]
    sap = ["--port", str(ports["SAP_PORT"]), "--data", str(data / "sap")]
    web = ["--bind", f"127.0.0.1:{ports['PORTAL_PORT']}", "--workers", "2", "--threads", "8"]
    found = {
        "shop": ["-m", "sync.sandbox.shop", *shop, "--place-every", str(options["place_every"])],
        "sap": ["-m", "sync.sandbox.sap", *sap],
        "scheduler": [*manage, "sync_scheduler"],
        "web": ["-m", "gunicorn", "o2c_portal.wsgi", "--worker-class", "gthread", *web],
    }
    if "REDIS_URL" not in os.environ:
        found = {"redis": _redis(data)} | found
    for number in range(1, options["workers"] + 1):
        found[f"worker{number}"] = [*manage, "sync_worker"]
    return {name: shlex.join([sys.executable, *command]) for name, command in found.items()}


def _redis(data: Path) -> list[str]:
    return ["-m", "sync.sandbox.embedded_redis", str(data), str(settings.REDIS_SOCKET)]


def secret_key(path: Path) -> str:
    """The demo's own secret, created once and kept."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def stand_ins() -> dict[str, str]:
    """The demo places orders and plays the clerks: neither may ever reach a real shop or SAP.

    Every value is set, not only taken away: a file ``.env`` would fill the gap.
    """
    shop = {name.upper(): value for name, value in settings.SHOP_STANDIN.items()} | {
        "AUTH": "oauth"
    }
    sap = ",".join(f"{name}={value}" for name, value in settings.SAP_STANDIN_PARAMETERS.items())
    return {
        "MAGENTO_SHOPS": STANDIN_SHOP,
        **{f"{shop_variables(STANDIN_SHOP)}{name}": value for name, value in shop.items()},
        f"{shop_variables(STANDIN_SHOP)}STORE_CODE": "",
        "SAP_RFC_CONNECT": STANDIN_SAP,
        "SAP_RFC_PARAMETERS": sap,
        "SAP_RFC_PASSWORD": "",
    }


def told_of_real_systems() -> list[str]:
    if has_only_standins():
        return []
    return ["The real shop or SAP that is set here is left alone: the demo plays its stand-ins."]


def refuse_taken_ports(ports: dict[str, int]) -> None:
    """Stop before anything is started, naming the variable to set."""
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise CommandError(
                    f"Port {port} is in use: stop what uses it, or set {name} to another port."
                ) from None


def answers(address: str) -> bool:
    """Whether something healthy answers there."""
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def end(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(timeout=40)
    except subprocess.TimeoutExpired:
        os.killpg(supervisor.pid, signal.SIGKILL)
        supervisor.wait()
