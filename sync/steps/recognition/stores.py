"""Checks that a remote is still the same system: order 4711 of another shop is another order.

The address is compared whenever a client is made, SAP's system and client whenever a session is
opened. Reading the shop's stores costs a call, so they are compared at most once an hour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.utils import timezone

from sync.errors import RemoteMisconfigured, RemoteRejected, RemoteUnavailable, UnexpectedRecord
from sync.magento.records import MagentoStoreView
from sync.models import RemoteIdentity
from sync.steps.step_run import StepRun

STORES_EVERY = timedelta(hours=1)


def recognise_remotes(run: StepRun) -> None:
    """Asks both remotes who they are before work that their trouble had stopped goes on.

    Raises ``RemoteChanged``, or the error met while asking.
    """
    run.remotes.renew()
    if run.task.shop is not None:
        recognise_stores(run)


def recognise_stores(run: StepRun, views: Sequence[MagentoStoreView] | None = None) -> None:
    """Raises ``RemoteChanged``. ``views`` are the store views where they have just been read."""
    client, system = run.magento(), run.shop.system
    try:
        stores = _as_text(client.get_store_views() if views is None else views)
    except (RemoteMisconfigured, RemoteRejected, UnexpectedRecord):
        known = RemoteIdentity.objects.filter(system=system, known__has_key="stores")
        if known.exclude(known__stores="").exists():
            raise
        stores = ""  # the integration was never allowed to read them
    RemoteIdentity.objects.recognise(system, {"base_url": client.base_url, "stores": stores})


def _as_text(views: Sequence[MagentoStoreView]) -> str:
    """Such as "1 default, 2 de": the stores tell one shop from another."""
    return ", ".join(f"{store_id} {code}" for store_id, code in sorted(_codes(views)))


def _codes(views: Sequence[MagentoStoreView]) -> Iterator[tuple[int, str]]:
    return ((view.store_id, view.code) for view in views)


def recognise_now_and_then(run: StepRun) -> bool:
    """At most once an hour: whether it was done now. Where a shop answers without telling its
    stores, the fetch itself is left to find out."""
    run.magento()  # its address is compared and remembered
    recently = RemoteIdentity.objects.filter(
        system=run.shop.system, checked_at__gt=timezone.now() - STORES_EVERY
    )
    if recently.filter(known__has_key="stores").exists():
        return False
    try:
        recognise_stores(run)
    except (RemoteMisconfigured, RemoteRejected, UnexpectedRecord):
        return False
    except RemoteUnavailable as error:
        if error.remote_is_away or error.retry_after is not None:
            raise
        return False
    return True
