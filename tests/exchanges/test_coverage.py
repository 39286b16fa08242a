"""Every recorded exchange is in the table, and every entry of the table has an effect."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.exchanges import test_client, test_shop_callers, test_shop_races
from tests.exchanges.chains import CHAINS, LISTS
from tests.exchanges.coverage import REASONS, TABLE
from tests.magento.recorded import exchange, names, version_of

RECORDED = {"2.4.7": 432, "2.4.8": 203}
RACE_PARTS = ("order", "lookup", "documents", "reply1", "reply2")


def played_by_shop() -> dict[str, set[str]]:
    """The exchanges each suite of the stand-in really plays."""
    races = (*test_shop_races.SAME, *test_shop_races.OVERLAPPING)
    return {
        "chain": {step for chain in CHAINS for step in chain.steps if isinstance(step, str)},
        "list": set(LISTS),
        "caller": set(test_shop_callers.PLAYS),
        "race": {f"{race}-{part}" for race in races for part in RACE_PARTS} & set(names()),
    }


def test_every_recorded_exchange_has_an_entry_and_no_entry_is_without_one() -> None:
    assert list(TABLE) == names()
    assert Counter(map(version_of, TABLE)) == RECORDED


def test_an_entry_has_an_effect() -> None:
    played = played_by_shop()

    for name, entry in TABLE.items():
        assert entry.client in {*test_client.PLAYS, *test_client.ERRORS, *REASONS}, name
        assert entry.shop in REASONS or name in played[entry.shop], name


def test_what_is_played_is_in_the_table() -> None:
    for suite, played in played_by_shop().items():
        told = {name for name, entry in TABLE.items() if entry.shop == suite}
        # An exchange may be played more often than it is counted.
        assert played >= told
        assert played <= set(TABLE)


def test_a_reason_is_a_sentence_and_is_used() -> None:
    used = {word for entry in TABLE.values() for word in (entry.client, entry.shop)}

    for word, sentence in REASONS.items():
        assert word.startswith("-")
        assert word in used
        assert sentence.endswith(".")


def test_a_failure_is_never_counted_as_read() -> None:
    for name, entry in TABLE.items():
        failed = exchange(name)["response"]["status"] >= 400
        if not entry.client.startswith("-"):
            assert failed == (entry.client in {*test_client.ERRORS, "no-login", "smaller-pages"})


def test_the_counts_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    both = sum(1 for e in TABLE.values() if e.client not in REASONS and e.shop not in REASONS)
    neither = sum(1 for e in TABLE.values() if e.client in REASONS and e.shop in REASONS)
    clients = Counter(entry.client for entry in TABLE.values())
    shops = Counter(entry.shop for entry in TABLE.values())

    with capsys.disabled():
        print(f"\nexchanges: {len(TABLE)}, played both ways {both}, one way "  # noqa: T201
              f"{len(TABLE) - both - neither}, neither {neither}")  # fmt: skip
        print("  client: " + ", ".join(f"{k} {v}" for k, v in clients.most_common()))  # noqa: T201
        print("  stand-in: " + ", ".join(f"{k} {v}" for k, v in shops.most_common()))  # noqa: T201

    assert both + neither <= len(TABLE)
