"""How much of a long list one slice reads: as much as the shop and the portal manage in its time.

A small shop takes seconds for a hundred orders, and a slice must not hold its worker for long.
Where orders come quickly, large pages cost fewer calls and fewer statements for each of them.
"""

from __future__ import annotations

from time import monotonic

from sync.magento.paging import USUAL

SECONDS = 2.0  # of a slice
MOST_PAGES = 5
LARGE = 300  # orders on a page; a shop that limits its input takes no more as delivered


class Pace:
    """Of one slice of a round, which is told of each page; ``page`` is the size of its pages."""

    def __init__(self, page: int | None) -> None:
        self.page = page or USUAL
        self._began = monotonic()
        self._seconds = 0.0
        self._pages = self._orders = 0

    def is_over(self, orders: int) -> bool:
        """Told how many orders the last page listed: whether the slice ends with it."""
        self._seconds = monotonic() - self._began
        self._pages, self._orders = self._pages + 1, self._orders + orders
        if self._pages >= MOST_PAGES or orders < self.page:  # perhaps the last page there is
            return self._pages >= MOST_PAGES
        return self._seconds * (self._pages + 1) > SECONDS * self._pages  # with one more like them

    @property
    def next_page(self) -> int:
        """The size for the next slice: large where such a page fits in at this one's speed."""
        is_quick = self._orders * SECONDS >= self._seconds * LARGE
        return LARGE if is_quick and self._orders >= USUAL else USUAL
