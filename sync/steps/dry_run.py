"""Dry run: reads the order afresh, translates it, and has SAP check it without saving."""

from __future__ import annotations

from typing import Any

from sync.errors import MappingMissing, RemoteRejected, SyncError, UnexpectedRecord
from sync.magento.records import MagentoOrder
from sync.mapping.for_order import mapping_for
from sync.mapping_tables import MissingEntry
from sync.mirrors.order_rest import rest_of
from sync.mirrors.shop import store_order
from sync.models import DryRun, SalesOrder
from sync.sap.explanations import Explanation
from sync.sap.records import SapMessage, SapSimulation
from sync.sap.refusals import quotable
from sync.steps.step_run import StepRun
from sync.told import told
from sync.translate.comparison import simulated_differences
from sync.translate.order_mapping import OrderMapping
from sync.translate.price_table import price_table
from sync.translate.sap_order import TranslatedOrder, missing_entries

Verdict = DryRun.Verdict


def dry_run(run: StepRun) -> str:
    """Stores SAP's answer as a ``DryRun``; an order that is in SAP already may be tried too.

    Fails only when a remote does not answer or is set up wrongly.
    """
    web_order = run.magento().get_order(run.sales_order.entity_id)
    order = store_order(run.shop, web_order, run.sales_order)
    try:
        mapping = mapping_for(order, web_order, sap_time_zone=run.policy.sap_time_zone)
        rest = rest_of(order, web_order, mapping)
        missing = missing_entries(web_order, mapping, rest.likely[0])
        if missing:
            return _incomplete(run, order, missing)
        translated = rest.translated()
        simulation = run.remotes.sap().simulate_sales_order(translated.request)
    except MappingMissing as error:
        return _incomplete(run, order, [error.entry])
    except (UnexpectedRecord, RemoteRejected) as error:
        return _unfit(run, order, error)
    return _simulated(run, order, web_order, mapping, (translated, simulation))


def _simulated(
    run: StepRun,
    order: SalesOrder,
    web_order: MagentoOrder,
    mapping: OrderMapping,
    asked: tuple[TranslatedOrder, SapSimulation],
) -> str:
    translated, simulation = asked
    tolerance = order.shop.amount_tolerance
    is_refused = any(message.is_failure for message in simulation.messages)
    prices: list[dict[str, Any]] = []
    if not is_refused:
        prices = price_table(web_order, mapping, translated, simulation, tolerance)
    differences = simulated_differences(
        translated.request, simulation, tolerance, translated.totals
    )
    verdict = _verdict(
        simulation, is_differing=any(r["differs"] for r in prices) or bool(differences)
    )
    sap = run.remotes.sap()
    kept = _keep(
        run,
        order,
        verdict=verdict,
        request=sap.get_dry_run_payload(translated.request),
        messages=[_message(one, sap.explain(one)) for one in simulation.messages],
        prices=prices,
        differences=differences,
    )
    return told("{verdict}; nothing was saved.", verdict=kept.get_verdict_display())


def _verdict(simulation: SapSimulation, *, is_differing: bool) -> DryRun.Verdict:
    if any(message.is_failure for message in simulation.messages):
        return Verdict.REFUSED
    if not simulation.items:
        return Verdict.UNPRICED
    return Verdict.DIFFERS if is_differing else Verdict.ACCEPTED


def _incomplete(run: StepRun, order: SalesOrder, missing: list[MissingEntry]) -> str:
    listed = [
        {"mapping": one.description, "key": one.key, "name": one.named_key} for one in missing
    ]
    _keep(run, order, verdict=Verdict.INCOMPLETE, missing=listed)
    if len(missing) == 1:
        return told("1 mapping entry is missing; SAP was not asked.")
    return told("{count} mapping entries are missing; SAP was not asked.", count=len(missing))


def _unfit(run: StepRun, order: SalesOrder, error: SyncError) -> str:
    said = {"type": "E", "key": "", "text": "", "words": error.message, "remedy": error.remedy}
    said["owner"] = (error.owner or "").lower()
    _keep(run, order, verdict=Verdict.UNFIT, messages=[said])
    return told("The order cannot be sent as it is; nothing was saved.")


def _keep(run: StepRun, order: SalesOrder, **columns: Any) -> DryRun:
    return DryRun.objects.create(
        sales_order=order,
        task=run.task,
        asked_by=run.task.asked_by,
        currency=order.currency,
        **columns,
    )


def _message(message: SapMessage, meaning: Explanation) -> dict[str, str]:
    return {
        "type": message.type,
        "key": message.key,
        "text": quotable(message),
        "words": meaning.words,
        "remedy": meaning.remedy,
        "owner": meaning.owner.value,
    }
