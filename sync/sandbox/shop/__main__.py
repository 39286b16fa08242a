"""``python -m sync.sandbox.shop``: the shop as a process, on a port of this machine only."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sync.sandbox.shop import factory
from sync.sandbox.shop.app import create_app
from sync.sandbox.shop.settings import BadSetting
from sync.sandbox.shop.versions import VERSIONS

HOST = "127.0.0.1"
log = logging.getLogger("shop")


class KeepAlive(WSGIRequestHandler):
    """HTTP/1.1, so that clients may keep their connection; no line per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


class Process:
    """Serves until told to stop; closes the port for a while when a fault says so."""

    def __init__(self, app: Flask, port: int) -> None:
        self._app = app
        self._port = port
        self._stopping = threading.Event()
        self._closed_for = 0.0
        self._server: BaseWSGIServer | None = None
        app.extensions["shop_faults"].on_refuse = self.close_port

    def close_port(self, seconds: float) -> None:
        """Refuse connections for so long."""
        self._closed_for = seconds
        self._end_serving()

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """End the process's work; a signal handler."""
        self._stopping.set()
        self._end_serving()

    def _end_serving(self) -> None:
        if self._server is not None:
            threading.Thread(target=self._server.shutdown, daemon=True).start()

    def run(self) -> None:
        """Serve, and listen again after each time of refusing."""
        while not self._stopping.is_set():
            self._server = make_server(
                HOST, self._port, self._app, threaded=True, request_handler=KeepAlive
            )
            self._server.serve_forever()
            self._server.server_close()
            self._server = None
            self._stopping.wait(self._closed_for)
            self._closed_for = 0.0

    def place_orders(self, every: float) -> None:
        """Place a random everyday order again and again until the end."""
        while not self._stopping.wait(every):
            order = factory.place(self._app.extensions["shop"])
            log.info("placed sales order %s", order["increment_id"])


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="sync.sandbox.shop", description=__doc__)
    parser.add_argument("--port", type=int, default=int(os.environ.get("SHOP_PORT", "8001")))
    parser.add_argument("--data", type=Path, default=Path(".demo/shop"))
    parser.add_argument("--place-every", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument(
        "--shop-version", choices=tuple(VERSIONS), default=os.environ.get("SHOP_VERSION", ""),
        help="the Magento version to play; without it as the settings page says",
    )  # fmt: skip
    parser.add_argument("--empty", action="store_true", help="start without the recorded orders")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        app = create_app(
            arguments.data,
            seed=not arguments.empty,
            version=arguments.shop_version,
            beside_fresh_sap=True,
        )
    except BadSetting as error:  # SHOP_VERSION: argparse does not look at a default
        parser.error(str(error))
    process = Process(app, arguments.port)
    signal.signal(signal.SIGTERM, process.stop)
    signal.signal(signal.SIGINT, process.stop)
    if arguments.place_every > 0:
        threading.Thread(
            target=process.place_orders, args=(arguments.place_every,), daemon=True
        ).start()
    version = app.extensions["shop"].version.name
    log.info("stand-in shop, Magento %s, at http://%s:%s", version, HOST, arguments.port)
    process.run()


if __name__ == "__main__":
    main()
