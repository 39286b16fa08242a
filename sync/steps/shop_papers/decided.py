"""What a person decided with the number of a shop's paper: kept, told, or refused."""

from __future__ import annotations

from typing import NoReturn

from django.contrib.auth.models import User

from sync.causes.papers import PaperCause
from sync.errors import RecordsDisagree
from sync.models import Decision
from sync.models.marked_done import UNCONFIRMED, WISH, outcome_text
from sync.steps.step_run import StepRun
from sync.told import told


def named_outcome(run: StepRun, paper: str) -> str:
    wish = run.task.facts[WISH]
    said = outcome_text(wish["by"], wish["reason"])[:180]
    return told("{said} ({paper} linked)", said=said, paper=paper)


def refuse(run: StepRun, why: str, *, unconfirmed: str = "") -> NoReturn:
    """Also forgets the number that was named, so that a retry does the usual work."""
    task, reference = run.task, run.sales_order.increment_id
    task.write_ahead(**{WISH: None, UNCONFIRMED: unconfirmed})
    cause = PaperCause.NAMED_WITHOUT_MARK if unconfirmed else PaperCause.NAMED_PAPER
    raise RecordsDisagree(why, cause=cause, detail=str(task.pk), reference=reference)


def keep_decision(run: StepRun) -> None:
    wish, task = run.task.facts[WISH], run.task
    if not Decision.objects.marked_done(task.step).filter(task=task).exists():
        person = User.objects.filter(pk=wish["by_key"]).first() or User(username=wish["by"])
        kind = Decision.Kind.MARKED_DONE
        Decision.keep(kind, person, wish["reason"], number=wish["number"], **task.about)
