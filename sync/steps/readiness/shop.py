"""Checks a shop: address, keys, rights, clock, store views, modules, mails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from sync.errors import RemoteMisconfigured, SyncError
from sync.magento import rights
from sync.magento.client import MagentoClient
from sync.magento.records import MagentoStoreView
from sync.models import Invoice, PaymentMapping, SalesArea, Shipment, Shop
from sync.steps.readiness.check_result import CheckResult, amber, green, red
from sync.steps.readiness.sources import check_sources
from sync.steps.recognition.version import note_version
from sync.steps.step_run import StepRun
from sync.told import told

SAVING_ORDERS = told(
    "Tick it for the portal's integration. From 2.4.8, 2.4.7-p4 and 2.4.6-p10 on it is "
    "{right}, before {right_before}: with both ticked, an update of the "
    "shop changes nothing.",
    right=rights.SAVE_ORDERS,
    right_before=rights.SAVE_ORDERS_BEFORE,
)
SKEW_TO_MENTION = timedelta(seconds=30)
LATEST_MAILS = 30
MAY_CHANGE_ORDERS = re.compile(r"order|sales|invoice|shipment|shipping|erp|oms|sap", re.IGNORECASE)
# Route, what it is needed for, whether the portal can do without.
RIGHTS = [
    ("orders", told("orders"), False),
    ("shipments", told("shipments"), False),
    ("invoices", told("invoices"), False),
    ("products", told("the catalogue, to learn how bundles ship"), True),
]


def check_shop(run: StepRun) -> Iterator[CheckResult]:
    """Without an answer of the shop the other checks are not tried."""
    try:
        shop = run.magento()
        views = shop.get_store_views()
    except SyncError as error:
        yield red(told("Address and keys"), error.message, error.remedy)
        return
    yield green(
        told("Address and keys"), told("The shop answers: {count} store views.", count=len(views))
    )
    yield _version(run)
    yield _clock(shop, run.policy.pull_overlap)
    for route, purpose, is_optional in RIGHTS:
        yield _right(shop, route, purpose, is_optional=is_optional)
    yield _right_to_save(shop)
    yield _right_to_make(shop, "ship", told("May ship"))
    yield _right_to_make(shop, "invoice", told("May invoice"))
    yield check_sources(run)
    yield from _store_views(run.shop, views)
    yield _collection(run.shop)
    yield _modules(shop)
    yield _mails(
        told("Mails of shipments"),
        told("No shipment is known yet."),
        Shipment.objects.filter(sales_order__shop=run.shop),
    )
    invoices = Invoice.objects.filter(sales_order__shop=run.shop)
    yield _mails(
        told("Mails of invoices"),
        told("No invoice is known yet."),
        invoices.exclude(is_customer_told=False, not_to_be_mailed__gt=""),
    )


def _version(run: StepRun) -> CheckResult:
    try:
        note = note_version(run)
    except SyncError as error:
        return amber(
            told("Version"), error.message, told("Nothing was learnt of the version: check again.")
        )
    return (
        green(told("Version"), note.words) if note.is_proved else amber(told("Version"), note.words)
    )


def _clock(shop: MagentoClient, overlap: timedelta) -> CheckResult:
    shop_time = shop.server_time
    if shop_time is None:
        return amber(
            told("Clock"),
            told("The shop sends no date."),
            told("Compare the clocks of both machines."),
        )
    skew = abs(datetime.now(UTC) - shop_time)
    words = told(
        "The shop's clock differs from ours by {seconds} s.",
        seconds=int(skew.total_seconds()),
    )
    if skew > overlap:
        return red(
            told("Clock"), words, told("Set both clocks by NTP: changed orders would be missed.")
        )
    if skew > SKEW_TO_MENTION:
        return amber(told("Clock"), words, told("Set both clocks by NTP."))
    return green(told("Clock"), words)


def _right(shop: MagentoClient, route: str, purpose: str, *, is_optional: bool) -> CheckResult:
    name = told("May read {route}", route=route)
    try:
        shop.probe(route)
    except SyncError as error:
        right = told(
            "Give the integration the right to {purpose}; writing needs it as well.",
            purpose=purpose,
        )
        remedy = f"{right} {error.remedy}"
        return (amber if is_optional else red)(name, error.message, remedy)
    return green(name)


def _right_to_save(shop: MagentoClient) -> CheckResult:
    """The name of this right depends on the version; it is tested without writing anything."""
    name = told("May store the SAP number")
    try:
        shop.probe_right_to_save_orders()
    except RemoteMisconfigured as error:
        return red(name, error.message, error.remedy if error.detail else SAVING_ORDERS)
    except SyncError as error:
        return amber(name, error.message, told("Nothing was learnt of the right: check again."))
    return green(name)


def _right_to_make(shop: MagentoClient, action: str, name: str) -> CheckResult:
    try:
        shop.probe_right_to(action)
    except RemoteMisconfigured as error:
        return red(name, error.message, error.remedy)
    except SyncError as error:
        return amber(name, error.message, told("Nothing was learnt of the right: check again."))
    return green(name)


def _store_views(shop: Shop, views: list[MagentoStoreView]) -> Iterator[CheckResult]:
    areas = {area.store_id: area for area in SalesArea.objects.filter(shop=shop)}
    without = [view for view in views if view.is_active and view.store_id not in areas]
    if without:
        names = ", ".join(f"{view.name} ({view.store_id})" for view in without)
        remedy = told("Add a sales area for each: their orders stop otherwise.")
        yield red(
            told("Store views have sales areas"), told("Without one: {names}.", names=names), remedy
        )
    else:
        yield green(
            told("Store views have sales areas"), told("All {count} of them.", count=len(views))
        )
    surplus = set(areas) - {view.store_id for view in views}
    if surplus:
        ids = ", ".join(str(store_id) for store_id in sorted(surplus))
        yield amber(
            told("Sales areas have store views"),
            told("The shop has no store view {ids}.", ids=ids),
            told("Correct or remove these sales areas."),
        )
    for view in views:
        if view.store_id in areas:
            yield from _settings(view, areas[view.store_id])


def _settings(view: MagentoStoreView, area: SalesArea) -> Iterator[CheckResult]:
    if area.currency and view.currency and area.currency != view.currency:
        yield red(
            told("Currency of {store_id} {name}", store_id=view.store_id, name=view.name)[:80],
            told(
                "The shop sells in {currency}, the sales area takes {taken}.",
                currency=view.currency,
                taken=area.currency,
            ),
            told("Correct the currency of the sales area."),
        )
    if area.time_zone and view.timezone and not _same_time(area.time_zone, view.timezone):
        yield amber(
            told("Time zone of {store_id} {name}", store_id=view.store_id, name=view.name)[:80],
            told(
                "The shop has {timezone}, the sales area {time_zone}.",
                timezone=view.timezone,
                time_zone=area.time_zone,
            ),
            told("Correct the time zone of the sales area: it decides the order date."),
        )


def _same_time(one: str, other: str) -> bool:
    now = datetime.now(UTC)
    try:
        return (
            now.astimezone(ZoneInfo(one)).utcoffset() == now.astimezone(ZoneInfo(other)).utcoffset()
        )
    except (KeyError, ValueError, OSError):
        return False


def _collection(shop: Shop) -> CheckResult:
    """Somebody has to ask the bank for the money of orders that were only authorised."""
    name = told("Authorised payments are collected")
    entries = PaymentMapping.objects.filter(shop=shop, release=PaymentMapping.Release.AUTHORIZED)
    unsaid = [entry.method for entry in entries if not entry.collected_by]
    if not unsaid:
        return green(name)
    return red(
        name,
        told(
            "Nobody has said who collects the money of {unsaid}: these orders are delivered, "
            "and then stop for finance at the invoice.",
            unsaid=", ".join(unsaid),
        ),
        told("Enter with these payment mappings who collects."),
    )


def _modules(shop: MagentoClient) -> CheckResult:
    name = told("Modules that may change orders")
    try:
        modules = shop.get_modules()
    except SyncError as error:
        return amber(
            name,
            told("The list of modules cannot be read: {message}", message=error.message),
            told("Look it up in the shop: System > Web Setup, or bin/magento module:status."),
        )
    foreign = [one for one in modules if not one.startswith("Magento_")]
    suspects = sorted(one for one in foreign if MAY_CHANGE_ORDERS.search(one))
    if suspects:
        return amber(
            name,
            told("By their names these may: {suspects}.", suspects=", ".join(suspects)),
            told("Find out whether they ship, invoice or renumber by themselves; switch that off."),
        )
    return green(
        name,
        told("{count} modules are not Magento's own; none is named like one.", count=len(foreign)),
    )


def _mails(
    name: str, unknown: str, documents: QuerySet[Shipment] | QuerySet[Invoice]
) -> CheckResult:
    """REST does not tell the settings of sales mails; mails sent lately do."""
    mailed = list(
        documents.order_by("-pk").values_list("is_customer_told", flat=True)[:LATEST_MAILS]
    )
    words = told("{mailed} of the last {count} were mailed.", mailed=sum(mailed), count=len(mailed))
    if not mailed:
        return amber(
            name,
            unknown,
            told("Check again after the first one."),
        )
    if not any(mailed):
        return red(
            name,
            words,
            told("Switch them on in the shop: Stores > Configuration > Sales > Sales Emails."),
        )
    return green(name, words)
