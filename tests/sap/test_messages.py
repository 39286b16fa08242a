"""RETURN in all its shapes, and what its messages mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sync.errors import RemoteMisconfigured
from sync.sandbox.sap import messages as standin_messages
from sync.sap.explanations import EXPLANATIONS, Explanation, Kind, Owner
from sync.sap.messages import FOLLOWERS, cause_of, explain, taught_messages
from sync.sap.records import SapMessage
from sync.sap.refusals import SapLocked, SapRejected
from sync.sap.returns import read_return, refuse
from tests.sap.fake_sap import message


def test_a_table_of_bapiret2_is_read() -> None:
    row = {**message("E", "CZ", "115", "1000", "10", "00"), "PARAMETER": "SALES_HEADER_IN",
           "ROW": 1, "FIELD": "VKORG"}  # fmt: skip

    (found,) = read_return({"RETURN": [row]})

    assert (found.type, found.key, found.parameter, found.row, found.field) == (
        "E", "CZ 115", "SALES_HEADER_IN", 1, "VKORG",
    )  # fmt: skip
    assert found.variables == ("1000", "10", "00", "")


@pytest.mark.parametrize(
    ("code", "message_class", "number"),
    [("V4115", "V4", "115"), ("VP112", "VP", "112"), ("F2718", "F2", "718")],
)
def test_bapireturn_glues_class_and_number(code: str, message_class: str, number: str) -> None:
    (found,) = read_return({"RETURN": {"TYPE": "W", "CODE": code, "MESSAGE": "text"}})

    assert (found.message_class, found.number) == (message_class, number)


@pytest.mark.parametrize(
    "answer",
    [{}, {"RETURN": []}, {"RETURN": {"TYPE": "", "CODE": ""}}, {"RETURN": [{"TYPE": " "}]}],
)
def test_a_blank_type_is_no_message(answer: dict[str, Any]) -> None:
    assert read_return(answer) == ()


@pytest.mark.parametrize(
    ("message_type", "is_failure"),
    [("S", False), ("I", False), ("W", False), ("E", True), ("A", True), ("X", True)],
)
def test_only_e_a_and_x_refuse(message_type: str, is_failure: bool) -> None:
    messages = read_return({"RETURN": message(message_type, "V1", "302")})

    assert (cause_of(messages) is not None) is is_failure


def test_the_cause_is_not_the_message_that_merely_follows_it() -> None:
    rows = [
        message("S", "V4", "233"),
        message("E", "V4", "248"),
        message("E", "V1", "382", "MAT-1"),
        message("E", "V4", "219"),
    ]

    cause = cause_of(read_return({"RETURN": rows}))

    assert cause is not None
    assert cause.key == "V1 382"


@pytest.mark.parametrize(
    ("key", "kind", "owner"),
    [
        ("V1 042", Kind.LOCKED, Owner.SALES),
        ("CZ 115", Kind.MISSING_MASTER_DATA, Owner.ADMINISTRATOR),
        ("V1 382", Kind.MISSING_MASTER_DATA, Owner.SALES),
        ("V1 849", Kind.MISSING_MASTER_DATA, Owner.LOGISTICS),
        ("VP 112", Kind.MISSING_MASTER_DATA, Owner.SALES),
        ("V4 115", Kind.DUPLICATE, Owner.SALES),
        ("F5 201", Kind.CLOSED_PERIOD, Owner.FINANCE),
        ("00 341", Kind.BUSINESS, Owner.ADMINISTRATOR),
        ("S& 150", Kind.UPDATE_FAILED, Owner.ADMINISTRATOR),
        ("ZZ 999", Kind.BUSINESS, Owner.SALES),
    ],
)
def test_p1_22_messages_name_their_kind_and_owner(key: str, kind: Kind, owner: Owner) -> None:
    message_class, number = key.split()

    explanation = explain(SapMessage("E", message_class, number, ""))

    assert (explanation.kind, explanation.owner) == (kind, owner)


@pytest.mark.parametrize("key", sorted(EXPLANATIONS))
def test_p1_22_every_explained_message_has_a_remedy(key: str) -> None:
    assert EXPLANATIONS[key].words
    assert EXPLANATIONS[key].remedy


def test_p1_22_an_administrator_can_teach_a_message() -> None:
    taught = {"ZZ 001": Explanation(Kind.LOCKED, "Busy.", "Wait.", Owner.SALES)}

    with pytest.raises(SapLocked):
        refuse([SapMessage("E", "ZZ", "001", "")], function="F", taught=taught)


@dataclass
class Row:
    """As a row of the administrator's table."""

    message_class: str = "v1"
    number: str = "42"
    message_type: str = ""
    kind: str = "closed_period"
    words: str = "Closed."
    remedy: str = "Open it."
    owner: str = "finance"


