"""The table of causes: whole, used, raised as its rows say, and printed as docs/errors.md."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from sync import errors
from sync.causes.cause import Cause, Kind
from sync.causes.portal import PortalCause
from sync.causes.table import CAUSES, SHEETS, cause_named
from sync.errors import SyncError
from sync.models import Step
from tests.builders import a_stopped_task
from tests.errors_page import PAGE, printed

ROWS = {f"{sheet.__name__}.{name}": row for sheet in SHEETS for name, row in vars(sheet).items()
        if isinstance(row, Cause)}  # fmt: skip
CLASSES = {
    name: one
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, SyncError) and one is not SyncError
}
SOURCES = [path for path in Path("sync").rglob("*.py") if "sandbox" not in path.parts]
LONGEST_CODE = 40


def test_no_code_is_given_twice() -> None:
    assert len(CAUSES) == len(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_what_it_is_and_what_to_do(name: str) -> None:
    row = ROWS[name]

    assert len(row.code) <= LONGEST_CODE
    assert row.headline
    assert not row.headline.endswith(".")
    assert row.remedy.endswith(".")
    assert row.means_remote_is_away <= (row.kind in {Kind.UNAVAILABLE, Kind.OUTCOME_UNKNOWN})


def test_every_kind_has_a_class_of_its_own() -> None:
    told = {one.kind for one in CLASSES.values()} | {Kind.FAULT}  # a bug has any class

    assert told == set(Kind)
    assert {one.kind for name, one in CLASSES.items() if name == one.kind} == told - {Kind.FAULT}


def test_every_row_is_used() -> None:
    text = "".join(path.read_text() for path in SOURCES if "causes" not in path.parts)

    assert [name for name in ROWS if name not in text] == ["PortalCause.OF_ANOTHER_VERSION"]


def raised() -> Iterator[tuple[str, str, str]]:
    """Where which class is raised with which row, wherever both are named on the spot."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                for one in node.keywords:
                    if one.arg == "cause" and node.func.id in CLASSES:
                        for row in set(ROWS) & {ast.unparse(part) for part in ast.walk(one.value)}:
                            yield f"{path}:{node.lineno}", node.func.id, row


def test_an_error_is_of_the_kind_its_row_says() -> None:
    """Or of a finer one: a write whose answer is lost has the row of any lost answer."""
    found = list(raised())
    kinds = {one.kind: one for name, one in CLASSES.items() if name == one.kind}

    assert len(found) > 50
    assert [at for at in found if not issubclass(CLASSES[at[1]], kinds[ROWS[at[2]].kind])] == []


def test_a_code_of_another_version_has_a_row_too() -> None:
    assert cause_named("of tomorrow") is cause_named("") is PortalCause.OF_ANOTHER_VERSION


def test_the_page_is_what_the_table_prints() -> None:
    assert PAGE.read_text() == printed(), "python -m tests.errors_page writes it anew"


migration = import_module("sync.migrations.0022_cause")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "code", "message"),
    [
        ("magento:401:Magento_Sales::invoice", "magento:401", ("", "")),
        ("magento:407", "magento:403", ("", "")),
        ("magento:address", "magento:address", ("", "")),
        ("magento:address:302", "magento:wrong-address", ("", "")),
        ("magento:500", "magento:500", ("", "")),
        ("magento:503", "magento:down", ("", "")),
        ("magento:400:Could not save", "magento:refused", ("", "")),
        ("magento:unreadable:order", "magento:unreadable", ("", "")),
        ("changed:magento:main", "magento:changed", ("", "")),
        ("sap:V1 382:MAT-1", "sap:refused", ("V1", "382")),
        ("sap:BAPI_DELIVERY_GETLIST:NOT_FOUND", "sap:exception", ("", "")),
        ("sap:logon", "sap:logon", ("", "")),
        ("remote-away", "remote-away", ("", "")),
        ("RemoteRejected:sap:Order … is closed.", "", ("", "")),
    ],
)
def test_a_row_that_stopped_before_is_told_its_cause(
    old: str, code: str, message: tuple[str, str]
) -> None:
    task = a_stopped_task(Step.PUSH_ORDER, cause_key=old)

    migration.fill(apps, None)

    task.refresh_from_db()
    assert (task.cause, task.cause_key) == (code, old)
    assert (task.sap_message_class, task.sap_message_number) == message


@pytest.mark.django_db
def test_the_codes_the_migration_knows_are_rows() -> None:
    codes = {*migration.SAME, *(code for _beginning, code in migration.BEGINNINGS)}

    assert codes <= set(CAUSES)
