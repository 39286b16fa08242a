"""The stand-in answers what the real shop answered: recorded exchanges, played again.

Times, running numbers of documents and what the recording hid are not compared.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sync.sandbox.shop.mail import SHOP_NAME
from tests.exchanges.chains import CHAINS, LISTS, Chain
from tests.exchanges.staging import differences, set_clock, stage_list, told_time
from tests.magento.recorded import exchange, version_of
from tests.sandbox.shop.conftest import Caller

NEWER_SHOP = "Main Website Store"  # the other recorded shop had another name
A_SECOND = timedelta(seconds=1)  # between a change and the Date of its answer
FLEETING = {"created_at", "updated_at", "weee_tax_applied"}
TRANSACTION = re.compile(r"\b(AUTH|CAP)-[0-9a-f]{13}\b")
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
        text = TRANSACTION.sub(r"\1", answer) if isinstance(answer, str) else answer
        return "Internal Error" if str(text).startswith("Internal Error") else text
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


def moment(text: str) -> datetime:
    """A time of the shop, which is UTC without a mark."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def is_order_changed_by(written: list[datetime], body: Any) -> bool:
    """Whether this shows an order whose last change was one of these recorded writes.

    Its ``updated_at`` then has to be the time of that write, and not of a later one that leaves
    it alone (README "Polling by updated_at").
    """
    if not isinstance(body, dict) or not {"updated_at", "state"} <= set(body):
        return False
    changed = moment(body["updated_at"])
    return "order_id" not in body and any(abs(changed - time) <= A_SECOND for time in written)


def recorded_mails(note: str) -> list[str] | None:
    """Subjects of the mails a call sent; None where the recording does not say."""
    sent = re.search(r'E-mail sent during this call: "([^"]+)"', note)
    if sent:
        return [sent.group(1).replace(NEWER_SHOP, SHOP_NAME)]
    return [] if "No e-mail was sent." in note else None


def mails_sent(caller: Caller) -> list[str]:
    """Subjects of the mails that went out so far, oldest first."""
    with caller.shop.store.reading() as books:
        return [mail["subject"] for mail in reversed(books.mails("sent_at IS NOT NULL"))]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.name)
def test_recorded_exchanges_are_answered_as_recorded(
    request: pytest.FixtureRequest, chain: Chain
) -> None:
    # The orders of 2.4.8 have the numbers of others that are seeded.
    shop = "caller" if chain.version == "2.4.7" else "empty_caller"
    caller: Caller = request.getfixturevalue(shop)
    caller.play_version(chain.version)
    with caller.shop.store.writing() as books:
        for stage in chain.stages:
            stage(books)
    written: list[datetime] = []
    for step in chain.steps:
        if not isinstance(step, str):
            step(caller)
            continue
        recorded = exchange(step)
        before = mails_sent(caller)
        set_clock(caller.shop, recorded)

        status, body = play(caller, recorded)

        response = recorded["response"]
        assert status == response["status"], f"{step}: {recorded['title']} {body}"
        if isinstance(response["body"], str) and response["body"].startswith("<"):
            continue
        wrong = differences(comparable(body), comparable(response["body"]))
        assert not wrong, f"{step}: {recorded['title']}"
        if recorded["request"]["method"] != "GET":
            written.append(told_time(recorded))
        if is_order_changed_by(written, response["body"]):
            late = moment(body["updated_at"]) - moment(response["body"]["updated_at"])
            assert abs(late) <= A_SECOND, f"{step}: {body['updated_at']}"
        expected = recorded_mails(recorded["note"])
        if expected is not None:
            assert mails_sent(caller)[len(before) :] == expected, f"{step}: {recorded['note']}"


@pytest.mark.parametrize("name", LISTS)
def test_recorded_searches_find_what_they_found(empty_caller: Caller, name: str) -> None:
    stage_list(empty_caller.shop.store, name)
    empty_caller.play_version(version_of(name))
    recorded = exchange(name)

    status, body = play(empty_caller, recorded)

    assert status == recorded["response"]["status"]
    assert not differences(body, recorded["response"]["body"])
