"""What README and the other pages name is really there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from sync.sap.connection import connect

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README = PAGES[0].read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
SETTINGS = (ROOT / "o2c_portal" / "settings.py").read_text()
ALARM_SETTINGS = (ROOT / "o2c_portal" / "alarm_settings.py").read_text()
MOST_BYTES = 250_000


def _variables() -> list[str]:
    """Every variable the settings read; a shop's own ones as if the shop were called MAIN."""
    read = re.findall(r"""env\.\w+\(\s*["']([A-Z_]+)["']""", SETTINGS)
    read += re.findall(r'"(ALARM_[A-Z_]+)"', ALARM_SETTINGS)
    of_a_shop = [name.upper() for name in settings.SHOP_STANDIN]
    return [*read, *(f"MAGENTO_MAIN_{name}" for name in of_a_shop)]


def _links(page: Path) -> list[str]:
    """Addresses within the repository that a page links to, pictures included."""
    found = re.findall(r"\]\(([^)#]+)\)", page.read_text())
    return [address for address in found if "://" not in address]


@pytest.mark.parametrize("name", _variables())
def test_every_setting_is_in_the_example(name: str) -> None:
    assert re.search(rf"^#?(MAGENTO_MAIN_)?{name}=", EXAMPLE, re.MULTILINE)


def test_the_example_names_no_setting_that_is_not_read() -> None:
    known = {*_variables(), "PORTAL_PORT"}  # the demo's command reads this one

    named = re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE)

    assert [one for one in named if not known & {one, one.removeprefix("MAGENTO_MAIN_")}] == []


def test_every_make_target_is_there() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

    named = set(re.findall(r"(?:`|^ {4})(?:\w+=\S+ )*make ([a-z-]+)", README, re.MULTILINE))

    assert named >= {"demo", "test", "scenes", "demo-reset", "check"}
    assert named <= set(targets)


def test_every_management_command_is_there() -> None:
    ours = {path.stem for path in (ROOT / "sync" / "management" / "commands").glob("*.py")}

    named = set(re.findall(r"manage\.py (\w+)", README))

    assert named <= ours | {"migrate", "collectstatic", "createsuperuser"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_and_picture_linked_is_there(page: Path) -> None:
    missing = [address for address in _links(page) if not (page.parent / address).exists()]

    assert missing == []


def test_every_picture_is_shown_and_small() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))

    assert [one.name for one in pictures if f"docs/pictures/{one.name}" not in README] == []
    assert [one.name for one in pictures if one.stat().st_size > MOST_BYTES] == []


def test_the_way_to_a_real_sap_is_a_path_that_can_be_imported() -> None:
    named = re.search(r"SAP_RFC_CONNECT=([\w.]+)", README)

    assert named is not None
    assert import_string(named[1]) is connect
