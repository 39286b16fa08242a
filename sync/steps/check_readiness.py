"""Readiness: checks of an area run one by one; each finding says what to do. Nothing is written
at a remote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from sync.models import ReadinessFinding
from sync.steps.readiness.finding import Finding
from sync.steps.readiness.portal import portal_findings
from sync.steps.readiness.sap import sap_findings
from sync.steps.readiness.shop import shop_findings
from sync.steps.step_run import StepRun

State = ReadinessFinding.State


def check_readiness(run: StepRun) -> str:
    """Renew the findings of the task's area; whatever is wrong becomes a finding, not a failure."""
    area = run.task.reference
    if run.task.shop is not None:
        found = list(shop_findings(run))
    else:
        found = list(sap_findings(run) if area == "sap" else portal_findings())
    _store(area, found)
    counts = Counter(finding.state for finding in found)
    return f"{counts[State.GREEN]} green, {counts[State.AMBER]} amber, {counts[State.RED]} red."


def _store(area: str, found: Iterable[Finding]) -> None:
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
