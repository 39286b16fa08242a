"""One slice of a fetch of all orders: the next of those that are open, then of complete ones whose
time has come again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sync.mirrors.followed import followed_orders, open_orders, orders_in_groups
from sync.mirrors.unreadable_documents import Pulled
from sync.models import SalesOrder, Step
from sync.steps.from_sap.answers import of_many_orders
from sync.steps.from_sap.storing import keep, orders_of
from sync.steps.step_run import StepRun


@dataclass(frozen=True, slots=True)
class Statuses:
    """What a slice has read; without a ``place`` nothing was left to read."""

    found: int = 0
    place: dict[str, Any] = field(default_factory=dict)
    in_groups: tuple[int, ...] = ()


def next_statuses(run: StepRun, place: dict[str, Any], pulled: Pulled) -> Statuses:
    """A killed slice is read again: its place is kept when it has ended."""
    after, most = place.get("after", 0), run.remotes.sap().options.documents_per_read
    orders = open_orders(after, most)
    after = orders[-1].pk if orders else after
    orders += followed_orders(most - len(orders))
    answer = of_many_orders(run, orders, pulled)
    keep(run, answer, pulled)
    wanted = set().union(*(orders_of(one) for one in answer.put_off))
    return Statuses(
        found=len(answer.deliveries) + len(answer.put_off),
        place={"after": after} if len(orders) == most else {},
        in_groups=_known(wanted) if wanted else (),
    )


def _known(sap_numbers: set[str]) -> tuple[int, ...]:
    """Without those that a group's task is about to read, or reads."""
    orders = SalesOrder.objects.filter(sap_sales_order_number__in=sap_numbers - {""})
    known = set(orders.filter(sap_read_at__isnull=False).values_list("pk", flat=True))
    return tuple(known - orders_in_groups(Step.PULL_DELIVERIES))
