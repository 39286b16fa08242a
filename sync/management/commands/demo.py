"""Runs the whole demo: Redis, both stand-ins, workers, scheduler and web, until Ctrl-C.

Where ``SAP_RFC_CONNECT`` names a real SAP, that one is used, and no stand-in of it is started. The
shop is always the stand-in.
"""

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

from sync.checks import SAP_HOSTS, STANDIN_SAP, STANDIN_SHOP, check_sap
from sync.management.commands.seed_demo import PEOPLE
from sync.sandbox.processes import start_supervisor, supervisor_config

READY_WITHIN_SECONDS = 120


class Command(BaseCommand):
    help = (
        "Run the portal with a stand-in shop, a stand-in SAP (unless SAP_RFC_CONNECT names a real "
        "one) and an embedded Redis."
    )
    requires_system_checks: list[
        str
    ] = []  # they are for production; the processes it starts run them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument(
            "--place-every", type=int, metavar="SECONDS",
            help="place a web order each time; 120 without it, and none beside a real SAP",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        data: Path = settings.DATA_DIR.resolve()
        (data / "logs").mkdir(parents=True, exist_ok=True)
        ports = {name: int(os.environ.get(name, default)) for name, default in PORTS.items()}
        if has_real_sap():
            del ports["SAP_PORT"]
            refuse_unusable_sap()
        if options["place_every"] is None:
            options["place_every"] = 0 if has_real_sap() else PLACE_EVERY_SECONDS
        refuse_taken_ports(ports)
        os.environ["DEMO"] = "true"
        os.environ["MAGENTO_SHOPS"] = STANDIN_SHOP  # everybody knows the demo's passwords
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
            *(
                f"{addresses[name]}/sandbox/health"
                for name in ("SHOP_PORT", "SAP_PORT")
                if name in addresses
            ),
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
            *told_of_sap(addresses),
            *(f"Login            {name} / {name}-demo" for name in PEOPLE),
            "Ctrl-C stops everything; the data stays for the next start.",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()


PLACE_EVERY_SECONDS = 120
PORTS = {"PORTAL_PORT": "8000", "SHOP_PORT": "8001", "SAP_PORT": "8002"}


def commands(data: Path, ports: dict[str, int], options: dict[str, Any]) -> dict[str, str]:
    """Each process of the demo and its command line, in starting order."""
    manage = [str(Path(settings.BASE_DIR) / "manage.py")]
    shop = ["--port", str(ports["SHOP_PORT"]), "--data", str(data / "shop")]
    web = ["--bind", f"127.0.0.1:{ports['PORTAL_PORT']}", "--workers", "2", "--threads", "8"]
    found = {
        "shop": ["-m", "sync.sandbox.shop", *shop, "--place-every", str(options["place_every"])],
        **_sap(data, ports),
        "scheduler": [*manage, "sync_scheduler"],
        "web": ["-m", "gunicorn", "o2c_portal.wsgi", "--worker-class", "gthread", *web],
    }
    if "REDIS_URL" not in os.environ:
        found = {"redis": _redis(data)} | found
    for number in range(1, options["workers"] + 1):
        first = ["--first", "bulk"] if number == 2 else []
        found[f"worker{number}"] = [*manage, "sync_worker", *first]
    return {name: shlex.join([sys.executable, *command]) for name, command in found.items()}


def _sap(data: Path, ports: dict[str, int]) -> dict[str, list[str]]:
    if "SAP_PORT" not in ports:
        return {}
    port = str(ports["SAP_PORT"])
    return {"sap": ["-m", "sync.sandbox.sap", "--port", port, "--data", str(data / "sap")]}


def has_real_sap() -> bool:
    return bool(settings.SAP_RFC_CONNECT != STANDIN_SAP)


def refuse_unusable_sap() -> None:
    """Before anything is started, rather than in the log of each process."""
    if found := [message for message in check_sap() if message.is_serious()]:
        told = " ".join(f"{one.msg} {one.hint or ''}".strip() for one in found)
        raise CommandError(f"{told} Unset SAP_RFC_CONNECT to play the demo with a stand-in SAP.")


def told_of_sap(addresses: dict[str, str]) -> list[str]:
    if "SAP_PORT" in addresses:
        return [f"Stand-in SAP     {addresses['SAP_PORT']}"]
    parameters = settings.SAP_RFC_PARAMETERS
    named = next((parameters[name] for name in SAP_HOSTS if parameters.get(name)), "")
    return [
        f"Real SAP         {named or parameters.get('dest', '')}, by SAP_RFC_CONNECT",
        "                 Nothing is sent to it before an administrator releases it on Readiness.",
        "                 Unset SAP_RFC_CONNECT to play with a stand-in SAP.",
    ]


def _redis(data: Path) -> list[str]:
    return ["-m", "sync.sandbox.embedded_redis", str(data), str(settings.REDIS_SOCKET)]


def secret_key(path: Path) -> str:
    """The demo's own secret, created once and kept."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


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
