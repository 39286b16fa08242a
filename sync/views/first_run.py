"""What a new portal still needs before it can work, from what Readiness knows, step by step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from sync.jobs import release
from sync.models import DryRun, ReadinessFinding, SalesOrder, Shop
from sync.models.systems import SAP
from sync.templatetags.retold import retold
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
        gettext("Shops"),
        reverse("admin:sync_shop_changelist"),
        "arrow-right",
        permission="sync.change_shop",
    )
    a_shop, beginning = gettext("A shop"), gettext("Where to begin")
    if not shops:
        told = gettext("No shop is switched on: add one under Mappings.")
        yield Check(a_shop, "red", told, page)
        return
    names = ", ".join(shop.name for shop in shops)
    yield Check(a_shop, "green", names)
    missing = ", ".join(shop.name for shop in shops if shop.orders_from is None)
    if missing:
        told = gettext("“Orders from” is not set for %(shops)s: older orders would be sent too.")
        yield Check(beginning, "red" if is_held else "amber", told % {"shops": missing}, page)
    else:
        yield Check(beginning, "green", gettext("Older orders stay as they are."))


def _areas(shops: Sequence[Shop]) -> Iterator[Check]:
    """What the last checks found of the portal, of SAP and of each shop."""
    found: dict[str, list[ReadinessFinding]] = {}
    for finding in ReadinessFinding.objects.all():
        found.setdefault(finding.area, []).append(finding)
    names = {"portal": gettext("The portal is ready"), SAP: gettext("SAP is ready")}
    of_shop = gettext("%(shop)s is ready")
    names |= {shop.system: of_shop % {"shop": shop.name} for shop in shops}
    for area, name in names.items():
        yield _area(name, found.get(area, []))


def _area(name: str, findings: Sequence[ReadinessFinding]) -> Check:
    since = timezone.now() - release.CHECKED_WITHIN
    if not any(one.checked_at > since for one in findings):
        check = Button(
            gettext("Check everything"), reverse("sync:check_readiness"), "shield-check",
            is_post=True, permission="sync.check_readiness",
        )  # fmt: skip
        return Check(name, "", gettext("Not checked in the last day."), check)
    states = {one.state for one in findings}
    light = next(state for state in WORST_FIRST if state in states)
    page = _readiness("sync.check_readiness")
    named = _named(retold(one.name) for one in findings if one.state == light != "green")
    return Check(name, light, named, page)


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    named, more = ", ".join(listed[:MOST_NAMED]), len(listed) - MOST_NAMED
    if more <= 0:
        return named
    return gettext("%(names)s and %(more)s more") % {"names": named, "more": more}


def _readiness(permission: str) -> Button:
    page = reverse("sync:readiness")
    return Button(gettext("Readiness"), page, "arrow-right", permission=permission)


def _orders(*, has_orders: bool) -> Check:
    name = gettext("Web orders are here")
    if has_orders:
        return Check(name, "green")
    fetch = Button(
        gettext("Fetch orders"), reverse(f"sync:{ORDERS.name}_sync_all"), "refresh-cw",
        is_post=True, permission=ORDERS.permission,
    )  # fmt: skip
    return Check(name, "", gettext("No order has come from the shop yet."), fetch)


def _tried() -> Check:
    name = gettext("An order was tried in SAP")
    if DryRun.objects.filter(verdict__in=release.TRIED).exists():
        return Check(name, "green", gettext("Nothing is saved in SAP by a dry run."))
    page = Button(
        gettext("Orders"), reverse("sync:orders"), "arrow-right", permission="sync.dry_run_orders"
    )
    told = gettext("Open an order and press Dry run, until SAP accepts one.")
    return Check(name, "", told, page)


def _released(before: Sequence[Check]) -> Check:
    """The last step: while it is open, nothing is sent by itself."""
    ready = all(one.is_done for one in before)
    told = (
        gettext("Everything is ready: an administrator can release it.")
        if ready
        else gettext("Until then, only what somebody syncs one by one is sent.")
    )
    page = _readiness("sync.manage_automation")
    return Check(gettext("Released to send by itself"), "", told, page)
