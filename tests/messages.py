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


def compile_catalogue() -> None:
    polib.pofile(str(catalogue())).save_as_mofile(str(catalogue().with_suffix(".mo")))


if __name__ == "__main__":
    django.setup()
    collect()
    compile_catalogue()
