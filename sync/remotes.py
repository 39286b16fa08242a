"""Builds the clients from the settings. Each thread keeps its own set; their connections come from
one pool per remote and process."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from requests.auth import AuthBase

from sync.causes.shop import ShopCause
from sync.errors import RemoteMisconfigured
from sync.exchanges import Exchange, Observer
from sync.lending import Limits, Pool
from sync.limits import LeasedSlots, holder_name, limits_of
from sync.magento.auth import BearerToken, admin_login, oauth1
from sync.magento.client import MagentoClient
from sync.magento.connections import ShopConnections
from sync.magento.transport import TimeLimits
from sync.models import RemoteIdentity, SapMessageEntry, Shop
from sync.models.master_data import rows_of
from sync.models.systems import SAP
from sync.policy import Policy, policy_from_settings
from sync.sap.client import SapClient
from sync.sap.connection import Connect
from sync.sap.messages import taught_messages
from sync.sap.options import SapOptions, options_from
from sync.sap.sessions import SapSessions
from sync.shop_variables import shop_variables
from sync.told import told

PATIENCE = 1 / 5  # of a lease: the longest wait for a connection


class Remotes:
    """The clients one thread works with."""

    def __init__(
        self,
        *,
        build_magento: Callable[[Shop, Observer], MagentoClient],
        build_sap: Callable[[Observer], SapClient],
        policy: Policy,
    ) -> None:
        self.policy = policy
        self._build_magento = build_magento
        self._build_sap = build_sap
        self._magento: dict[str, MagentoClient] = {}
        self._sap: SapClient | None = None
        self._is_sap_taught = False
        self._observer: Observer | None = None
        self._renewals = 0
        self._renewed: Counter[str] = Counter()

    def magento(self, shop: Shop) -> MagentoClient:
        """Raises ``RemoteMisconfigured`` when the shop has no settings, and ``RemoteChanged`` when
        its address has changed."""
        if shop.code not in self._magento:
            client = self._build_magento(shop, self._observe)
            identities = RemoteIdentity.objects
            address = {"base_url": client.base_url}
            identities.recognise(shop.system, address, was_asked=False)
            self._log_on_anew(shop.system, client)
            self._magento[shop.code] = client
        return self._magento[shop.code]

    def sap(self) -> SapClient:
        """A new client when the last one became unusable. Each session it opens raises
        ``RemoteChanged`` when it leads to another system. The administrators' entries for SAP
        messages are read once an attempt."""
        if self._sap is None or not self._sap.is_usable:
            self._sap = self._build_sap(self._observe)
            self._sap.check_system_with(lambda seen: RemoteIdentity.objects.recognise(SAP, seen))
            self._log_on_anew(SAP, self._sap)
            self._is_sap_taught = False
        if not self._is_sap_taught:
            self._sap.teach(taught_messages(rows_of(SapMessageEntry)))
            self._is_sap_taught = True
        return self._sap

    def renew(self) -> None:
        """Let go of every client: the next call logs on anew and checks which system answers. From
        then on that holds for the other threads of this process, too."""
        if self._sap is not None:
            self._sap.close()
        self._sap = None
        self._magento.clear()
        self._renewals += 1

    def _log_on_anew(self, system: str, client: MagentoClient | SapClient) -> None:
        if self._renewed[system] != self._renewals:
            client.log_on_anew()
            self._renewed[system] = self._renewals

    @contextmanager
    def observed_by(self, observer: Observer) -> Iterator[None]:
        """Wrap one attempt: every remote call made inside is reported to ``observer``."""
        self._observer = observer
        self._is_sap_taught = False
        try:
            yield
        finally:
            self._observer = None

    def _observe(self, exchange: Exchange) -> None:
        if self._observer is not None:
            self._observer(exchange)


def build_magento(shop: Shop, observe: Observer) -> MagentoClient:
    values = _settings_of(shop)
    if values is None or not values["base_url"]:
        raise RemoteMisconfigured(
            told("No address is set for the shop “{shop}”.", shop=shop.code),
            cause=ShopCause.UNSET,
            reference=shop.code,
            remedy=told(
                "Add the shop to MAGENTO_SHOPS, set {prefix}BASE_URL and "
                "its keys, restart the workers, then retry.",
                prefix=shop_variables(shop.code),
            ),
        )
    shop_remote = _shop_remote(shop, values)
    return MagentoClient(
        shop_address(values),
        shop_remote.auth,
        observe=observe,
        limits=TimeLimits(
            values["connect_timeout_seconds"],
            values["read_timeout_seconds"],
            values["call_timeout_seconds"],
        ),
        connections=shop_remote.connections,
    )


def stated_version(shop: Shop) -> tuple[str, str]:
    """The version the administrator states, if any, and the name of that setting."""
    name = f"{shop_variables(shop.code)}VERSION"
    return str((_settings_of(shop) or {}).get("version", "")), name


def _settings_of(shop: Shop) -> Mapping[str, Any] | None:
    """In whatever case the code is written."""
    return settings.MAGENTO.get(shop.code.lower())


def shop_address(values: Mapping[str, Any]) -> str:
    """With the store code in its path where one is set."""
    address, store = values["base_url"].strip().rstrip("/"), values.get("store_code", "")
    plain = address.removesuffix("/V1").removesuffix("/rest")
    return f"{plain}/rest/{store}/V1" if store else address


def shop_auth(values: Mapping[str, Any]) -> AuthBase:
    kind = values.get("auth", "oauth")
    if kind == "bearer":
        return BearerToken(values["token"])
    if kind == "admin":
        return admin_login(shop_address(values), values["username"], values["password"])
    return oauth1(
        values["consumer_key"],
        values["consumer_secret"],
        values["access_token"],
        values["access_token_secret"],
    )


def build_sap(observe: Observer) -> SapClient:
    options = options_from(
        {
            **settings.SAP_OPTIONS,
            "call_timeout_seconds": settings.SAP_RFC_TIMEOUT_SECONDS,
            "time_zone": settings.SAP_TIME_ZONE,
        }
    )
    parameters = {name: str(value) for name, value in settings.SAP_RFC_PARAMETERS.items()}
    connect = import_string(settings.SAP_RFC_CONNECT)
    sessions = _sap_sessions(connect, parameters, options)
    return SapClient(connect, parameters, options, observe=observe, sessions=sessions)


# ---- what the threads of a process share
@dataclass(frozen=True, slots=True)
class _ShopRemote:
    """A shop's connections, and who the portal is there: an admin logs in once, for all threads."""

    connections: ShopConnections
    auth: AuthBase


