"""A step is declared once: what its row says fits the rest of the portal."""

from __future__ import annotations

from typing import Any

import pytest

from sync.causes.cause import Team
from sync.jobs.plan import OPEN_WORK
from sync.models import Step, SyncTask
from sync.models.steps import ASKING, FETCHES, TRIALS, WRITES, Facts
from sync.models.systems import MAGENTO, SAP
from tests.builders import a_sales_order, a_task


@pytest.mark.parametrize("step", list(Step))
def test_every_step_states_its_facts_and_its_label(step: Step) -> None:
    assert isinstance(step.facts, Facts)
    guessed = step.name.replace("_", " ").title()  # by Django, where none is given
    assert str(step.label) != guessed


def test_every_step_either_fetches_or_writes_or_is_a_trial_or_queues_clicks() -> None:
    acts: list[Any] = sorted([*FETCHES, *WRITES, *TRIALS, *ASKING])

    assert acts == sorted(Step)


@pytest.mark.parametrize("step", list(Step))
def test_every_step_asks_for_a_permission_that_there_is(step: Step) -> None:
    assert step.facts.permission.removeprefix("sync.") in dict(SyncTask._meta.permissions)


def test_what_runs_by_itself_knows_what_is_outstanding() -> None:
    assert set(OPEN_WORK) == {step for step in Step if step.facts.every is not None}


@pytest.mark.django_db
def test_a_task_says_who_acts_and_what_it_cannot_do_without() -> None:
    order = a_sales_order()
    task = a_task(Step.PUSH_ORDER, order)

    assert (task.usual_team, task.systems) == (Team.SALES, [SAP, f"{MAGENTO}:{order.shop.code}"])


def test_a_step_of_another_version_is_the_administrators() -> None:
    task = SyncTask(step="push_credit_memo")

    assert (task.usual_team, task.systems) == (Team.ADMINISTRATOR, [])
