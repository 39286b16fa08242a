"""Web orders: what the portal reads of them, and the one thing it writes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sync.causes.shop import ShopCause
from sync.errors import RemoteRejected, UnexpectedRecord
from sync.magento.intake import OrderSearch
from sync.magento.lists import RecordList
from sync.magento.narrowing import NO_DOUBTS, Doubts, Narrowing, parsed
from sync.magento.paging import PageSize, of_order, page_of, record_of
from sync.magento.parsing import KEY_MEMBERS, parse_order, parse_order_key
from sync.magento.records import MagentoOrder, MagentoOrderKey
from sync.magento.refusals import PageTooLarge
from sync.magento.search import Filter, Groups, Page, Query, Search, equal
from sync.magento.transport import Transport
from sync.reading import Read
from sync.told import told

LONGEST_EXT_ORDER_ID = 32  # cut silently beyond [447]


class OrderRoutes:
    _http: Transport
    _sizes: PageSize

    def get_order(self, entity_id: int) -> MagentoOrder:
        """Raises ``RemoteRejected`` with cause ``NOT_FOUND`` where there is none."""
        route = f"orders/{int(entity_id)}"
        order = parse_order(record_of(self._http.get(route), route))
        return of_order(order, order.entity_id, entity_id, "order")

    def search_orders(
        self,
        *,
        updated_from: datetime,
        store_ids: Collection[int] = (),
        page_size: int = 100,
        after: tuple[datetime, int] | None = None,
        doubts: Doubts = NO_DOUBTS,
    ) -> Iterator[Read[MagentoOrder]]:
        """Orders changed at or after ``updated_from``, oldest change first, as pages arrive.

        ``after`` (updated_at, entity_id) starts after that record. ``doubts`` holds what is already
        known of records that spoil their page.
        """
        search = OrderSearch(updated_from, tuple(sorted(store_ids)), page_size)
        narrowing = Narrowing("orders", self._order_page, doubts)
        return search.records(narrowing, parse_order, after, self._sizes)

    def search_order_keys(
        self,
        *,
        updated_from: datetime,
        page_size: int = 100,
        after: tuple[datetime, int] | None = None,
        doubts: Doubts = NO_DOUBTS,
    ) -> Iterator[Read[MagentoOrderKey]]:
        """As ``search_orders``, but only what tells whether an order is news: a hundredth of the
        orders themselves."""
        fields = f"items[{','.join(KEY_MEMBERS)}],total_count"
        search = OrderSearch(updated_from, (), page_size, fields)
        narrowing = Narrowing("orders", self._order_page, doubts)
        return search.records(narrowing, parse_order_key, after, self._sizes)

    def get_orders(
        self, entity_ids: Collection[int], doubts: Doubts = NO_DOUBTS
    ) -> Read[MagentoOrder]:
        """Whole, by ``entity_id``; those the shop does not list are left out."""
        wanted = ",".join(str(one) for one in sorted(entity_ids))
        groups = ((Filter("entity_id", "in", wanted),),)
        listed = RecordList(
            self._http.get, self._sizes, "orders", groups, doubts, most=len(entity_ids)
        )
        return listed.read(parse_order)

    def search_orders_by_increment_id(
        self, increment_id: str, *, is_repeated: bool = False
    ) -> Read[MagentoOrder]:
        """There may be several: the number is unique only within a store."""
        return self._orders(equal("increment_id", increment_id), is_repeated=is_repeated)

    def search_order(self, entity_id: int) -> Read[MagentoOrder]:
        """As the shop's list has it; empty where the list no longer has the order."""
        return self._orders(equal("entity_id", entity_id), is_repeated=True)

    def set_ext_order_id(self, entity_id: int, ext_order_id: str) -> None:
        """Store the SAP number with the order [430]. Sends only these two members: the shop would
        overwrite others with what is sent [441]. Never call it while a ship or invoice of that
        order may be running."""
        if not 0 < len(ext_order_id) <= LONGEST_EXT_ORDER_ID:
            raise ValueError(f"ext_order_id has 1 to {LONGEST_EXT_ORDER_ID} characters")
        entity = {"entity_id": int(entity_id), "ext_order_id": ext_order_id}
        self._http.post("orders", {"entity": entity})

    def probe_right_to_save_orders(self) -> None:
        """Learn whether ``set_ext_order_id`` is allowed, without writing anything.

        The shop always refuses an empty order: for its missing payment if we have the right [445],
        otherwise for the missing right [248-010]. Raises ``RemoteMisconfigured`` that names the
        right as the shop does, which depends on the version (README "Versions" 2).
        """
        try:
            self._http.post_to_be_refused("orders", {"entity": {}})
        except RemoteRejected:
            return
        raise UnexpectedRecord(
            told("The shop took an order that holds nothing."), cause=ShopCause.TOOK_EMPTY_ORDER
        )

    def get_newest_orders(self, most: int = 20) -> list[MagentoOrder]:
        """Those that cannot be read are left out."""
        size = self._sizes.fitting(most)
        search = Search((), sort=("entity_id",), page_size=size, descending=True)
        try:
            page = self._order_page(search.query())
        except PageTooLarge as refusal:
            self._sizes.learn(refusal, size)
            return self.get_newest_orders(most)
        return list(parsed(Read(tuple(page.rows)), parse_order, "order").records)

    def _orders(self, groups: Groups, *, is_repeated: bool) -> Read[MagentoOrder]:
        doubts = Doubts(is_repeated=is_repeated)
        listed = RecordList(self._http.get, self._sizes, "orders", groups, doubts)
        return listed.read(parse_order)

    def _order_page(self, query: Query) -> Page:
        return page_of(self._http.get("orders", query), "orders")
