"""No message sends its reader to a control that the reader does not have."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.causes.table import CAUSES
from sync.models import Step
from sync.roles import ADMINISTRATORS, FINANCE, LOGISTICS, ROLES, SALES

SYNC = Path(__file__).parents[2] / "sync"
FILLED_IN = "…"
ROOMS = ("steps", "translate", "sap", "magento")
ROLE_OF = {"sales": SALES, "logistics": LOGISTICS, "finance": FINANCE,
           "administrator": ADMINISTRATORS}  # fmt: skip
# What somebody may be told to do in the portal, and the right its control asks for. A message is
# read by everybody who is signed in and says who does it; what to do about a cause is its owner's.
CONTROLS = {
    r"marks? (this|it|the row) (as )?done": "retry_tasks",
    r"takes? (it|the order) anyway": "take_orders_anyway",
    r"test all connections": "test_connections",
    r"check everything": "check_readiness",
    r"press dry run": "dry_run_orders",
    r"(adds?|corrects?) (it|them|the [a-z ]+) to the carriers": "add_carriermapping",
    r"corrects? the sales area": "change_salesarea",
    r"no sales area.* adds? it": "add_salesarea",
    r"which line it stands for": "sync_orders",
    r"\btie (the web order|the order|both)": "sync_orders",
    r"capture again": "capture_again",
    r"press resend invoice": "resend_invoices",
    r"press sync now on the order": "sync_orders",
}


def messages() -> Iterator[tuple[str, str]]:
    """All texts of several words in the rooms that make messages, docstrings left out."""
    for room in ROOMS:
        for path in sorted((SYNC / room).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            documentation = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            parts = {
                id(part)
                for node in ast.walk(tree)
                if isinstance(node, ast.JoinedStr)
                for part in ast.walk(node)
                if part is not node
            }
            for node in ast.walk(tree):
                if id(node) in documentation | parts:
                    continue
                text = _text(node)
                if text.count(" ") > 2:
                    yield f"{path.name}:{getattr(node, 'lineno', 0)}", text


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else FILLED_IN for one in node.values)
        return "".join(str(one) for one in parts)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def those_who_act(text: str) -> set[str]:
    return {role for word, role in ROLE_OF.items() if re.search(rf"\b{word}s?\b", text.lower())}


@pytest.mark.parametrize("control", CONTROLS)
def test_a_message_that_names_a_control_says_who_has_it(control: str) -> None:
    for place, text in messages():
        if re.search(control, text, re.IGNORECASE):
            able = {one for one in those_who_act(text) if CONTROLS[control] in ROLES[one]}
            assert able, f"{place} names no one who can: {text}"


@pytest.mark.parametrize("control", CONTROLS)
def test_the_owner_of_a_cause_has_the_controls_its_remedy_names(control: str) -> None:
    for cause in CAUSES.values():
        if re.search(control, cause.remedy, re.IGNORECASE):
            owners = [cause.owner] if cause.owner else [step.facts.team for step in Step]
            roles = [ROLE_OF[owner.lower()] for owner in owners]
            assert all(CONTROLS[control] in ROLES[role] for role in roles), cause


def test_the_messages_and_the_remedies_are_found() -> None:
    told = " ".join(text for _place, text in messages())
    remedies = " ".join(cause.remedy for cause in CAUSES.values())

    assert "takes the order anyway" in told
    assert "mark this done" in remedies


@pytest.mark.parametrize("step", list(Step))
def test_the_team_of_a_step_may_retry_it_and_mark_it_done(step: Step) -> None:
    role = ROLE_OF[step.facts.team.lower()]

    assert {"retry_tasks", step.facts.permission.removeprefix("sync.")} <= ROLES[role]
    assert step != Step.PUSH_INVOICE or "capture_again" in ROLES[role]
