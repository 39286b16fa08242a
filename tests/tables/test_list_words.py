"""What the lists say by themselves is in the German catalogue, word for word."""

from __future__ import annotations

from collections.abc import Iterator

import polib
import pytest

from sync.tables.exports import EXPORTS
from sync.templatetags.badges import BADGES
from sync.views.kinds import KINDS, DocumentKind
from sync.views.tabs import VIEWS
from tests.messages import catalogue


@pytest.fixture(scope="module")
def german() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(catalogue()))}


def words_of(kind: DocumentKind) -> Iterator[object]:
    yield from (kind.title, kind.one, kind.many, kind.hint, kind.table.what)
    yield from (column.verbose_name for column in kind.table.base_columns.values())
    for one in kind.filterset.base_filters.values():
        yield one.label
        yield one.extra.get("empty_label")
    yield from (view.label for view in VIEWS[kind.name])
    yield from (column.heading for column in EXPORTS[kind.name].columns)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_columns_filters_tabs_and_headings_of_files_are_in_german(
    kind: DocumentKind, german: dict[str, str]
) -> None:
    words = {str(one) for one in words_of(kind) if one}

    assert {one for one in words if not german.get(one)} == set()


def test_badges_are_in_german(german: dict[str, str]) -> None:
    words = {str(look.label) for looks in BADGES.values() for look in looks.values() if look.label}

    assert {one for one in words if not german.get(one)} == set()
