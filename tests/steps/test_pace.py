"""A slice of a fetch keeps to its time, and its pages are large where orders come quickly."""

from __future__ import annotations

from unittest import mock

import pytest

from sync.magento.paging import USUAL
from sync.steps.ordering import pace
from sync.steps.ordering.pace import LARGE, MOST_PAGES, Pace


def after(seconds: float, *pages: int, page: int | None = None) -> tuple[list[bool], int]:
    """Pages that took so long each: whether the slice was over, and the next slice's page."""
    moments = [at * seconds for at in range(len(pages) + 1)]
    with mock.patch.object(pace, "monotonic", side_effect=moments):
        told = Pace(page)
        return [told.is_over(orders) for orders in pages], told.next_page


@pytest.mark.parametrize(
    ("seconds", "over"),
    [(0.1, [False, False, False, False, True]), (0.6, [False, False, True]), (1.1, [True])],
)
def test_a_slice_ends_before_a_page_that_would_not_fit_in_its_time(
    seconds: float, over: list[bool]
) -> None:
    assert after(seconds, *[USUAL] * len(over))[0] == over
    assert len(over) <= MOST_PAGES


def test_the_last_page_there_is_ends_no_slice_however_long_it_took() -> None:
    assert after(9, USUAL - 1)[0] == [False]


@pytest.mark.parametrize(
    ("seconds", "orders", "page"),
    [
        (0.6, USUAL, LARGE),  # 300 in 1.8 seconds
        (0.7, USUAL, USUAL),
        (1.9, LARGE, LARGE),
        (2.1, LARGE, USUAL),
        (0.0, USUAL - 1, USUAL),  # nothing is known of many
    ],
)
def test_pages_are_large_where_a_large_one_fits_in_a_slice(
    seconds: float, orders: int, page: int
) -> None:
    assert after(seconds, orders, page=orders)[1] == page
