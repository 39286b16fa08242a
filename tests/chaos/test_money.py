"""A judge of money that cannot fail is worthless: each kind of damage is planted and reported."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.money import judge_money
from tests.chaos.portal_view import OpenTask


def books(*captures: tuple[str, str], invoices: dict[str, str] | None = None) -> dict[str, Any]:
    """A card order of 59.95: what the bank has, and invoices by their transaction."""
    return {
        "order": {"base_grand_total": 59.95, "payment": {"last_trans_id": "AUTH-1"}},
        "invoices": [
            {"increment_id": f"00{at}", "transaction_id": number, "base_grand_total": amount}
            for at, (number, amount) in enumerate((invoices or {}).items())
        ],
        "gateway": [
            {"kind": "capture", "transaction_id": number, "amount": amount}
            for number, amount in captures
        ],
    }


def judged(shop: dict[str, Any], *, is_known: bool = False) -> list[str]:
    found: list[str] = []
    judge_money(shop, is_known=is_known, blame=lambda kind, _text: found.append(kind))
    return found


@pytest.mark.parametrize(
    ("shop", "found"),
    [
        (books(("CAP-1", "59.95"), invoices={"CAP-1": "59.95"}), []),
        (books(("CAP-1", "9"), ("CAP-2", "50.95"), invoices={"CAP-1": "9", "CAP-2": "50.95"}), []),
        (books(invoices={"": "59.95"}), ["lost"]),
        (books(("CAP-1", "59.95"), ("CAP-2", "59.95"), invoices={"CAP-2": "59.95"}),
         ["doubled", "lost", "wrong_amounts"]),
        (books(("CAP-1", "59.95")), ["lost", "wrong_amounts"]),
        (books(("CAP-1", "50.00"), invoices={"CAP-1": "59.95"}), ["wrong_amounts"]),
        (books(), []),
    ],
)  # fmt: skip
def test_the_bank_has_what_was_invoiced_once(shop: dict[str, Any], found: list[str]) -> None:
    assert judged(shop) == found


def test_money_a_person_was_asked_about_is_an_expected_end() -> None:
    assert judged(books(("CAP-1", "59.95")), is_known=True) == []
    twice = books(("CAP-1", "59.95"), ("CAP-2", "59.95"))
    assert judged(twice, is_known=True) == ["doubled"]


def test_only_the_question_about_the_bank_is_left_to_finance() -> None:
    def stopped(cause: str) -> OpenTask:
        return OpenTask("push_invoice", "1", "needs_attention", "RecordsDisagree", "", cause)

    assert stopped("payment:capture-unknown").is_left_to_finance
    assert not stopped("payment:nothing-collected").is_left_to_finance
    assert not stopped("").is_left_to_finance
