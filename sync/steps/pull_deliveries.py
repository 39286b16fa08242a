"""Reads status and deliveries of the portal's orders from SAP into the mirror: of one order, or of
all that are open or followed, in slices."""

from __future__ import annotations

from sync.mirrors.followed import orders_of_group
from sync.mirrors.unreadable_documents import Pulled
from sync.models import Step
from sync.steps.from_sap.answers import of_group, of_one_order
from sync.steps.from_sap.slices import next_statuses
from sync.steps.from_sap.storing import is_about_one_order, keep
from sync.steps.step_run import Slice, StepRun
from sync.told import told


def pull_deliveries(run: StepRun) -> Slice:
    pulled = Pulled(run.task, Step.PULL_DELIVERIES)
    if is_about_one_order(run):
        return _of_one_order(run, pulled)
    if run.group:
        return _of_group(run, pulled)
    place = run.place
    read = next_statuses(run, place, pulled)
    pulled.update_tasks()
    found = place.get("found", 0) + read.found
    return Slice(
        _told(found, pulled),
        has_news=pulled.has_news or bool(read.in_groups),
        place={**read.place, "found": found} if read.place else {},
        in_groups=read.in_groups,
    )


def _of_one_order(run: StepRun, pulled: Pulled) -> Slice:
    found = 0
    if run.sales_order.is_in_sap:
        answer = of_one_order(run, run.sales_order, pulled)
        keep(run, answer, pulled)
        found = len(answer.deliveries)
    pulled.update_tasks()
    return Slice(_told(found, pulled))


def _of_group(run: StepRun, pulled: Pulled) -> Slice:
    answer = of_group(run, orders_of_group(run.group), pulled)
    keep(run, answer, pulled)
    pulled.update_tasks()
    return Slice(_told(len(answer.deliveries), pulled))


def _told(found: int, pulled: Pulled) -> str:
    read = told("{found} deliveries read", found=found) if found != 1 else told("1 delivery read")
    return pulled.told(read)
