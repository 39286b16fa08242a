"""Takes gift cards and the like out of a dry run, which compares prices. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sync.sap.records import SapCondition, SapSalesOrderRequest, SapSimulation


def prices_only(
    asked: SapSalesOrderRequest, simulation: SapSimulation, payments: frozenset[str]
) -> tuple[SapSalesOrderRequest, SapSimulation]:
    """Without gift cards and the like, which a dry run may only inform of."""

    def prices(found: Sequence[SapCondition]) -> tuple[SapCondition, ...]:
        return tuple(one for one in found if one.condition_type not in payments)

    return (
        replace(asked, conditions=prices(asked.conditions)),
        replace(simulation, conditions=prices(simulation.conditions)),
    )
