"""Every text has its German with the same names in it, and is compiled as it was written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import polib
import pytest

from tests.messages import catalogue, collect, take_back_guesses

GRAMMAR = {"are", "them", "were"}  # English words that differ between one and many
NAMES = re.compile(r"\{(\w+)[^{}]*\}|%\((\w+)\)")


def entries(path: Path | None = None) -> list[polib.POEntry]:
    return list(polib.pofile(str(path or catalogue())))


def names_in(*texts: str) -> set[str]:
    return {first or second for text in texts for first, second in NAMES.findall(text)}


def test_every_text_is_translated() -> None:
    assert [one.msgid for one in entries() if not one.translated()] == []


def test_a_translation_names_what_its_text_names() -> None:
    differ = {
        one.msgid: text
        for one in entries()
        for text in one.msgstr_plural.values() or [one.msgstr]
        if names_in(text) - names_in(one.msgid, one.msgid_plural)
        or (not one.msgid_plural and names_in(one.msgid) - names_in(text) - GRAMMAR)
    }

    assert differ == {}


def test_what_is_compiled_is_what_was_written() -> None:
    compiled = polib.mofile(str(catalogue().with_suffix(".mo")))

    def told(found: list[polib.POEntry]) -> set[tuple[str, ...]]:
        return {
            (one.msgctxt or "", one.msgid, one.msgstr, *one.msgstr_plural.values()) for one in found
        }

    assert told(entries()) == told(list(compiled))


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
def test_no_text_is_missing_from_the_catalogue(tmp_path: Path) -> None:
    kept, before = tmp_path / "kept.po", {(one.msgctxt, one.msgid) for one in entries()}
    shutil.copy(catalogue(), kept)
    try:
        collect()
        take_back_guesses()
        now = {(one.msgctxt, one.msgid) for one in entries()}
    finally:
        shutil.copy(kept, catalogue())

    assert now - before == set()
    assert before - now == set()
