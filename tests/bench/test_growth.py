"""A page counts as quick only where it answered; growth compares a page with itself."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from tests.bench import growth
from tests.bench.pages import ADMIN, TABLES, PageCost


def cost(name: str, database_ms: float, *, status: int = 200) -> PageCost:
    return PageCost(name, status, 1, database_ms, 20, 1)


def test_a_page_that_did_not_answer_is_not_quick() -> None:
    pages = [cost("home", 5), cost("orders", 20), cost("search", 1, status=500)]

    measured, quick, by_index = growth.within(pages)

    assert (measured.value, quick.value, by_index.value) == (3, 2, 1)
    assert not quick.is_met


def test_the_list_of_orders_is_set_against_each_stock_list_of_as_many_rows() -> None:
    own = [cost(name, 0) for name in ("orders: all", "orders: per_page=50", "orders: per_page=100")]
    stock = [cost(f"{one}: {rows} rows", 20) for one in (TABLES, ADMIN) for rows in (25, 50, 100)]

    figures = list(growth.beside_stock([*own, *stock]))

    assert [figure.value for figure in figures] == [0.5] * 6
    assert [one.is_stock for one in (own[0], stock[0], stock[3])] == [False, True, True]


def test_growth_is_each_page_against_itself() -> None:
    at_million = [cost("home", 20), cost("orders", 80), cost("only here", 900)]

    middle, worst = growth.growth(at_million, [cost("orders", 5), cost("home", 20)])

    assert (middle.value, worst.value) == (2.5, 4)


def test_on_sqlite_a_page_may_take_twice_as_long() -> None:
    pages = [cost("home", 75), cost("orders", 90), cost("search", 1, status=500)]

    quick, worst = growth.on_sqlite(pages)

    assert (quick.value, quick.target, worst.value) == (1, 3, 110)


def test_without_databases_the_pages_are_skipped_and_said_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("BENCH_MILLION", raising=False)
    monkeypatch.delenv("BENCH_SQLITE", raising=False)

    assert list(growth.figures(Mock())) == []
    assert "skipped" in capsys.readouterr().out
