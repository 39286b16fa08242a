"""Checks SAP: transport, logon, function modules, rights, time zone, one trial per sales area."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sync.causes.sap import SapCause
from sync.errors import SyncError
from sync.mapping.for_order import mapping_for
from sync.models import SalesArea, SalesOrder
from sync.sap.client import SapClient
from sync.sap.messages import cause_of
from sync.sap.records import SapSalesOrderRequest
from sync.steps.readiness.check_result import CheckResult, amber, green, red
from sync.steps.readiness.freight import check_freight
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.order_mapping import OrderMapping
from sync.translate.sap_order import sap_order_request

WITHOUT_TABLES = told(
    "the time a billing document was made, what a cancellation cancels, and the "
    "quantities of a partial bill where BAPI_WEBINVOICE_GETDETAIL may not be called "
    "either"
)


def check_sap(run: StepRun) -> Iterator[CheckResult]:
    """Without a logon the other checks are not tried."""
    try:
        words = run.remotes.sap().ping()
    except SyncError as error:
        yield from _no_logon(run, error)
        return
    yield _transport(run)
    yield green(told("Logon"), words)
    yield from _guarded(told("Functions"), _functions, run)
    yield from _guarded(told("Rights"), _rights, run)
    yield from _guarded(told("Tables"), _tables, run)
    yield from _guarded(told("Time zone"), _time_zone, run)
    for area in SalesArea.objects.filter(shop__is_active=True).select_related("shop"):
        yield from _trial(run, area)


def _no_logon(run: StepRun, error: SyncError) -> Iterator[CheckResult]:
    if error.cause is SapCause.PYRFC_MISSING:
        yield red(told("Transport"), error.message, error.remedy)
        return
    yield _transport(run)
    yield red(told("Logon"), error.message, error.remedy)


def _transport(run: StepRun) -> CheckResult:
    if run.policy.is_sap_a_standin:
        return amber(
            told("Transport"),
            told("The stand-in is connected, not SAP."),
            told("For a real system set SAP_RFC_CONNECT and SAP_RFC_PARAMETERS."),
        )
    return green(told("Transport"), told("The RFC library is installed."))


def _guarded(name: str, check: object, run: StepRun) -> Iterator[CheckResult]:
    assert callable(check)
    try:
        yield from check(run.remotes.sap(), run)
    except SyncError as error:
        yield red(name, error.message, error.remedy)


def _functions(sap: SapClient, run: StepRun) -> Iterator[CheckResult]:
    missing = sap.missing_parts()
    if missing:
        listed = "; ".join(f"{name}: {', '.join(parts)}" for name, parts in missing.items())
        remedy = told(
            "Ask SAP Basis for a release that has them, or for the missing function module."
        )
        yield red(told("Function modules"), told("Missing in {listed}.", listed=listed), remedy)
    else:
        yield green(
            told("Function modules"), told("All are there, with every field the portal sends.")
        )
    if extras := sap.missing_extras():
        yield amber(
            told("Optional functions"),
            told("Not there: {extras}.", extras=", ".join(extras)),
            told("Nothing, if agreed."),
        )


def _rights(sap: SapClient, run: StepRun) -> Iterator[CheckResult]:
    refused = sap.refused_reads()
    for name, reason in refused.items():
        yield red(
            told("May read {name}", name=name),
            reason,
            told("Extend the RFC user's authorisations (S_RFC)."),
        )
    if not refused:
        yield green(told("Rights to read"), told("Sales orders, deliveries and billing documents."))


def _tables(sap: SapClient, run: StepRun) -> Iterator[CheckResult]:
    """The portal works without them; SAP knows no API for reading tables (SAP sheet 13.17)."""
    options = sap.options
    if not options.reads_tables:
        yield green(
            told("Table reads"),
            told(
                "Switched off. Not known without them: {without}.",
                without=WITHOUT_TABLES,
            ),
        )
    elif sap.may_read_tables():
        words = told(
            "{table_reader} is allowed and adds: {without}.",
            table_reader=options.table_reader,
            without=WITHOUT_TABLES,
        )
        yield green(told("Table reads"), words)
    else:
        yield amber(
            told("Table reads"),
            told(
                "{table_reader} is switched on but not allowed; unknown: {without}.",
                table_reader=options.table_reader,
                without=WITHOUT_TABLES,
            ),
            told("Allow it (S_RFC, S_TABU_NAM), or set reads_tables to false in SAP_OPTIONS."),
        )


def _time_zone(sap: SapClient, run: StepRun) -> Iterator[CheckResult]:
    offset, configured = sap.utc_offset(), run.policy.sap_time_zone
    if offset is None:
        yield amber(
            told("Time zone"),
            told("SAP does not tell it."),
            told("Compare it by hand (transaction STZAC)."),
        )
        return
    if offset in _offsets_of(configured):
        yield green(
            told("Time zone"),
            told("{configured} agrees with what SAP tells.", configured=configured),
        )
        return
    hours = offset.total_seconds() / 3600
    yield red(
        told("Time zone"),
        told(
            "SAP tells UTC{hours:+g} h, which {configured} never is this year.",
            hours=hours,
            configured=configured,
        ),
        told("Correct SAP_TIME_ZONE: dates and times would be read wrongly."),
    )


def _offsets_of(zone: str) -> set[timedelta | None]:
    """In winter and in summer: it is unconfirmed whether SAP's answer includes summer time."""
    year = datetime.now(UTC).year
    moments = (datetime(year, month, 1, tzinfo=UTC) for month in (1, 7))
    return {moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments}


def _trial(run: StepRun, area: SalesArea) -> Iterator[CheckResult]:
    """Tests order type, sales area, customer, conditions and freight with the store's newest
    order."""
    name = told(
        "Trial of {code} {store_id} {name}",
        code=area.shop.code,
        store_id=area.store_id,
        name=area.name,
    )[:80]
    newest = SalesOrder.objects.filter(shop=area.shop, store_id=area.store_id)
    order = newest.select_related("shop").order_by("-placed_at").first()
    if order is None:
        yield amber(
            name, told("No order of this store is known yet."), told("Place one, then check again.")
        )
        return
    try:
        web_order = run.remotes.magento(order.shop).get_order(order.entity_id)
        mapping = mapping_for(order, web_order, sap_time_zone=run.policy.sap_time_zone)
        request = sap_order_request(web_order, mapping).request
        simulation = run.remotes.sap().simulate_sales_order(request)
    except SyncError as error:
        yield red(name, error.message, told("Correct the mapping or the order, then check again."))
        return
    cause = cause_of(simulation.messages)
    if cause is None:
        yield green(name, told("SAP would take order {order}.", order=order.increment_id))
        yield from _freight(run, area, request, mapping)
        return
    meaning = run.remotes.sap().explain(cause)
    yield red(
        name,
        told(
            "Order {order}: {words} ({key})",
            order=order.increment_id,
            words=meaning.words,
            key=cause.key,
        ),
        meaning.remedy,
    )


def _freight(
    run: StepRun, area: SalesArea, request: SapSalesOrderRequest, mapping: OrderMapping
) -> Iterator[CheckResult]:
    name = told(
        "Freight of {code} {store_id} {name}",
        code=area.shop.code,
        store_id=area.store_id,
        name=area.name,
    )[:80]
    try:
        result = check_freight(name, run.remotes.sap(), request, mapping)
    except SyncError as error:
        result = red(name, error.message, error.remedy)
    if result is not None:
        yield result
