"""Carries out clicks on many documents, as a worker would, up to the tasks they ask for."""

from __future__ import annotations

from sync.jobs.clicks import become_of
from sync.jobs.mass_clicks import MassClicked
from sync.jobs.run import run_one
from sync.models import SyncTask
from sync.models.steps import ASKING
from sync.remotes import remotes_of_this_thread


def carried_out(clicked: MassClicked) -> str:
    """Queue the click's work; what the person is told of it then."""
    assert clicked.click is not None
    queue_clicks()
    clicked.click.refresh_from_db()
    return become_of(clicked.click)


def queue_clicks() -> None:
    """Carry out every slice that waits; no remote is called for it."""
    while task := SyncTask.objects.filter(step__in=ASKING, state=SyncTask.State.WAITING).first():
        run_one(task.pk, remotes_of_this_thread())
