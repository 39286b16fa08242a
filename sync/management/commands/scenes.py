"""Plays the five scenes against a running demo and reports what both sides show."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.sandbox.scenes import Play, perform
from sync.sandbox.shop.versions import VERSIONS


class Command(BaseCommand):
    """Uses neither database nor queue, only the pages and the stand-ins' own records."""

    help = "Play the five scenes against the running demo; exits non-zero when one fails."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--shape", default="simple", help="kind of order to place")
        parser.add_argument(
            "--shop-version", choices=[*VERSIONS, "both"], default="",
            help="the Magento version the shop plays meanwhile; without it as it does now",
        )  # fmt: skip
        parser.add_argument(
            "--automatic", action="store_true", help="click nothing: wait for the schedules"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["shop_version"]
        for version in VERSIONS if wanted == "both" else [wanted]:
            play = Play(
                portal=_address("PORTAL_PORT", "8000"),
                shop=_address("SHOP_PORT", "8001"),
                sap=_address("SAP_PORT", "8002"),
                shape=options["shape"],
                by_hand=not options["automatic"],
                shop_version=version,
            )
            if not perform(play, self.stdout.write):
                raise CommandError("A scene failed.")
        self.stdout.write(self.style.SUCCESS("All five scenes played."))


def _address(variable: str, default: str) -> str:
    return f"http://127.0.0.1:{os.environ.get(variable, default)}"
