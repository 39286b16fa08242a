"""Collects all texts for the German catalogue and compiles it: `make messages`.

Sentences that are stored (sync.told) are collected with those of pages, and so are texts that stand
in tables. New texts have no translation yet; tests/test_german.py tells them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages

from tests.table_texts import table_texts

LEFT_OUT = ("tests/*", "sync/sandbox/*", "sync/management/*", "staticfiles/*", ".*")
KEYWORDS = ("told:1",)
TABLES = Path(settings.BASE_DIR) / "texts_of_tables.py"  # while texts are collected


class Collect(makemessages.Command):
    def __init__(self) -> None:
        super().__init__()
        keywords = (f"--keyword={one}" for one in KEYWORDS)
        self.xgettext_options = [*makemessages.Command.xgettext_options, *keywords]


def catalogue() -> Path:
    return Path(settings.BASE_DIR) / "locale" / "de" / "LC_MESSAGES" / "django.po"


def collect() -> None:
    with _tables_in_a_module():
        call_command(
            Collect(), locale=["de"], ignore_patterns=list(LEFT_OUT), no_location=True,
            no_wrap=True, no_obsolete=True, verbosity=0,
        )  # fmt: skip


@contextmanager
def _tables_in_a_module() -> Iterator[None]:
    """xgettext reads files, and finds no text in a table."""
    lines = (f"told({text!r})\n" for text in dict.fromkeys(table_texts()) if text)
    TABLES.write_text("".join(lines), encoding="utf-8")
    try:
        yield
    finally:
        TABLES.unlink()


def take_back_guesses() -> None:
    """A guess from a text that is alike is worse than none: nobody would see that it is wrong."""
    found = polib.pofile(str(catalogue()), wrapwidth=0)
    for entry in found.fuzzy_entries():
        entry.flags.remove("fuzzy")
        entry.previous_msgid = entry.previous_msgid_plural = None
        entry.msgstr, entry.msgstr_plural = "", dict.fromkeys(entry.msgstr_plural, "")
    found.metadata = {
        "Language": "de",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    found.metadata_is_fuzzy = False
    found.header = "German texts of the portal; `make messages` collects and compiles them."
    found.save()


def compile_catalogue() -> None:
    polib.pofile(str(catalogue())).save_as_mofile(str(catalogue().with_suffix(".mo")))


if __name__ == "__main__":
    django.setup()
    collect()
    take_back_guesses()
    compile_catalogue()
