"""Icons come from one file that the browser fetches once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client, override_settings
from django.urls import reverse

from sync.roles import ADMINISTRATORS
from sync.templatetags.portal import ICONS
from tests.builders import a_done_task, a_sales_order, a_user
from tests.icons import SPRITE, sprite

IN_SPRITE = set(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text("utf-8")))
PAGES = ("home", "orders", "queue", "connections", "master_data", "readiness", "attention")


def test_the_sprite_holds_the_icons_in_use_as_lucide_draws_them() -> None:
    assert SPRITE.read_text("utf-8") == sprite(), "make icons"


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_every_icon_of_a_page_is_in_the_sprite(client: Client, page: str) -> None:
    a_done_task(order=a_sales_order())
    client.force_login(a_user(ADMINISTRATORS), backend="django.contrib.auth.backends.ModelBackend")

    drawn = client.get(reverse(f"sync:{page}")).content.decode()

    named = re.findall(rf'<use href="{re.escape(static(ICONS))}#([^"]+)"/>', drawn)
    assert named
    assert set(named) <= IN_SPRITE
    assert "<path" not in drawn


def test_in_production_the_sprite_has_the_digest_of_its_content_in_its_name(tmp_path: Path) -> None:
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    storages = settings.STORAGES | {"staticfiles": storage}
    with override_settings(STORAGES=storages, STATIC_ROOT=tmp_path):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["admin"])

        address = static(ICONS)

    assert re.fullmatch(r"/static/sync/img/icons\.[0-9a-f]{12}\.svg", address)
    assert (tmp_path / address.removeprefix("/static/")).exists()
