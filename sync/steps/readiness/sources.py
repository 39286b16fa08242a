"""Checks from which of a shop's inventory sources the goods of SAP's shipping points leave."""

from __future__ import annotations

from sync.errors import SyncError
from sync.models import SourceMapping
from sync.steps.readiness.check_result import CheckResult, amber, green
from sync.steps.step_run import StepRun
from sync.told import told

NAME = told("Sources of stock")


def check_sources(run: StepRun) -> CheckResult:
    """Also keeps which sources there are: a shop with several is never shipped from by guess."""
    shop = run.shop
    mapped = set(SourceMapping.objects.filter(shop=shop).values_list("source_code", flat=True))
    try:
        codes = run.magento().get_sources()
    except SyncError as error:
        return _unknown(error, mapped)
    if codes != shop.source_codes:
        shop.source_codes = codes
        shop.save(update_fields=["source_codes"])
    listed = ", ".join(codes)
    if strange := sorted(mapped - set(codes)):
        return amber(
            NAME,
            told(
                "The mapping names {codes}; the shop has {listed}.",
                codes=", ".join(strange),
                listed=listed or told("no source"),
            ),
            told("Correct these entries under Sources: the shop refuses their shipments."),
        )
    if not shop.has_several_sources:
        return green(NAME, told("The shop has one: shipments need not name it."))
    if not mapped:
        return amber(
            NAME,
            told(
                "The shop has {listed}, and no shipping point or plant of SAP is mapped to one.",
                listed=listed,
            ),
            told("Add an entry for each: shipments stop until their shipping point has a source."),
        )
    named = ", ".join(sorted(mapped))
    return green(NAME, told("The shop has {listed}; mapped: {names}.", listed=listed, names=named))


def _unknown(error: SyncError, mapped: set[str]) -> CheckResult:
    """A shop without multi-source inventory does not know the route, and needs no right to it."""
    if mapped:
        return green(
            NAME,
            told(
                "Mapped: {names}. The shop does not list its own.", names=", ".join(sorted(mapped))
            ),
        )
    return amber(
        NAME,
        told("Whether the shop has several cannot be read: {message}", message=error.message),
        told(
            "With one there is nothing to do. With several, map SAP's shipping points or "
            "plants to them: without an entry the shop books its default stock."
        ),
    )
