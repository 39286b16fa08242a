"""What a new portal still needs before it can work, from what Readiness knows, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from sync.jobs import release
from sync.models import DryRun, ReadinessFinding, SalesOrder, Shop
from sync.models.systems import SAP
from sync.views.buttons import Button
from sync.views.kinds import ORDERS

WORST_FIRST = ("red", "amber", "green")
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist, with a light as under Readiness; the button only where the reader
    may press it."""

    name: str
    light: str
    detail: str = ""
    button: Button | None = None

    @property
    def is_done(self) -> bool:
        return self.light in {"green", "amber"}


def first_run(user: User) -> list[Check]:
    """Empty once the portal has orders and may send by itself."""
    has_orders, is_held = SalesOrder.objects.exists(), release.is_held()
    if has_orders and not is_held:
        return []
    shops = list(Shop.objects.filter(is_active=True).order_by("name"))
    checks = [*_shops(shops, is_held=is_held), *_areas(shops), _orders(has_orders=has_orders)]
    if is_held:
        checks += [_tried(), _released(checks)]
    return [_for(user, one) for one in checks]


def _for(user: User, check: Check) -> Check:
    button = check.button
    if button is None or (user.has_perm(button.permission) and check.light != "green"):
        return check
    return replace(check, button=None)


def _shops(shops: Sequence[Shop], *, is_held: bool) -> Iterator[Check]:
    page = Button(
        "Shops", reverse("admin:sync_shop_changelist"), "arrow-right", permission="sync.change_shop"
    )
    if not shops:
        yield Check("A shop", "red", "No shop is switched on: add one under Mappings.", page)
        return
    names = ", ".join(shop.name for shop in shops)
    yield Check("A shop", "green", names)
    missing = ", ".join(shop.name for shop in shops if shop.orders_from is None)
    if missing:
        told = f"“Orders from” is not set for {missing}: older orders would be sent too."
        yield Check("Where to begin", "red" if is_held else "amber", told, page)
    else:
        yield Check("Where to begin", "green", "Older orders stay as they are.")


def _areas(shops: Sequence[Shop]) -> Iterator[Check]:
    """What the last checks found of the portal, of SAP and of each shop."""
    found: dict[str, list[ReadinessFinding]] = {}
    for finding in ReadinessFinding.objects.all():
        found.setdefault(finding.area, []).append(finding)
    names = {"portal": "The portal is ready", SAP: "SAP is ready"}
    names |= {shop.system: f"{shop.name} is ready" for shop in shops}
    for area, name in names.items():
        yield _area(name, found.get(area, []))


def _area(name: str, findings: Sequence[ReadinessFinding]) -> Check:
    since = timezone.now() - release.CHECKED_WITHIN
    if not any(one.checked_at > since for one in findings):
        check = Button(
            "Check everything", reverse("sync:check_readiness"), "shield-check",
            is_post=True, permission="sync.check_readiness",
        )  # fmt: skip
        return Check(name, "", "Not checked in the last day.", check)
    states = {one.state for one in findings}
    light = next(state for state in WORST_FIRST if state in states)
    page = Button(
        "Readiness", reverse("sync:readiness"), "arrow-right", permission="sync.check_readiness"
    )
    named = _named(one.name for one in findings if one.state == light != "green")
    return Check(name, light, named, page)


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return ", ".join(listed[:MOST_NAMED]) + more


def _orders(*, has_orders: bool) -> Check:
    if has_orders:
        return Check("Web orders are here", "green")
    fetch = Button(
        "Fetch orders", reverse(f"sync:{ORDERS.name}_sync_all"), "refresh-cw",
        is_post=True, permission=ORDERS.permission,
    )  # fmt: skip
    return Check("Web orders are here", "", "No order has come from the shop yet.", fetch)


def _tried() -> Check:
    name = "An order was tried in SAP"
    if DryRun.objects.filter(verdict__in=release.TRIED).exists():
        return Check(name, "green", "Nothing is saved in SAP by a dry run.")
    page = Button("Orders", reverse("sync:orders"), "arrow-right", permission="sync.dry_run_orders")
    return Check(name, "", "Open an order and press Dry run, until SAP accepts one.", page)


def _released(before: Sequence[Check]) -> Check:
    """The last step: while it is open, nothing is sent by itself."""
    page = Button(
        "Readiness", reverse("sync:readiness"), "arrow-right", permission="sync.manage_automation"
    )
    ready = all(one.is_done for one in before)
    told = (
        "Everything is ready: an administrator can release it."
        if ready
        else ("Until then, only what somebody syncs one by one is sent.")
    )
    return Check("Released to send by itself", "", told, page)
