"""A Magento shop as the portal uses it: one method per thing asked of the shop.

Every method raises a ``SyncError`` and nothing else (``ValueError`` for a request that must never
be sent). A write raises ``OutcomeUnknown`` after anything but an answer: look before sending again.
The caller sends the writes of one order one after another; otherwise the shop loses data (README
"Races").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from requests.auth import AuthBase

from sync.errors import SyncError
from sync.exchanges import Exchange
from sync.magento.auth import AdminLogin
from sync.magento.connections import ShopConnections
from sync.magento.lists import RecordList
from sync.magento.order_routes import OrderRoutes
from sync.magento.paging import PageSize, no_list, page_of
from sync.magento.paper_routes import PaperRoutes
from sync.magento.parsing_setup import parse_bundle_shipment_type, parse_source, parse_store_view
from sync.magento.records import MagentoStoreView
from sync.magento.search import Filter, Search
from sync.magento.transport import USUAL_LIMITS, TimeLimits, Transport
from sync.magento.versions import version_on_page
from sync.told import told

_PRODUCTS_AT_ONCE = 100
_COUNTED = {
    (True, True): told("1 store view, 1 order"),
    (True, False): told("1 store view, {orders} orders"),
    (False, True): told("{stores} store views, 1 order"),
    (False, False): told("{stores} store views, {orders} orders"),
}
_SOURCES = 300  # no shop is known to have as many; the most that a limited page may hold


def _unobserved(exchange: Exchange) -> None:
    """Keeps no record of the call."""


class MagentoClient(OrderRoutes, PaperRoutes):
    """One shop over REST, for one thread; it borrows a connection for each call."""

    def __init__(
        self,
        base_url: str,
        auth: AuthBase,
        *,
        observe: Callable[[Exchange], None] = _unobserved,
        limits: TimeLimits = USUAL_LIMITS,
        connections: ShopConnections | None = None,
    ) -> None:
        """Without ``connections`` it keeps its own."""
        own = connections or ShopConnections("the shop")
        self._http = Transport(base_url, auth, own, limits, observe)
        self._auth = auth
        self._sizes = PageSize()

    @property
    def base_url(self) -> str:
        return self._http.base_url

    def log_on_anew(self) -> None:
        """No connection opened so far is used again, nor what an admin login was given."""
        self._http.borrower.connections.renew()
        if isinstance(self._auth, AdminLogin):
            self._auth.forget()

    @contextmanager
    def holding_connection(self) -> Iterator[None]:
        """Borrow the connection that a write inside will use, and wait for its turn, before the
        time runs in which it must be sent."""
        with self._http.borrower.held():
            yield

    def get_bundle_shipment_types(self, product_ids: Collection[int]) -> dict[int, str]:
        """By bundle product id, "together" or "separately"; products that are no bundles are left
        out.

        Raises ``RemoteMisconfigured`` without the right to read the catalogue.
        """
        wanted = sorted(set(product_ids))
        types: dict[int, str] = {}
        for start in range(0, len(wanted), _PRODUCTS_AT_ONCE):
            ids = ",".join(str(number) for number in wanted[start : start + _PRODUCTS_AT_ONCE])
            groups = ((Filter("entity_id", "in", ids),),)
            listed = RecordList(self._http.get, self._sizes, "products", groups)
            for found in listed.records(parse_bundle_shipment_type):
                types |= found
        return types

    def get_store_views(self) -> list[MagentoStoreView]:
        """Without the admin's own store view [602, 600]."""
        configs = _listed(self._http.get("store/storeConfigs"), "store/storeConfigs")
        by_id = {config.get("id"): config for config in configs}
        views = _listed(self._http.get("store/storeViews"), "store/storeViews")
        return [parse_store_view(v, by_id.get(v.get("id"), {})) for v in views if v.get("id")]

    def ping(self, views: Sequence[MagentoStoreView] | None = None) -> str:
        """A line such as "3 store views, 63 orders"; raises what a first real call would raise.

        Pass ``views`` if the store views have just been read.
        """
        stores = len(self.get_store_views() if views is None else views)
        search = Search((), page_size=1, fields="items[entity_id],total_count")
        orders = page_of(self._http.get("orders", search.query()), "orders").counted
        return told(_COUNTED[stores == 1, orders == 1], stores=stores, orders=orders)

    def get_version_page(self) -> str:
        """Such as "Magento/2.4 (Community)", without the patch; empty where the shop does not
        say."""
        try:
            return version_on_page(self._http.get_page("magento_version"))
        except SyncError:
            return ""

    def probe(self, route: str) -> Any:
        """Make one small read to learn whether the route is allowed; raises as any read does."""
        search = Search((), page_size=1)
        return self._http.get(route, search.query())

    def get_modules(self) -> list[str]:
        """The names of the shop's modules [608]; needs a right of its own."""
        answer = self._http.get("modules")
        if not isinstance(answer, list):
            raise no_list("modules")
        return [str(name) for name in answer]

    def get_sources(self) -> list[str]:
        """Codes of the inventory sources in use; Magento's own tables, not recorded here. The route
        needs a right of its own, and a shop without multi-source inventory does not have it."""
        route = "inventory/sources"
        found = page_of(self._http.get(route, Search((), page_size=_SOURCES).query()), route)
        return sorted(filter(None, map(parse_source, found.rows)))

    @property
    def server_time(self) -> datetime | None:
        """The shop's clock at its last answer; None where that had no date."""
        return self._http.server_time


def _listed(answer: Any, route: str) -> list[dict[str, Any]]:
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise no_list(route)
    return answer
