"""Runs the readiness checks of one area. Nothing is written to a remote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from sync.models import ReadinessFinding
from sync.steps.readiness.check_result import CheckResult
from sync.steps.readiness.portal import check_portal
from sync.steps.readiness.sap import check_sap
from sync.steps.readiness.shop import check_shop
from sync.steps.step_run import StepRun
from sync.told import told

State = ReadinessFinding.State


def check_readiness(run: StepRun) -> str:
    """A failed check becomes a finding that says what to do; the step itself does not fail."""
    area = run.task.reference
    if run.task.shop is not None:
        found = list(check_shop(run))
    else:
        found = list(check_sap(run) if area == "sap" else check_portal())
    _store(area, found)
    counts = Counter(finding.state for finding in found)
    return told(
        "{green} green, {amber} amber, {red} red.",
        green=counts[State.GREEN],
        amber=counts[State.AMBER],
        red=counts[State.RED],
    )


def _store(area: str, found: Iterable[CheckResult]) -> None:
    now = timezone.now()
    with transaction.atomic():
        ReadinessFinding.objects.filter(area=area).delete()
        ReadinessFinding.objects.bulk_create(
            ReadinessFinding(
                area=area,
                name=finding.name[:80],
                state=finding.state,
                detail=finding.detail,
                remedy=finding.remedy,
                position=position,
                checked_at=now,
            )
            for position, finding in enumerate(found)
        )
