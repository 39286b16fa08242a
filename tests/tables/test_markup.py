"""HTML is written as Django's ``format_html`` writes it."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from sync.templatetags.markup import joined, markup

ODD = ["<b>\"'&", mark_safe("<b>bold</b>"), 7, None, date(2026, 11, 26), gettext_lazy("<i>"), ""]


@pytest.mark.parametrize("value", ODD)
def test_values_are_escaped_as_django_escapes_them(value: object) -> None:
    template = "<i>{}</i>{named}{{}}"

    assert markup(template, value, named=value) == format_html(template, value, named=value)


def test_what_was_written_is_not_escaped_again() -> None:
    piece = markup("<i>{}</i>", "<")

    assert joined(piece, None, "", "&") == "<i>&lt;</i>&amp;"
    assert markup("{}", joined(piece)) == piece
