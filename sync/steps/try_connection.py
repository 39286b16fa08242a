"""Trying a connection: what a test button on the connections page runs."""

from __future__ import annotations

from sync.steps.shop_version import note_version
from sync.steps.step_run import StepRun


def try_connection(run: StepRun) -> str:
    """Say who answered; raises the error that tells what to repair."""
    if run.task.shop is not None:
        answered = run.magento().ping()
        note_version(run)
        return answered
    return run.remotes.sap().ping()
