"""Tests a connection, for the button on the connections page."""

from __future__ import annotations

from sync.steps.recognition.stores import recognise_stores
from sync.steps.step_run import StepRun


def try_connection(run: StepRun) -> str:
    """Returns who answered a fresh logon; raises the error that says what to repair."""
    run.remotes.renew()
    if run.task.shop is None:
        return run.remotes.sap().ping()
    views = run.magento().get_store_views()
    recognise_stores(run, views)
    return run.magento().ping(views)
