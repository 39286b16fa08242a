"""A record that spoils its page is found in few calls, and a shop that is down is asked little."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from sync.causes.shop import ShopCause
from sync.errors import (
    RemoteMisconfigured,
    RemoteRejected,
    RemoteUnavailable,
    SyncError,
    UnexpectedRecord,
)
from sync.magento.client import MagentoClient
from sync.magento.narrowing import MOST_CALLS, Doubts, may_be_its_content
from sync.magento.records import MagentoOrder
from sync.magento.refusals import PageTooLarge
from sync.reading import Read, UnreadableRecord
from tests.magento.recorded import SHOP, exchange, joined
from tests.magento.test_client_reads import LONG_AGO

REFUSAL = (404, {"message": "The product that was requested doesn't exist."})


class SpoiltShop:
    """Orders by key, one a second; answers lists as Magento does, but none that shows a spoilt one.

    ``shows_names`` lets a projection through, which some troubles do not touch.
    """

    def __init__(
        self,
        mock: responses.RequestsMock,
        keys: Collection[int],
        spoilt: Collection[int],
        *,
        shows_names: bool = False,
    ) -> None:
        self.spoilt, self.shows_names = set(spoilt), shows_names
        self.calls = 0
        document = exchange("101")["response"]["body"]
        self.orders = [
            {
                **document,
                "entity_id": key,
                "increment_id": f"N{key}",
                "updated_at": f"2026-01-01 {at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}",
            }
            for at, key in enumerate(keys)
        ]
        mock.add_callback(responses.GET, f"{SHOP}/rest/V1/orders", callback=self._answer)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.calls += 1
        query = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        found = [order for order in self.orders if _fits(order, query)]
        sort = query["searchCriteria[sortOrders][0][field]"]
        found.sort(key=lambda order: (order[sort], order["entity_id"]))
        size = int(query["searchCriteria[pageSize]"])
        start = (int(query["searchCriteria[currentPage]"]) - 1) * size
        rows = found[start : start + size]
        is_let_through = "fields" in query and self.shows_names
        if not is_let_through and self.spoilt & {row["entity_id"] for row in rows}:
            return REFUSAL[0], {}, json.dumps(REFUSAL[1])
        return 200, {}, json.dumps({"items": rows, "total_count": len(found)}, default=float)


def _fits(order: dict[str, Any], query: dict[str, str]) -> bool:
    at = 0
    while (group := f"searchCriteria[filter_groups][{at}][filters]") + "[0][field]" in query:
        parts = [f"{group}[{one}]" for one in range(2) if f"{group}[{one}][field]" in query]
        if not any(_holds(order, query, part) for part in parts):
            return False
        at += 1
    return True


def _holds(order: dict[str, Any], query: dict[str, str], part: str) -> bool:
    stored, wanted = order[query[f"{part}[field]"]], query[f"{part}[value]"]
    condition = query[f"{part}[condition_type]"]
    if condition == "nin":
        return str(stored) not in wanted.split(",")
    right: Any = int(wanted) if isinstance(stored, int) else wanted
    held = {
        "gt": stored > right, "gteq": stored >= right, "lteq": stored <= right,
    }  # fmt: skip
    return bool(held[condition])


def search(client: MagentoClient, page_size: int = 100, **doubts: Any) -> Read[MagentoOrder]:
    """The whole list."""
    known = Doubts(**doubts)
    return joined(client.search_orders(updated_from=LONG_AGO, page_size=page_size, doubts=known))


def keys_of(found: Iterable[MagentoOrder | UnreadableRecord]) -> set[int | None]:
    return {one.entity_id for one in found}


@pytest.mark.slow
@pytest.mark.parametrize("shows_names", [True, False])
@pytest.mark.parametrize("base", [1, 5_000, 2_000_000_000])
@pytest.mark.parametrize("place", [0, 19, 20, 21, 49])
def test_one_of_many_is_found_in_few_calls(
    client: MagentoClient, shop: responses.RequestsMock, place: int, base: int, shows_names: bool
) -> None:
    keys = [base + at for at in range(50)]
    stand_in = SpoiltShop(shop, keys, [keys[place]], shows_names=shows_names)

    found = search(client, near=base + 25, page_size=20)

    assert keys_of(found.records) == {*keys} - {keys[place]}
    assert keys_of(found.unreadable) == {keys[place]}
    assert stand_in.calls <= 20


def test_every_third_of_many_is_found(client: MagentoClient, shop: responses.RequestsMock) -> None:
    keys = list(range(1, 31))
    SpoiltShop(shop, keys, keys[::3])

    found = search(client, page_size=7)

    assert keys_of(found.records) == {*keys} - set(keys[::3])
    assert keys_of(found.unreadable) == set(keys[::3])


def test_what_was_read_stays_in_the_order_of_its_changes(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    keys = [9, 3, 7, 1, 8, 2]
    SpoiltShop(shop, keys, [7])

    read = [one.entity_id for one in search(client).records]

    assert read == [9, 3, 1, 8, 2]


def test_one_that_is_named_where_it_cannot_be_shown_is_told_by_its_number(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    SpoiltShop(shop, range(1, 6), [3], shows_names=True)

    [bad] = search(client).unreadable

    assert (bad.entity_id, bad.number) == (3, "N3")
    assert "product that was requested" in bad.error.message


def test_those_known_before_are_asked_for_first(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    stand_in = SpoiltShop(shop, range(1, 101), [20, 60])

    found = search(client, suspects=[20, 60, 61])

    assert keys_of(found.unreadable) == {20, 60}
    assert keys_of(found.records) == {*range(1, 101)} - {20, 60}
    assert stand_in.calls <= 10


def test_one_known_before_that_can_be_listed_costs_nothing(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    stand_in = SpoiltShop(shop, range(1, 6), [])

    found = search(client, suspects=[3])

    assert keys_of(found.records) == set(range(1, 6))
    assert stand_in.calls == 1


@pytest.mark.parametrize("count", [4, 30])
def test_a_shop_that_can_list_nothing_is_asked_little(
    client: MagentoClient, shop: responses.RequestsMock, count: int
) -> None:
    stand_in = SpoiltShop(shop, range(1, count + 1), range(1, count + 1))

    with pytest.raises(RemoteMisconfigured, match="product that was requested") as caught:
        search(client)

    assert caught.value.cause is ShopCause.NO_LIST_READABLE
    assert stand_in.calls <= 5


@pytest.mark.slow
def test_a_shop_where_half_is_spoilt_ends_in_another_attempt_not_in_endless_calls(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    stand_in = SpoiltShop(shop, range(1, 81), range(1, 80, 2))
    found = Read[MagentoOrder]()
    troubles: list[SyncError] = []

    while len(troubles) < 5:
        before = stand_in.calls
        known = {one.entity_id or 0 for one in found.unreadable}
        more, trouble = read_on(client, known)
        found += more
        assert stand_in.calls - before <= MOST_CALLS + 60
        if trouble is None:
            break
        troubles.append(trouble)

    assert 0 < len(troubles) < 5
    assert not any(one.remote_is_away for one in troubles)
    assert keys_of(found.records) == set(range(2, 81, 2))
    assert keys_of(found.unreadable) == set(range(1, 80, 2))


def read_on(client: MagentoClient, known: set[int]) -> tuple[Read[MagentoOrder], SyncError | None]:
    """One attempt, and what ended it early, if anything did."""
    found = Read[MagentoOrder]()
    try:
        for page in client.search_orders(updated_from=LONG_AGO, doubts=Doubts(known)):
            found += page
    except RemoteUnavailable as error:
        return found, error
    return found, None


def test_a_product_list_is_not_narrowed(
    client: MagentoClient, shop: responses.RequestsMock
) -> None:
    shop.get(f"{SHOP}/rest/V1/products", json=REFUSAL[1], status=404)

    with pytest.raises(RemoteRejected):
        client.get_bundle_shipment_types({1})

    assert len(shop.calls) == 1


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (RemoteRejected("no", cause=ShopCause.REFUSED), True),
        (UnexpectedRecord("no list", cause=ShopCause.UNREADABLE), True),
        (PageTooLarge("too large", cause=ShopCause.REFUSED), False),
        (RemoteMisconfigured("no key", cause=ShopCause.KEYS), False),
        (RemoteMisconfigured("no record", cause=ShopCause.ANSWERS_STRANGELY), True),
        (RemoteUnavailable("away", cause=ShopCause.UNREACHABLE), False),
        (RemoteUnavailable("500", cause=ShopCause.FAILED), True),
        (RemoteUnavailable("502", cause=ShopCause.BROKE_OFF), True),
        (RemoteUnavailable("503", cause=ShopCause.DOWN), False),
        (RemoteUnavailable("502", cause=ShopCause.BROKE_OFF, retry_after=5), False),
    ],
)
def test_only_some_failures_can_be_about_one_record(error: SyncError, may: bool) -> None:
    assert may_be_its_content(error) is may