def test_p1_22_a_row_of_a_table_becomes_an_explanation_that_wins_over_the_list() -> None:
    taught = taught_messages([Row()])

    found = explain(SapMessage("E", "V1", "042", ""), taught)

    assert found == Explanation(Kind.CLOSED_PERIOD, "Closed.", "Open it.", Owner.FINANCE)


def test_p1_22_a_row_may_be_for_one_type_only() -> None:
    taught = taught_messages([Row(message_type="A"), Row(kind="business")])

    kinds = [explain(SapMessage(kind, "V1", "042", ""), taught).kind for kind in ("A", "E")]

    assert kinds == [Kind.CLOSED_PERIOD, Kind.BUSINESS]


@pytest.mark.parametrize("row", [Row(kind="nonsense"), Row(owner="nobody")])
def test_p1_22_a_row_with_an_unknown_kind_or_owner_is_for_the_administrator(row: Row) -> None:
    with pytest.raises(RemoteMisconfigured, match="V1 042"):
        taught_messages([row])


SHEET = ("V4 233", "V1 311", "V1 555", "V4 219", "CZ 115", "V1 302", "V1 293", "V4 248", "V1 384",
         "V1 042", "V1 382", "V1 849", "VP 112", "VP 199", "V4 115", "VL 311", "00 341",
         "AD 559")  # fmt: skip


def test_p1_22_every_message_of_the_sheet_is_in_the_list() -> None:
    assert [key for key in SHEET if key not in {*EXPLANATIONS, *FOLLOWERS}] == []


def test_p1_22_the_standins_own_messages_are_in_the_list() -> None:
    codes = {f"{code[:-3].strip()} {code[-3:]}" for code in standin_messages._TEXTS}

    assert codes - {*EXPLANATIONS, *FOLLOWERS} == set()


def test_a_warning_that_the_order_is_incomplete_is_told() -> None:
    assert explain(SapMessage("W", "V1", "555", "")).kind is Kind.INCOMPLETE


@pytest.mark.parametrize(("message_type", "kind"), [("W", Kind.WARNING), ("S", Kind.OK)])
def test_other_warnings_never_block(message_type: str, kind: Kind) -> None:
    message_row = SapMessage(message_type, "V1", "302", "")

    refuse([message_row], function="F")

    assert explain(message_row).kind is kind


def test_a_lock_is_tried_again_by_itself() -> None:
    with pytest.raises(SapLocked) as caught:
        refuse([SapMessage("E", "V1", "042", "")], function="F", reference="100000123")

    assert (caught.value.cause_key, caught.value.reference) == ("sap:locked", "100000123")


def test_p1_23_a_missing_material_groups_by_material_and_other_causes_by_message() -> None:
    with pytest.raises(SapRejected) as material:
        refuse([SapMessage("E", "V1", "382", "", ("MAT-1", "1000"))], function="F")
    with pytest.raises(SapRejected) as other:
        refuse([SapMessage("E", "V1", "302", "", ("4711",))], function="F")

    assert material.value.cause_key == "sap:refused:V1 382:MAT-1:1000"
    assert other.value.cause_key == "sap:refused:V1 302"


def test_a_refusal_quotes_sap_without_mail_addresses() -> None:
    text = "Customer erika@example.com unknown"

    with pytest.raises(SapRejected) as caught:
        refuse([SapMessage("E", "ZZ", "001", text)], function="F")

    assert "example.com" not in caught.value.message
    assert "Customer" in caught.value.message
