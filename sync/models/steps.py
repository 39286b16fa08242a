"""The steps: each flow between shop and SAP, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.causes.cause import Team
from sync.models.systems import MAGENTO, SAP

BOTH = frozenset({MAGENTO, SAP})
ONLY_SAP, ONLY_SHOP = frozenset({SAP}), frozenset({MAGENTO})
NEITHER: frozenset[str] = frozenset()  # such a step finds out whether they are well


class Act(Enum):
    FETCH = auto()  # reads documents; a click while it runs has it run once more
    COMPARISON = auto()  # reads both sides
    WRITE = auto()  # changes something there
    ASKING = auto()  # queues what a person has clicked; the jobs do it themselves
    TRIAL = auto()  # finds something out for a person, who asks again after a failure


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the portal knows about a step; no other module repeats it."""

    act: Act
    needs: frozenset[str]  # the remotes it cannot do without
    permission: str  # needed to ask for it
    team: Team  # acts on its failures
    every: int | None  # seconds between two automatic runs; None: never automatic


class Step(models.TextChoices):
    """The flows; ``sync.steps`` has a module named after each."""

    facts: Facts

    PULL_ORDERS = (
        "pull_orders",
        Facts(Act.FETCH, ONLY_SHOP, "sync.sync_orders", Team.SALES, every=30),
        _("Fetch web orders"),
    )
    PUSH_ORDER = (
        "push_order",
        Facts(Act.WRITE, BOTH, "sync.sync_orders", Team.SALES, every=30),
        _("Create the order in SAP"),
    )
    CONFIRM_ORDER = (
        "confirm_order",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_orders", Team.SALES, every=60),
        _("Tell the shop the SAP number"),
    )
    PULL_DELIVERIES = (
        "pull_deliveries",
        Facts(Act.FETCH, ONLY_SAP, "sync.sync_deliveries", Team.LOGISTICS, every=30),
        _("Fetch deliveries"),
    )
    PUSH_SHIPMENT = (
        "push_shipment",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_deliveries", Team.LOGISTICS, every=60),
        _("Ship in the shop"),
    )
    PULL_BILLING = (
        "pull_billing",
        Facts(Act.FETCH, ONLY_SAP, "sync.sync_billing", Team.FINANCE, every=30),
        _("Fetch billing documents"),
    )
    PUSH_INVOICE = (
        "push_invoice",
        Facts(Act.WRITE, ONLY_SHOP, "sync.sync_billing", Team.FINANCE, every=60),
        _("Invoice in the shop"),
    )
    SEND_INVOICE = (
        "send_invoice",
        Facts(Act.WRITE, ONLY_SHOP, "sync.resend_invoices", Team.FINANCE, every=None),
        _("Mail the invoice"),
    )
    CHECK_COMPLETENESS = (
        "check_completeness",
        Facts(Act.COMPARISON, BOTH, "sync.sync_orders", Team.SALES, every=6 * 60 * 60),
        _("Compare shop and SAP"),
    )
    TRY_CONNECTION = (
        "test_connection",
        Facts(Act.TRIAL, NEITHER, "sync.test_connections", Team.ADMINISTRATOR, every=None),
        _("Test a connection"),
    )
    DRY_RUN = (
        "dry_run",
        Facts(Act.TRIAL, BOTH, "sync.dry_run_orders", Team.SALES, every=None),
        _("Dry run in SAP"),
    )
    CHECK_READINESS = (
        "check_readiness",
        Facts(Act.TRIAL, NEITHER, "sync.check_readiness", Team.ADMINISTRATOR, every=None),
        _("Check readiness"),
    )
    TAKE_UP_CLICK = (
        "take_up_click",
        Facts(Act.ASKING, NEITHER, "sync.view_queue", Team.ADMINISTRATOR, every=None),
        _("Queue what was clicked"),
    )

    def __new__(cls, value: str, *facts: Facts) -> Self:
        """Fails at import when a step lacks its facts."""
        step = str.__new__(cls, value)
        step._value_ = value
        (step.facts,) = facts
        return step

    @classmethod
    def doing(cls, *acts: Act) -> frozenset[Step]:
        return frozenset(step for step in cls if step.facts.act in acts)

    @classmethod
    def needing(cls, system: str) -> frozenset[Step]:
        """Steps that cannot run without this remote, ``MAGENTO`` or ``SAP``."""
        return frozenset(step for step in cls if system in step.facts.needs)


FETCHES = Step.doing(Act.FETCH, Act.COMPARISON)
WRITES = Step.doing(Act.WRITE)
TRIALS = Step.doing(Act.TRIAL)
ASKING = Step.doing(Act.ASKING)
