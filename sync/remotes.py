"""Builds the clients from the settings. Each thread keeps its own set, with open connections."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from requests.auth import AuthBase

from sync.causes.shop import ShopCause
from sync.errors import RemoteMisconfigured
from sync.exchanges import Exchange, Observer
from sync.magento.auth import BearerToken, admin_login, oauth1
from sync.magento.client import MagentoClient
from sync.magento.transport import TimeLimits
from sync.models import RemoteIdentity, SapMessageEntry, Shop
from sync.models.master_data import rows_of
from sync.models.systems import SAP
from sync.policy import Policy, policy_from_settings
from sync.sap.client import SapClient
from sync.sap.messages import taught_messages
from sync.sap.options import options_from
from sync.shop_variables import shop_variables


class Remotes:
    """The clients one thread works with; opened when first needed and kept open."""

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

    def magento(self, shop: Shop) -> MagentoClient:
        """Raises ``RemoteMisconfigured`` when the shop has no settings, and ``RemoteChanged`` when
        its address has changed."""
        if shop.code not in self._magento:
            client = self._build_magento(shop, self._observe)
            identities = RemoteIdentity.objects
            address = {"base_url": client.base_url}
            identities.recognise(shop.system, address, was_asked=False)
            self._magento[shop.code] = client
        return self._magento[shop.code]

    def sap(self) -> SapClient:
        """A new client when the last one became unusable. Each session it opens raises
        ``RemoteChanged`` when it leads to another system. The administrators' entries for SAP
        messages are read once an attempt."""
        if self._sap is None or not self._sap.is_usable:
            self._sap = self._build_sap(self._observe)
            self._sap.check_system_with(lambda seen: RemoteIdentity.objects.recognise(SAP, seen))
            self._is_sap_taught = False
        if not self._is_sap_taught:
            self._sap.teach(taught_messages(rows_of(SapMessageEntry)))
            self._is_sap_taught = True
        return self._sap

    def renew(self) -> None:
        """Let go of every client: the next call logs on anew and checks which system answers."""
        if self._sap is not None:
            self._sap.close()
        self._sap = None
        self._magento.clear()

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
            f"No address is set for the shop “{shop.code}”.",
            cause=ShopCause.UNSET,
            reference=shop.code,
            remedy=f"Add the shop to MAGENTO_SHOPS, set {shop_variables(shop.code)}BASE_URL and "
            "its keys, restart the workers, then retry.",
        )
    return MagentoClient(
        shop_address(values),
        shop_auth(values),
        observe=observe,
        limits=TimeLimits(
            values["connect_timeout_seconds"],
            values["read_timeout_seconds"],
            values["call_timeout_seconds"],
        ),
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
    return SapClient(connect, parameters, options, observe=observe)


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
