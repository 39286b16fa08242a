"""``fields=``: cutting an answer down, with the quirks of Magento's own filter [138, 171-175]."""

from __future__ import annotations

import re
from typing import Any

Wanted = dict[str, Any]  # name -> 1 for the whole member, or the members wanted of it


class Malformed(ValueError):
    """A projection that cannot be read."""


def parse(text: str) -> Wanted:
    """``a,b[c,d[e]]`` as nested names. Raises ``Malformed`` for anything else: another character,
    or a bracket too many or too few."""
    if not re.fullmatch(r"[\w\[\],]+", text):
        raise Malformed
    stack: list[Wanted] = [{}]
    for name, mark in re.findall(r"(\w*)([\[\],]|$)", text):
        if name:
            stack[-1][name] = {} if mark == "[" else 1
        if mark == "[" and name:
            stack.append(stack[-1][name])
        elif mark == "]":
            stack.pop()
            if not stack:
                raise Malformed
    if len(stack) > 1:
        raise Malformed
    return stack[0]


def apply(document: Any, wanted: Wanted) -> Any:
    """The members asked for, in the document's own order.

    As in PHP an empty list under a bracketed name becomes null, and an object with nothing left
    becomes an empty list.
    """
    if isinstance(document, dict):
        return _members(document, wanted) if document else None
    cut = [_members(entry, wanted) if isinstance(entry, dict) else entry for entry in document]
    return cut or None


def _members(document: dict[str, Any], wanted: Wanted) -> Any:
    cut = {name: value for name, value in document.items() if name in wanted}
    for name, value in cut.items():
        if isinstance(value, dict | list) and isinstance(wanted[name], dict):
            cut[name] = apply(value, wanted[name])
    return cut or []
