"""Whether the portal may send by itself, and what is missing before a person can release it.

Before the release it reads, checks and tries, and writes only what a person asks for one document:
*Sync now* on an order, and the follow-up work of that order. Everything a schedule or a full fetch
would send waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from sync.jobs.work import Work
from sync.models import DryRun, ReadinessFinding, Release, Shop, SyncTask
from sync.models.steps import WRITES
from sync.models.systems import SAP
from sync.told import told

CHECKED_WITHIN = timedelta(days=1)
TRIED = (DryRun.Verdict.ACCEPTED, DryRun.Verdict.UNPRICED)
HELD = told(
    "Nothing is sent by itself until an administrator has released the portal under Readiness."
)


def is_held() -> bool:
    """Whether the portal still lacks the permission to send by itself."""
    return settings.NEEDS_RELEASE and not Release.objects.exists()


def holds(step: str, *, asked_by_person: bool) -> bool:
    return step in WRITES and not asked_by_person and is_held()


def let_through(works: Iterable[Work], *, asked_by_person: bool) -> list[Work]:
    """Those that ``holds`` lets run."""
    wanted = list(works)
    is_free = asked_by_person or all(work.step not in WRITES for work in wanted) or not is_held()
    return wanted if is_free else [work for work in wanted if work.step not in WRITES]


def is_by_person(task: SyncTask) -> bool:
    """Whether the follow-up work of a task counts as asked by a person: only for one order."""
    return task.asked_by_id is not None and task.sales_order_id is not None


def missing() -> list[str]:
    """What still prevents the release, each with what to do; empty when nothing does."""
    return [*_not_ready(), *_shops_without_start(), *_untried()]


def release(user: User) -> bool:
    """Let the portal send by itself from now on; False where something is missing."""
    if missing():
        return False
    Release.objects.get_or_create(
        id=Release.ONLY, defaults={"released_by": user, "reason": told("Released under Readiness.")}
    )
    return True


def _not_ready() -> Iterator[str]:
    areas = {"portal": told("the portal"), SAP: "SAP"}
    areas |= {shop.system: told("the shop {name}", name=shop.name) for shop in _shops()}
    findings = ReadinessFinding.objects.filter(area__in=areas)
    red = findings.filter(state=ReadinessFinding.State.RED).count()
    if red:
        yield (
            told("1 check is red: correct what they name, then press Check everything.")
            if red == 1
            else told(
                "{red} checks are red: correct what they name, then press Check everything.",
                red=red,
            )
        )
    recent = findings.filter(checked_at__gt=timezone.now() - CHECKED_WITHIN)
    checked = set(recent.values_list("area", flat=True))
    for area, name in areas.items():
        if area not in checked:
            yield told("Not checked in the last day: {name}. Press Check everything.", name=name)


def _shops_without_start() -> Iterator[str]:
    shops = _shops()
    if not shops:
        yield told("No shop is switched on: add one under Mappings → Shops.")
    for shop in shops:
        if shop.orders_from is None:
            yield (
                told(
                    "The shop {name} has no “orders from”: set it under Mappings → Shops, so that "
                    "orders from before the portal stay as they are.",
                    name=shop.name,
                )
            )


def _untried() -> Iterator[str]:
    if not DryRun.objects.filter(verdict__in=TRIED).exists():
        yield (
            told(
                "No order has been tried: open an order and press Dry run, until SAP accepts one "
                "without differences."
            )
        )


def _shops() -> list[Shop]:
    return list(Shop.objects.filter(is_active=True).order_by("name"))
