"""Warehouse and billing clerk that work by themselves, one step per document and round."""

from __future__ import annotations

import logging
import threading

from .system import SapSystem

logger = logging.getLogger(__name__)


class Autopilot:
    """A thread that plays the clerks while the setting is on."""

    def __init__(self, system: SapSystem) -> None:
        self._system = system
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin in the background."""
        threading.Thread(target=self._run, name="autopilot", daemon=True).start()

    def stop(self) -> None:
        """End after the present round."""
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._system.settings.autopilot_seconds):
            self._system.run_updates()
