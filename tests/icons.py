"""Makes the sprite of icons from Lucide: ``make icons``, whenever a page uses a new one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from lucide import IconDoesNotExist, _load_icon

from sync.templatetags.badges import BADGES

ROOT = Path(settings.BASE_DIR)
SPRITE = ROOT / "sync" / "static" / "sync" / "img" / "icons.svg"
SYMBOLS_OF_VIEWS = (
    *("connections", "first_run", "home", "master_data", "next_steps", "readiness", "worklist"),
    "worklist_steps",
)
IN_TEMPLATES = re.compile(r"""(?:{% icon |icon_name=|icon_name\|default:)"([a-z0-9-]+)\"""")
LICENSE = """<!--
Icons of Lucide (https://lucide.dev), made into one file by `make icons`. ISC License.
Copyright (c) for portions of Lucide are held by Cole Bemis 2013-2022 as part of Feather (MIT).
All other copyright (c) for Lucide are held by Lucide Contributors 2022.
Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee
is hereby granted, provided that the above copyright notice and this permission notice appear in all
copies. The software is provided "as is", without warranty of any kind.
-->"""


def used() -> set[str]:
    """Every icon that a template, a badge or a page's Python names."""
    names = {badge.icon for group in BADGES.values() for badge in group.values()} | {"circle"}
    for template in (ROOT / "templates").rglob("*.html"):
        names |= set(IN_TEMPLATES.findall(template.read_text("utf-8")))
    for name in SYMBOLS_OF_VIEWS:
        names |= set(_icons_in(ROOT / "sync" / "views" / f"{name}.py"))
    return names


def _icons_in(module: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(module.read_text("utf-8"))))
    keys = {id(key) for node in nodes if isinstance(node, ast.Dict) for key in node.keys}
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in keys and _exists(str(node.value)):
            yield str(node.value)


def _exists(name: str) -> bool:
    try:
        _load_icon(name)
    except IconDoesNotExist:
        return False
    return True


def sprite() -> str:
    symbols = "\n".join(_symbol(name) for name in sorted(used()))
    return f'{LICENSE}\n<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def _symbol(name: str) -> str:
    """Colour and stroke come from the style sheet, as for every icon."""
    inner = "".join(
        ElementTree.tostring(one, encoding="unicode").strip() for one in _load_icon(name)
    )
    plain = re.sub(r' xmlns(:\w+)?="[^"]+"', "", inner).replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24">{plain}</symbol>'


if __name__ == "__main__":
    SPRITE.write_text(sprite(), "utf-8")
