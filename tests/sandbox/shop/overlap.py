"""Two calls of the shop of which one comes while the other is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.sandbox.shop.conftest import Caller

PATIENCE_SECONDS = 60  # only a test that fails waits so long


def during(caller: Caller, first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
    """Run ``second`` while ``first`` makes a document of an order; the answers of both.

    ``first`` goes on once ``second`` is answered, or has read all it needs of the order and waits
    for its turn to write.
    """
    inside, go_on, has_read = threading.Event(), threading.Event(), threading.Event()
    lock_of = caller.shop._lock

    def hold(_operation: str) -> None:
        inside.set()
        go_on.wait()

    def seen_lock(order_id: int) -> threading.Lock:
        lock = lock_of(order_id)
        if lock.locked():
            has_read.set()
        return lock

    caller.shop.pause = hold
    caller.shop._lock = seen_lock  # type: ignore[method-assign]
    with ThreadPoolExecutor(2) as pool:
        try:
            one = pool.submit(first)
            assert inside.wait(PATIENCE_SECONDS)
            other = pool.submit(second)
            other.add_done_callback(lambda _: has_read.set())
            assert has_read.wait(PATIENCE_SECONDS)
        finally:
            go_on.set()
        return [one.result(PATIENCE_SECONDS), other.result(PATIENCE_SECONDS)]
