"""The settings that steps and pages depend on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from sync.translate.sap_values import DeliverySources


@dataclass(frozen=True, slots=True)
class Policy:
    lease: timedelta
    magento_settle: timedelta
    sap_settle: timedelta
    pull_overlap: timedelta
    delivery_sources: DeliverySources
    follow_every: timedelta
    follow_for: timedelta
    statuses_for: timedelta
    watch_for: timedelta
    watch_orders: int
    is_sap_a_standin: bool
    needs_release: bool

    @property
    def sap_time_zone(self) -> str:
        return self.delivery_sources.time_zone


def metrics_token() -> str:
    """Empty where nobody may read the metrics."""
    return str(settings.METRICS_TOKEN)


def policy_from_settings() -> Policy:
    return Policy(
        lease=timedelta(seconds=settings.LEASE_SECONDS),
        magento_settle=timedelta(seconds=settings.MAGENTO_SETTLE_SECONDS),
        sap_settle=timedelta(seconds=settings.SAP_SETTLE_SECONDS),
        pull_overlap=timedelta(seconds=settings.PULL_OVERLAP_SECONDS),
        delivery_sources=DeliverySources(
            tracking=tuple(settings.SAP_TRACKING_SOURCES),
            carrier=tuple(settings.SAP_CARRIER_SOURCES),
            time_zone=settings.SAP_TIME_ZONE,
        ),
        follow_every=timedelta(seconds=settings.FOLLOW_COMPLETE_EVERY_SECONDS),
        follow_for=timedelta(days=settings.FOLLOW_COMPLETE_DAYS),
        statuses_for=timedelta(seconds=settings.SAP_STATUSES_FOR_SECONDS),
        watch_for=timedelta(days=settings.WATCH_BILLING_DAYS),
        watch_orders=settings.WATCH_BILLING_ORDERS,
        needs_release=settings.NEEDS_RELEASE,
        is_sap_a_standin=settings.SAP_RFC_CONNECT.startswith("sync.sandbox."),
    )
