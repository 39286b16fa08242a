"""The stand-in answers what the real shop answered: recorded exchanges, played again.

Times, running numbers of documents and what the recording hid are not compared.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.exchanges.chains import CHAINS, LISTS, Chain
from tests.exchanges.staging import differences, stage_list
from tests.magento.recorded import exchange
from tests.sandbox.shop.conftest import Caller

FLEETING = {"created_at", "updated_at", "weee_tax_applied"}
NUMBERED = {"entity_id", "increment_id"}  # of documents and their parts, not of orders
CREATED = (("/ship", "shipment"), ("/invoice", "invoice"), ("/refund", "creditmemo"))


def expect_document_number(caller: Caller, recorded: dict[str, Any]) -> None:
    """Let the next document get the number it got in the recording."""
    path, body = recorded["request"]["path"], recorded["response"]["body"]
    for action, kind in CREATED:
        if path.endswith(action) and isinstance(body, str) and body.isdigit():
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
    """The recorded request, sent by an admin."""
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
    with caller.shop.store.writing() as books:
        for stage in chain.stages:
            stage(books)
    for step in chain.steps:
        if not isinstance(step, str):
            step(caller)
            continue
        recorded = exchange(step)

        status, body = play(caller, recorded)

        response = recorded["response"]
        assert status == response["status"], f"{step}: {recorded['title']} {body}"
        if isinstance(response["body"], str) and response["body"].startswith("<"):
            continue
        wrong = differences(comparable(body), comparable(response["body"]))
        assert not wrong, f"{step}: {recorded['title']}"


@pytest.mark.parametrize("name", LISTS)
def test_recorded_searches_find_what_they_found(empty_caller: Caller, name: str) -> None:
    stage_list(empty_caller.shop.store, name)
    recorded = exchange(name)

    status, body = play(empty_caller, recorded)

    assert status == recorded["response"]["status"]
    assert not differences(body, recorded["response"]["body"])
