"""The one list of mapping tables: true of the models, the forms, and of every error raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.apps import apps

from sync.forms.mappings import FORMS
from sync.mapping_tables import FACTS, MappingTable
from sync.views.master_data import ICONS
from tests.test_architecture import calls, modules


@pytest.mark.parametrize("table", MappingTable)
def test_a_table_is_known_everywhere(table: MappingTable) -> None:
    model = apps.get_model("sync", table.facts.model)
    columns = {field.name for field in model._meta.get_fields()}
    form = FORMS[table]

    assert set(FACTS) == set(ICONS) == set(FORMS) == set(MappingTable)
    assert form._meta.model is model
    assert {*table.facts.key_fields, *table.facts.may_lack} <= columns & set(form.base_fields)


def raised() -> Iterator[ast.Call]:
    """Every place in the code that names a missing entry."""
    for _module, tree in modules():
        for called, call in calls(tree):
            if called in {"MappingMissing", "MissingEntry"}:
                yield call


def test_no_error_names_a_table_or_field_outside_the_list() -> None:
    """Fields that come out of a loop are held by ``test_missing``, which meets each of them."""
    tables, fields = set(), set()
    for call in raised():
        for node in ast.walk(call):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "MappingTable":
                tables.add(node.attr)
        after = [one for one in call.args if isinstance(one, ast.Constant)]
        fields |= {one.value for one in after if isinstance(one.value, str)}

    known = {field for table in MappingTable for field in table.facts.may_lack}
    assert tables == {table.name for table in MappingTable}
    assert fields <= known
