"""The stand-in answers what the real shop answered: recorded exchanges, played again.

Each chain starts from seeded orders set back to the day they were placed, where it says so.
Times, running numbers of documents and what the recording hid are not compared.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sync.sandbox.shop.seed import without_progress
from tests.sandbox.shop.conftest import Caller

EXCHANGES = Path(__file__).parents[2] / "exchanges" / "magento"
FLEETING = {"created_at", "updated_at", "weee_tax_applied"}
NUMBERED = {"entity_id", "increment_id"}  # of documents and their parts, not of orders
KINDS = ("shipment", "invoice", "creditmemo")
Step = str | tuple[str, Any]  # an exchange by its number, or a call the recording lacks


@dataclass(frozen=True)
class Chain:
    """Exchanges in a row on one shop."""

    name: str
    steps: list[Step]
    rewind: list[int] = field(default_factory=list)


def numbers(text: str) -> list[Step]:
    return list(text.split())


CHAINS = [
    Chain("ship all", numbers("200 201 202 203"), [27]),
    Chain("ship all with notice, tracks and comment", numbers("206 207 208 209"), [29]),
    Chain("ship in parts", numbers("210 211 212 213 214 215"), [30]),
    Chain("ship a held order", numbers("232 335")),
    Chain("ship a canceled order", numbers("233 336")),
    Chain("ship a virtual order", numbers("234"), [33]),
    Chain("ship a configurable", ["238", "239", ("order/35/ship", {"items": [{"order_item_id": 547, "qty": 1}]}), "241", "242"], [35]),  # noqa: E501
    Chain("ship a bundle piece by piece", numbers("245 246 247 248 249 250 251"), [37]),
    Chain("ship a bundle together", numbers("252 253 254 255"), [38]),
    Chain("ship with odd quantities and ids", numbers("216 218 219 220 221 222 224 225 227 229 260 261 262 263 264 265 266 267 268"), [40]),  # noqa: E501
    Chain("ship what is not there", numbers("230 286 291 283 285 300"), [42]),
    Chain("invoice with capture, then ship", numbers("315 316 317 318 319"), [45]),
    Chain("invoice a virtual order", numbers("337 338"), [49]),
    Chain("invoice a free order", numbers("339"), [50]),
    Chain("invoice bundles", numbers("345 346 347 348 349 350"), [52]),
    Chain("invoice in EUR", numbers("352 353"), [53]),
    Chain("invoice a purchase order", numbers("354 355 356"), [54]),
    Chain("invoice what is not there", numbers("334 362 367 376")),
    Chain("invoice gross prices", numbers("809 810"), [484]),
    Chain("coupon order from start to end", numbers("101 840 841 842 844 845 846 847"), [3]),
    Chain("EUR order from start to end", numbers("110 848 849 850"), [11]),
    Chain("free order shipped only", numbers("856 857"), [15]),
    Chain("hold a purchase order", numbers("112 854 855"), [18]),
    Chain("cancel an order", ["117", ("orders/17/cancel", None), "859"], [17]),
    Chain("order comments and moves", numbers("400 401 402 403 404 405 406 408 410 412 413 414 416 418 419 421 422 424 425 426"), [57]),  # noqa: E501
    Chain("external number", numbers("429 430 431 432 445 446"), [59]),
    Chain("odd order saves", ["441", ("orders", {"entity": {"entity_id": 61, "ext_order_id": "0004711002"}}), "442", "443", "447"], [61]),  # noqa: E501
    Chain("refund", ["500", ("order/69/invoice", {}), ("order/69/ship", {}), "501", "502", "504", "506", "508", "510"], [69]),  # noqa: E501
    Chain("refund unshipped", [("order/497/invoice", {}), "517", "518", "519"], [497]),
    Chain("orders as they were placed", numbers("103 105 106 107 109 111 113 114 115"), [4, 6, 7, 8, 10, 12, 13, 14, 15]),  # noqa: E501
    Chain("searches", numbers("138 146 150 151 160 161 166 167 170 171 172 173 175 178 179 184 190 196"), [2]),  # noqa: E501
    Chain("items of an order", numbers("181 183"), [3]),
    Chain("bad requests", numbers("530 531 532 533 535 536 537 540 542 543 544 546 548 549 550 552 554"), [2]),  # noqa: E501
    Chain("stores", numbers("600 601 602 603 604 605 608")),
]  # fmt: skip


def exchange(number: str) -> dict[str, Any]:
    path = next(EXCHANGES.glob(f"{number}-*.json"))
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def rewind(caller: Caller, order_ids: list[int]) -> None:
    """Set orders back to the day they were placed, without any documents."""
    with caller.shop.store.writing() as books:
        for order_id in order_ids:
            order = books.find("order", order_id)
            if order is not None:
                books.save("order", without_progress(order))
            for kind in KINDS:
                for document in books.of_order(kind, order_id):
                    books.delete(kind, document["entity_id"])


def expect_document_number(caller: Caller, recorded: dict[str, Any]) -> None:
    """Let the next document get the number it got in the recording."""
    path, body = recorded["request"]["path"], recorded["response"]["body"]
    for action, kind in (("/ship", "shipment"), ("/invoice", "invoice"), ("/refund", "creditmemo")):
        if path.endswith(action) and isinstance(body, str):
            with caller.shop.store.writing() as books:
                books.delete(kind, int(body))
                books.set_sequence(kind, int(body) - 1)


def comparable(answer: Any, *, inside: bool = False) -> Any:
    """The answer without what differs between two runs."""
    if isinstance(answer, list):
        return [comparable(entry, inside=inside) for entry in answer]
    if not isinstance(answer, dict):
        return "Internal Error" if str(answer).startswith("Internal Error") else answer
    paper = inside or ("order_id" in answer and "order_item_id" not in answer)
    gone = FLEETING | (NUMBERED if paper or "parent_id" in answer else set())
    return {
        name: comparable(value, inside=paper) for name, value in answer.items() if name not in gone
    }


def play(caller: Caller, recorded: dict[str, Any]) -> tuple[int, Any]:
    request = recorded["request"]
    expect_document_number(caller, recorded)
    kinds = {k: v for k, v in request["headers"].items() if k in ("Content-Type", "Accept")}
    body = request["body"]
    data = body if isinstance(body, str) else json.dumps(body) if body is not None else None
    answer = caller.http.open(
        request["path"], method=request["method"], headers={**caller.headers, **kinds}, data=data
    )
    return answer.status_code, answer.get_json(silent=True)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_recorded_exchanges_are_answered_as_recorded(caller: Caller, chain: Chain) -> None:
    rewind(caller, chain.rewind)
    for step in chain.steps:
        if isinstance(step, tuple):
            caller.post(step[0], step[1])
            continue
        recorded = exchange(step)

        status, body = play(caller, recorded)

        response = recorded["response"]
        assert status == response["status"], f"{step}: {recorded['title']}"
        if isinstance(response["body"], str) and response["body"].startswith("<"):
            continue
        assert comparable(body) == comparable(response["body"]), f"{step}: {recorded['title']}"
