"""Collects all texts for the German catalogue and compiles it: `make messages`.

Sentences that are stored (sync.told) are collected with those of pages. New texts have no
translation yet; tests/test_german.py tells them.
"""

from __future__ import annotations

from pathlib import Path

import django
import polib
from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import makemessages

LEFT_OUT = ("tests/*", "sync/sandbox/*", "sync/management/*", "staticfiles/*", ".*")
KEYWORDS = ("told:1",)


class Collect(makemessages.Command):
    def __init__(self) -> None:
        super().__init__()
        keywords = (f"--keyword={one}" for one in KEYWORDS)
        self.xgettext_options = [*makemessages.Command.xgettext_options, *keywords]


def catalogue() -> Path:
    return Path(settings.BASE_DIR) / "locale" / "de" / "LC_MESSAGES" / "django.po"


def collect() -> None:
    call_command(
        Collect(), locale=["de"], ignore_patterns=list(LEFT_OUT), no_location=True, no_wrap=True,
        no_obsolete=True, verbosity=0,
    )  # fmt: skip


def compile_catalogue() -> None:
    polib.pofile(str(catalogue())).save_as_mofile(str(catalogue().with_suffix(".mo")))


if __name__ == "__main__":
    django.setup()
    collect()
    compile_catalogue()
