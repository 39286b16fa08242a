"""Two calls at the same moment lose in the stand-in what they lost in the real shop [900-915]."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.exchanges.chains import ONE, TWO, Stage, made
from tests.exchanges.staging import Line, differences
from tests.exchanges.test_shop import comparable, play
from tests.magento.recorded import exchange
from tests.sandbox.shop.conftest import Caller
from tests.sandbox.shop.overlap import during

# The first item id of an order of two lines, each with so many pieces.
SAME = {
    "900-race-ship-full": (73, 625, 4, "shipment", 39),
    "901-race-ship-partial": (85, 649, 4, "shipment", 51),
    "902-race-invoice-full": (97, 673, 4, "invoice", 24),
    "903-race-invoice-partial": (109, 697, 4, "invoice", 36),
    "915-race-ship-different-lines": (240, 913, 2, "shipment", 135),
}
OVERLAPPING = {
    "910-race-ship-vs-ext-order-id": (170, 773, 2, "shipment", 105),
    "912-race-invoice-vs-comment": (209, 851, 2, "invoice", 121),
}


def two_lines(order_id: int, item_id: int, pieces: int) -> Stage:
    return made(order_id, Line(item_id, ONE, pieces), Line(item_id + 1, TWO, pieces))


def stage(caller: Caller, order_id: int, item_id: int, pieces: int, kind: str, last: int) -> None:
    caller.play_version("2.4.7")
    with caller.shop.store.writing() as books:
        two_lines(order_id, item_id, pieces)(books)
        books.set_sequence(kind, last)
        # The recording counts its papers in another order than the orders they belong to.
        books.set_sequence(f"{kind}:increment:1", last)


def send(caller: Caller, name: str) -> tuple[int, Any]:
    request = exchange(name)["request"]
    answer = caller.call(request["method"], request["path"], request["body"])
    return answer.status_code, answer.get_json()


def by_first_item(body: Any) -> Any:
    """Of two calls at once either may come first; the papers are compared by what is in them."""
    told = comparable(body)
    if isinstance(told, dict) and isinstance(told.get("items"), list):
        told["items"].sort(key=lambda paper: str(paper.get("items")))
        for paper in told["items"]:
            for name in ("entity_id", "increment_id"):
                paper.pop(name, None)
    return told


def look(caller: Caller, name: str) -> None:
    """The order and its papers afterwards are as recorded."""
    papers = "lookup" if int(name[:3]) < 910 else "documents"
    for what in ("order", papers):
        recorded = exchange(f"{name}-{what}")

        status, body = play(caller, recorded)

        assert status == recorded["response"]["status"]
        assert not differences(by_first_item(body), by_first_item(recorded["response"]["body"]))


@pytest.mark.parametrize("name", SAME)
def test_two_documents_at_once_end_as_recorded(caller: Caller, name: str) -> None:
    stage(caller, *SAME[name])
    replies = [f"{name}-reply1", f"{name}-reply2"]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda reply: send(caller, reply), replies))

    recorded = [exchange(reply)["response"] for reply in replies]
    assert sorted(status for status, _ in answers) == sorted(r["status"] for r in recorded)
    told = sorted(str(comparable(body)) for _, body in answers)
    assert told == sorted(str(comparable(r["body"])) for r in recorded)
    look(caller, name)


@pytest.mark.parametrize("name", OVERLAPPING)
def test_a_write_during_a_document_ends_as_recorded(caller: Caller, name: str) -> None:
    stage(caller, *OVERLAPPING[name])

    answers = during(
        caller,
        lambda: send(caller, f"{name}-reply1"),
        lambda: send(caller, f"{name}-reply2"),
    )

    for at, (status, body) in enumerate(answers, start=1):
        recorded = exchange(f"{name}-reply{at}")["response"]
        assert status == recorded["status"]
        if at == 1 or status >= 400:
            assert comparable(body) == comparable(recorded["body"])
        else:
            assert sorted(body) == sorted(recorded["body"])
    look(caller, name)
