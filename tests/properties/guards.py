"""Guards of the product, taken out one at a time: the property tests must find the damage."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from sync.models import SyncTask

Remove = Callable[[pytest.MonkeyPatch], None]


def look_up(patch: pytest.MonkeyPatch) -> None:
    """Nothing is looked for before it is made."""
    patch.setattr(import_module("sync.steps.push_order"), "_look_up", lambda *_: "")
    for name in ("_marked", "_made_by_hand"):
        patch.setattr(import_module("sync.steps.papers"), name, lambda *_: None)


def mark(patch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a write that may still be running."""
    patch.setattr("sync.steps.remote_writes._wait", lambda *_: None)


def owner(patch: pytest.MonkeyPatch) -> None:
    """A worker that lost its task goes on writing to the ledger."""

    def update(self: SyncTask, **values: Any) -> None:
        SyncTask.objects.filter(pk=self.pk).update(**values)
        for name, value in values.items():
            setattr(self, name, value)

    patch.setattr(SyncTask, "update_as_owner", update)


def lease(patch: pytest.MonkeyPatch) -> None:
    """A worker that lost its task goes on, in the ledger and at the remotes."""
    owner(patch)
    patch.setattr("sync.sap.bapi.refuse_if_late", lambda: None)
    patch.setattr("tests.properties.storm.refuse_if_late", lambda: None)


GUARDS: dict[str, Remove] = {"look-up": look_up, "mark": mark, "lease": lease}