@dataclass(slots=True)
class _Process:
    shops: dict[str, _ShopRemote] = field(default_factory=dict)
    sap: SapSessions | None = None
    limits: list[tuple[LeasedSlots, Pool[Any]]] = field(default_factory=list)
    holder: str = field(default_factory=holder_name)
    lock: Lock = field(default_factory=Lock)

    def limited(self, system: str, connections: int, per_second: float) -> Limits:
        patience = settings.LEASE_SECONDS * PATIENCE
        return limits_of(system, connections, per_second, patience, self.holder)

    def tend(self, pool: Pool[Any]) -> None:
        """From now on renew its leases with each sign of life."""
        if isinstance(pool.limits.slots, LeasedSlots):
            self.limits.append((pool.limits.slots, pool))


_process = _Process()


def _shop_remote(shop: Shop, values: Mapping[str, Any]) -> _ShopRemote:
    with _process.lock:
        found = _process.shops.get(shop.code)
        if found is None:
            limits = _process.limited(
                shop.system, values["connections"], values["calls_per_second"]
            )
            connections = ShopConnections(told("the shop {shop}", shop=shop.code), limits=limits)
            _process.tend(connections)
            found = _process.shops[shop.code] = _ShopRemote(connections, shop_auth(values))
        return found


def _sap_sessions(
    connect: Connect, parameters: Mapping[str, str], options: SapOptions
) -> SapSessions:
    with _process.lock:
        if _process.sap is None:
            limits = _process.limited(SAP, settings.SAP_SESSIONS, settings.SAP_CALLS_PER_SECOND)
            _process.sap = SapSessions(connect, parameters, options, limits=limits)
            _process.tend(_process.sap)
        return _process.sap


def tend_connections() -> None:
    """With each sign of life: renew the leases of what is open, close what was idle for too long or
    what other processes wait for."""
    for slots, pool in list(_process.limits):
        if not slots.keep():
            pool.renew()
        pool.tidy()


def close_connections() -> None:
    """At the end of a process, so that others need not wait for its leases to end."""
    for one in _process.shops.values():
        one.connections.renew()
    if _process.sap is not None:
        _process.sap.renew()


_of_thread = threading.local()


def remotes_of_this_thread() -> Remotes:
    """Call it inside the worker, never before a fork."""
    remotes: Remotes | None = getattr(_of_thread, "remotes", None)
    if remotes is None:
        remotes = Remotes(
            build_magento=build_magento, build_sap=build_sap, policy=policy_from_settings()
        )
        _of_thread.remotes = remotes
    return remotes
