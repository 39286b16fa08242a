"""The steps: each flow between shop and SAP, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from django.db import models

from sync.causes.cause import Team
from sync.models.systems import MAGENTO, SAP

BOTH = frozenset({MAGENTO, SAP})
ONLY_SAP, ONLY_SHOP = frozenset({SAP}), frozenset({MAGENTO})
NEITHER: frozenset[str] = frozenset()  # it is there to find out whether they are well


class Act(Enum):
    """What a step does to the remotes."""

    FETCH = auto()  # brings documents; a click on one under way has it done once more
    COMPARISON = auto()  # reads both sides
    WRITE = auto()  # changes something there
    TRIAL = auto()  # finds something out for a person, who looks again after a failure


@dataclass(frozen=True, slots=True)
class Facts:
    """What the portal knows of a step, and reads nowhere else."""

    act: Act
    needs: frozenset[str]  # the remotes it cannot do without
    permission: str  # to ask for it
    team: Team  # that acts where it has stopped
    every: int | None  # seconds between two looks for work; None: never by itself


class Step(models.TextChoices):
    """The flows; ``sync.steps`` has a module of each member's name."""

    facts: Facts

    PULL_ORDERS = (
        "pull_orders",
        Facts(Act.FETCH, ONLY_SHOP, "sync.sync_orders", Team.SALES, every=30),
        "Fetch web orders",
    )
    PUSH_ORDER = (
        "push_order",
        Facts(Act.WRITE, BOTH, "sync.sync_orders", Team.SALES, every=30),
        "Create the order in SAP",
    )
    CONFIRM_ORDER = (
        "confirm_order",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_orders", Team.SALES, every=60),
        "Tell the shop the SAP number",
    )
    PULL_DELIVERIES = (
        "pull_deliveries",
        Facts(Act.FETCH, ONLY_SAP, "sync.sync_deliveries", Team.LOGISTICS, every=30),
        "Fetch deliveries",
    )
    PUSH_SHIPMENT = (
        "push_shipment",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_deliveries", Team.LOGISTICS, every=60),
        "Ship in the shop",
    )
    PULL_BILLING = (
        "pull_billing",
        Facts(Act.FETCH, ONLY_SAP, "sync.sync_billing", Team.FINANCE, every=30),
        "Fetch billing documents",
    )
    PUSH_INVOICE = (
        "push_invoice",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_billing", Team.FINANCE, every=60),
        "Invoice in the shop",
    )
    SEND_INVOICE = (
        "send_invoice",
        Facts(Act.WRITE, ONLY_SHOP, "sync.resend_invoices", Team.FINANCE, every=None),
        "Mail the invoice",
    )
    CHECK_COMPLETENESS = (
        "check_completeness",
        Facts(Act.COMPARISON, BOTH, "sync.sync_orders", Team.SALES, every=6 * 60 * 60),
        "Compare shop and SAP",
    )
    TRY_CONNECTION = (
        "test_connection",
        Facts(Act.TRIAL, NEITHER, "sync.test_connections", Team.ADMINISTRATOR, every=None),
        "Test a connection",
    )
    DRY_RUN = (
        "dry_run",
        Facts(Act.TRIAL, BOTH, "sync.dry_run_orders", Team.SALES, every=None),
        "Dry run in SAP",
    )
    CHECK_READINESS = (
        "check_readiness",
        Facts(Act.TRIAL, NEITHER, "sync.check_readiness", Team.ADMINISTRATOR, every=None),
        "Check readiness",
    )

    def __new__(cls, value: str, *facts: Facts) -> Self:
        """A step whose row lacks its facts is refused here, before anything runs."""
        step = str.__new__(cls, value)
        step._value_ = value
        (step.facts,) = facts
        return step

    @classmethod
    def that(cls, *acts: Act) -> frozenset[Step]:
        """The steps that do one of these."""
        return frozenset(step for step in cls if step.facts.act in acts)

    @classmethod
    def needing(cls, system: str) -> frozenset[Step]:
        """The steps that cannot do without a remote, ``MAGENTO`` or ``SAP``."""
        return frozenset(step for step in cls if system in step.facts.needs)


FETCHES = Step.that(Act.FETCH, Act.COMPARISON)
WRITES = Step.that(Act.WRITE)
TRIALS = Step.that(Act.TRIAL)
