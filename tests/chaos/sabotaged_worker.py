"""A worker with one of its guards taken out: ``python -m tests.chaos.sabotaged_worker GUARD``.

Chaos must find the damage. No such switch exists in the product itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import django
from django.core.management import call_command


def _replace(module: str, name: str, stand_in: Callable[..., Any]) -> None:
    """Raises ``AttributeError`` when the guard is gone: then this file is out of date."""
    found = import_module(module)
    getattr(found, name)
    setattr(found, name, stand_in)


def without_look_up() -> None:
    """Nothing is looked for before it is made."""
    _replace("sync.steps.push_order", "_look_up", lambda *_: "")
    for name in ("_marked", "_made_by_hand"):
        _replace("sync.steps.papers", name, lambda *_: None)


def without_lease() -> None:
    """A worker that lost its lease goes on."""
    from sync.models import SyncTask

    def update(self: SyncTask, **values: Any) -> None:
        SyncTask.objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    SyncTask.update_as_owner = update  # type: ignore[method-assign]
    for sender in ("sync.magento.fenced_adapter", "sync.sap.bapi"):
        _replace(sender, "refuse_if_late", lambda: None)


def without_write_ahead() -> None:
    """Neither the SAP number nor the mark of a running write is kept."""
    from sync.models import SyncTask
    from sync.models.recording import Recording

    _replace("sync.steps.remote_writes", "_set", lambda *_: None)
    Recording._written = lambda *_: {}  # type: ignore[method-assign]

    def keep_nothing(self: SyncTask, **facts: Any) -> None:
        self.update_as_owner(lease_until=self.lease_until)

    SyncTask.write_ahead = keep_nothing  # type: ignore[method-assign]


GUARDS: dict[str, Callable[[], None]] = {
    "lookup": without_look_up,
    "lease": without_lease,
    "write_ahead": without_write_ahead,
}


def main(guard: str) -> None:
    """Take the guard out and work."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "o2c_portal.settings")
    django.setup()
    GUARDS[guard]()
    call_command("sync_worker")


if __name__ == "__main__":
    main(sys.argv[1])
