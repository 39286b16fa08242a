"""Run the stand-in SAP: ``python -m sync.sandbox.sap --port 8002 --data DIR``."""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from pathlib import Path

from .http_server import SapServer
from .system import SapSystem


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="sync.sandbox.sap", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--data", type=Path, required=True, help="folder for the SQLite file")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s sap %(levelname)s %(message)s")
    system = SapSystem(options.data)
    server = SapServer(system, options.host, options.port)

    def stop(*_: object) -> None:
        threading.Thread(target=server.stop, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    logging.getLogger(__name__).info("stand-in SAP at http://%s:%s", options.host, server.port)
    server.run()
    system.close()


if __name__ == "__main__":
    main()
