"""``fields=``: cutting an answer down, with the quirks of Magento's own filter [138, 171-175]."""

from __future__ import annotations

from typing import Any

Wanted = dict[str, Any]  # name -> 1 for the whole member, or the members wanted of it


def parse(text: str) -> Wanted:
    """``a,b[c,d[e]]`` as nested names; a broken text gives what could be read."""
    root: Wanted = {}
    stack = [root]
    name = ""
    for char in text + ",":
        if char not in ",[]":
            name += char
            continue
        name = name.strip()
        if char == "[" and name:
            below: Wanted = {}
            stack[-1][name] = below
            stack.append(below)
        elif name:
            stack[-1][name] = 1
        if char == "]" and len(stack) > 1:
            stack.pop()
        name = ""
    return root


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
